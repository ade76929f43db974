"""Questions for the meaning of an abbreviation, answered from the documents' own definitions."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.cells import Span, sentences_of
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.terms import FUNCTION_WORDS, terms
from service.understanding.request import Request
from service.understanding.words import WORD

_LEAST = 2  # capitals of an abbreviation
_BEFORE = 14  # words before an abbreviation that may spell it out
_BETWEEN = 4  # words of a full name without a letter in the abbreviation


def abbreviations_asked(request: Request, known: Container[str]) -> list[str]:
    """The abbreviations whose meaning a request asks for, and nothing else, in its order; those `known` in any letters."""
    if request.intent != "definition" and request.wanted != "meaning":
        return []
    words = WORD.findall(request.text)
    asked = [word for word in words if sum(map(str.isupper, word)) >= _LEAST] or [
        word.upper() for word in words if word.upper() in known and word not in FUNCTION_WORDS
    ]
    rest = set(request.topic) - {term for word in asked for term in terms(word)}
    return [] if rest else list(dict.fromkeys(asked))


def definitions(asked: Iterable[str], passages: Iterable[Passage]) -> list[Passage]:
    """The entries of glossaries for abbreviations, in the order of these."""
    found: dict[str, Passage] = {}
    for passage in passages:
        found.setdefault(passage.fields.get("Term", "").upper(), passage)
    return [found[name.upper()] for name in asked if name.upper() in found]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The span of a passage that spells an abbreviation out, and the full name if known."""

    passage: Passage
    span: Span
    full: str | None


def expansion(index: Index, short: str, mask: NDArray[np.bool_]) -> Expansion | None:
    """The first place that spells `short` out as "Full Name (FN)", preferably with a known name."""
    rows = np.flatnonzero(mask & (index.lexical.scores(short) > 0))
    pattern = re.compile(
        rf"(?P<before>(?:[\w’'-]+[^\w’'-]+){{1,{_BEFORE}}}?)(?<=[(,] |.\()(?:the )?(?P<short>{re.escape(short)}\b[^()]*)\)|"
        rf"\b(?P<first>{re.escape(short)}) \((?P<after>[^()]+)\)"
    )
    names = index.names.full.get(short, ())
    spelled: Expansion | None = None
    for row in rows.tolist():
        passage = index.passages[row]
        for span in sentences_of(passage):
            text = plain(passage.text[slice(*span)])
            if full := next(
                (name for name in names if re.search(rf"{re.escape(name)} \((?:the )?{short}", text)), None
            ):
                return Expansion(passage, span, full)
            if spelled is None and any(_spells(short, match) for match in pattern.finditer(text)):
                spelled = Expansion(passage, span, None)
    return spelled


def _spells(short: str, match: re.Match[str]) -> bool:
    """Whether words beside an abbreviation have its letters in order, from the first letter of one of them."""
    words = [part.upper() for part in re.split(r"[\W_]+", match["before"] or match["after"]) if part]
    last = words[-len(match["short"] or match["after"]) - _BETWEEN :]
    letters = [letter.upper() for letter in short if letter.isalnum()]
    return any(
        word[0] == letters[0] and _in_order(letters, "".join(last[place:])) for place, word in enumerate(last)
    )


def _in_order(letters: list[str], text: str) -> bool:
    left = iter(text)
    return all(letter in left for letter in letters)
