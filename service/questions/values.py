"""Kinds of value in a text: dates, numbers, sums of money, shares, spans of time, persons, places, contacts."""

import re
from collections.abc import Iterable

from index.queries.preferences import MONTHS
from service.questions.english import NUMBERS
from service.understanding.request import Wanted

_MONTH = rf"(?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
_YEAR = r"(?:19|20)\d\d"
_NUMERAL = rf"(?:\d[\d,.]*|{'|'.join(NUMBERS)}|fifteen|twenty|thirty|forty|fifty|hundred)"
_PATTERNS: dict[Wanted, re.Pattern[str]] = {
    "date": re.compile(rf"\b(?i:{_MONTH})\b|\b{_YEAR}\b|\b(?i:next|last|this) (?:year|month)\b"),
    "duration": re.compile(
        rf"\b{_NUMERAL}[ -](?:day|week|month|year|hour|minute)s?\b|\b(?:annual|monthly|weekly|daily|quarterly|every|once|twice)",
        re.IGNORECASE,
    ),
    "number": re.compile(rf"\b(?!{_YEAR}\b){_NUMERAL}\b(?! (?:{_MONTH})\b)", re.IGNORECASE),
    "money": re.compile(r"[$€£]\s?\d|\b(?:USD|AUD|EUR|dollars?|crowns?|million|billion)\b", re.IGNORECASE),
    "percent": re.compile(r"%|\bper ?cent", re.IGNORECASE),
    "person": re.compile(r"\b(?:Mr|Ms|Mrs|Dr|Prof|Excellency|Ambassador)\b|\b[A-Z][a-z]+ [A-Z][a-z]+\b"),
    "body": re.compile(r"(?<=[\w,;:)] )(?:the )?[A-Z][\w’'-]{2,}|\b[A-Z]{3,}\b"),
    "contact": re.compile(r"@|https?:|www\.|\bwebsite\b", re.IGNORECASE),
    "place": re.compile(
        r"\b(?:in|at|near|from|to) (?:the )?[A-Z][\w’'-]+|^[A-Z][\w’'-]+, (?:[A-Z]|\d)", re.MULTILINE
    ),
}
VALUES: tuple[Wanted, ...] = tuple(_PATTERNS)
_MARK = re.compile(r"^\W*(?:\d{1,3}|[a-z]|[ivxlc]+)[.)]\s", re.IGNORECASE)
_EDGES = "?.,;:!\"'()"


def has_value(text: str, kind: Wanted) -> bool:
    """Whether a text has a value of a kind; the number of a list item does not count."""
    return _PATTERNS[kind].search(_MARK.sub("", text)) is not None


def values_in(text: str, kinds: Iterable[Wanted]) -> frozenset[Wanted]:
    return frozenset(kind for kind in kinds if has_value(text, kind))


def without_question_words(text: str, question: str) -> str:
    """`text` with the question's words blanked, since they cannot be its answer."""
    known = {word.strip(_EDGES).lower() for word in question.split()}
    return " ".join("_" if word.strip(_EDGES).lower() in known else word for word in text.split())
