"""Kinds of value in a text: dates, numbers, sums of money, shares, spans of time, persons, bodies, places, contacts."""

import re
from collections.abc import Iterable

from corpus.text.markers import item_marker
from index.queries.preferences import MONTHS
from service.questions.english import NUMBERS, YEAR
from service.understanding.request import Wanted

_MONTH = rf"(?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_NUMERAL = rf"(?:\d[\d,.]*|(?i:{'|'.join(NUMBERS)}|fifteen|twenty|thirty|forty|fifty|hundred))"
_GRAMMAR: dict[Wanted, str] = {
    "date": rf"\b{_MONTH}\b|\b{YEAR}\b|\b(?i:next|last|this) (?:year|month)\b",
    "duration": rf"\b{_NUMERAL}[ -](?i:day|week|month|year|hour|minute)s?\b|"
    r"\b(?i:annual|monthly|weekly|daily|quarterly|every|once|twice)",
    "number": rf"\b(?!{YEAR}\b){_NUMERAL}\b(?! {_MONTH}\b)",
    "money": r"[$€£]\s?\d|\b(?i:USD|AUD|EUR|dollars?|crowns?|million|billion)\b",
    "percent": r"%|\b(?i:per ?cent)",
    "person": r"\b(?:Mr|Ms|Mrs|Dr|Prof|Excellency|Ambassador)\b|\b[A-Z][a-z]+ [A-Z][a-z]+\b",
    "body": r"(?<=[\w,;:)] )(?:the )?[A-Z][\w’'-]{2,}|\b[A-Z]{3,}\b",
    "contact": r"@|(?i:https?:|www\.|\bwebsite\b)",
    "place": r"\b(?i:in|at|near|from|to) (?:the )?[A-Z][\w’'-]+|(?m:^)[A-Z][\w’'-]+, (?:[A-Z]|\d)",
}
_PATTERNS = {kind: re.compile(grammar) for kind, grammar in _GRAMMAR.items()}
VALUES: tuple[Wanted, ...] = tuple(_GRAMMAR)
_EDGES = "?.,;:!\"'()"


def has_value(text: str, kind: Wanted) -> bool:
    """Whether a text has a value of a kind; the number of a list item does not count."""
    marker = item_marker(text)
    return _PATTERNS[kind].search(text, marker.width if marker else 0) is not None


def values_in(text: str, kinds: Iterable[Wanted]) -> frozenset[Wanted]:
    return frozenset(kind for kind in kinds if has_value(text, kind))


def without_question_words(text: str, question: str) -> str:
    """`text` with the question's words blanked, since they cannot be its answer."""
    known = {word.strip(_EDGES).lower() for word in question.split()}
    return " ".join("_" if word.strip(_EDGES).lower() in known else word for word in text.split())
