"""What a quoted sentence says of a question for yes or no, or for a number."""

import re
from collections.abc import Collection, Sequence

from corpus.identity.names import full_name
from corpus.text.markers import item_marker
from corpus.types import Passage
from index.terms import terms
from service.questions.english import NUMBERS
from service.understanding.request import Request

_NOT = re.compile(r"\b(?:no|not|never|none|neither|nor|without|yet to|nobody)\b|n['’]t\b", re.IGNORECASE)
_COVERED = 0.6  # share of the topic that a quotation must say for a yes
_SURE, _PARTLY, _OF_NAMED = (
    0.85,
    0.5,
    0.2,
)  # from this probability of an answer so much is enough, of someone named less
_FEW = 2  # terms of a topic must all be said
_WORD = re.compile(r"[\w’'-]+(?:,\d{3})*")
_NEAR = 4  # words after a number in which that which is counted stands


def verdict_of(
    request: Request,
    own: Collection[str],
    passage: Passage,
    sentence: str,
    named: Collection[str],
    sure: float,
) -> str | None:
    """Yes or no, where a sentence of a passage says what is asked, or its contrary; None where it says neither.

    `named` are the keys of those that the sentence names, `own` the terms of a follow-up itself. The heading and the name of
    the document count as said. Of a passage that answers with a high probability, `sure`, fewer words need be those of the
    question.
    """
    if not {entity.key for entity in request.entities} <= set(named):
        return None
    heading = passage.section[-1] if passage.section else ""
    said = frozenset(terms(f"{sentence} {heading} {full_name(passage.document)}"))
    asked = [request.topic, [term for term in request.topic if term in own]]
    if any(_share(some, said) < _enough(request, some, sure) for some in asked if some):
        return None
    negated = _NOT.search(sentence) is not None and _NOT.search(request.text) is None
    return "No" if negated else "Yes"


def offers_alternatives(request: Request) -> bool:
    """Whether a question for yes or no names two things, of which one is the answer: "a member or an observer"."""
    words = request.text.lower().rstrip("?. ").split()
    return "or" in words[:-1] and words[-1] != "not"


def _share(topic: Sequence[str], said: frozenset[str]) -> float:
    return sum(_says(term, said) for term in topic) / len(topic)


def _enough(request: Request, topic: Sequence[str], sure: float) -> float:
    if not request.entities and len(topic) <= _FEW:
        return 1.0
    return _COVERED if sure < _SURE else _OF_NAMED if request.entities else _PARTLY


def number_of(request: Request, sentence: str) -> str | None:
    """The number that stands before what is counted."""
    marker = item_marker(sentence)
    words = _WORD.findall(sentence[marker.width if marker else 0 :])
    for n, word in enumerate(words):
        if not (word.replace(",", "").isdigit() or word.lower() in NUMBERS):
            continue
        after = {term for other in words[n + 1 : n + 1 + _NEAR] for term in terms(other)}
        if after & set(request.topic):
            return str(word)
    return None


def _says(term: str, said: frozenset[str]) -> bool:
    return term in said or any(len(term) > 4 and word[: len(term) - 1] == term[:-1] for word in said)
