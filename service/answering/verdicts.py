"""What a quoted sentence says of a question for yes or no, or for a number."""

import re
from collections.abc import Collection

from index.terms import terms
from service.questions.english import NUMBERS
from service.understanding.request import Request

_NOT = re.compile(r"\b(?:no|not|never|none|neither|nor|without|yet to|nobody)\b|n['’]t\b", re.IGNORECASE)
_SURE, _PARTLY = 0.85, 0.2  # probability of an answer from which so much is enough
_COVERED = 0.6  # share of the topic that the sentence must say for a yes
_WORD = re.compile(r"[\w’'-]+(?:,\d{3})*")
_NEAR = 4  # words after a number in which that which is counted stands


def verdict_of(request: Request, sentence: str, named: Collection[str], sure: float) -> str | None:
    """Yes or no, where a sentence says what is asked, or its contrary; None where it says neither.

    `named` are the keys of those that the sentence names. Of a sentence that answers with a high probability, `sure`, fewer
    words need be those of the question.
    """
    if not {entity.key for entity in request.entities} <= set(named):
        return None
    said = frozenset(terms(sentence))
    share = sum(_says(term, said) for term in request.topic) / max(1, len(request.topic))
    if share < (_COVERED if sure < _SURE and not request.entities else _PARTLY):
        return None
    negated = _NOT.search(sentence) is not None and _NOT.search(request.text) is None
    return "No" if negated else "Yes"


def number_of(request: Request, sentence: str) -> str | None:
    """The number that stands before what is counted."""
    words = _WORD.findall(sentence)
    for n, word in enumerate(words):
        if not (word.replace(",", "").isdigit() or word.lower() in NUMBERS):
            continue
        after = {term for other in words[n + 1 : n + 1 + _NEAR] for term in terms(other)}
        if after & set(request.topic):
            return str(word)
    return None


def _says(term: str, said: frozenset[str]) -> bool:
    return term in said or any(len(term) > 4 and word[: len(term) - 1] == term[:-1] for word in said)
