"""The language of a text, by its letters."""

from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.identity.claims import Claim

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 20_000  # characters
_FEWEST = 40  # letters
_LIKELY = 0.5


def language(text: str, said: str) -> Claim[str | None]:
    """The language as a code of two letters: that of the letters; of few letters what the file says."""
    said = said.lower().replace("_", "-").split("-")[0]
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _FEWEST:
        return Claim(said, "likely", "the file says so") if said else Claim(None, "unsure", "too few letters")
    found, probability = _identifier().classify(sample)
    if found == said:
        return Claim(found, "sure", "the file says so, and its letters")
    return Claim(str(found), "likely" if probability >= _LIKELY else "unsure", "its letters")


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    """The model with its weights, which takes a moment to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
