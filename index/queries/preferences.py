"""Restrictions that a question states in plain words, understood as preferences, never as filters."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.text.markers import item_marker
from corpus.types import Document, Role
from index.passages.action_items import ActionItems
from index.passages.store import PassageStore
from index.terms import terms

Wish = Literal["period", "lead", "status", "number", "date"]

# The gain in score of a passage that meets a wish.
WEIGHTS: Mapping[Wish, float] = {
    "period": 0.02,
    "lead": 0.02,
    "status": 0.02,
    "number": 0.03,
    "date": 0.015,
}

_YEARS = re.compile(
    r"(?:\b(?P<bound>before|until|after|since)\s+(?:the\s+)?)?"
    r"\b(?P<first>(?:19|20)\d\d)(?:\s*(?:[-–/]|to)\s*(?P<last>(?:19|20)?\d\d)\b)?",
    re.IGNORECASE,
)
CURRENT = re.compile(r"\b(?:current|latest|newest|most recent|present|in force)\b", re.IGNORECASE)
_LEADING = re.compile(
    r"\b(?:leads?|led|leading|responsible|in charge|carr(?:y|ies|ied) out|owns?|owner|tasked|assigned)\b",
    re.IGNORECASE,
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_LISTED = (
    r"(?:items?|actions?|activit(?:y|ies)|priorit(?:y|ies)|points?|recommendations?|paragraphs?|objectives?|areas?|"
    r"steps?|commitments?|suggestions?)"
)
_NTH = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<nth>\d{{1,2}})(?:st|nd|rd|th))(?: [\w-]+){{0,3}}? {_LISTED}\b|"
    rf"\b(?:{_LISTED}|number|no\.?) (?P<mark>\d{{1,2}}|[ivx]+)\b",
    re.IGNORECASE,
)
_ASKS_DATE = re.compile(
    r"\b(?:when|how long|dates?|(?:what|which) (?:day|month|year|period)s?)\b", re.IGNORECASE
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CACHED = 4096  # texts
DATE = re.compile(rf"\b(?:19|20)\d\d\b|\b(?:{MONTHS})\b")


_ASKS_COLUMN: Mapping[Role, re.Pattern[str]] = {
    "lead": re.compile(rf"^\W*(?:who|which)\b|\bleads?\b|{_LEADING.pattern}", re.IGNORECASE),
    "status": re.compile(
        r"\b(?:status|progress|complet\w+|done|finished|ongoing|came of|how far)\b", re.IGNORECASE
    ),
    "priority_area": re.compile(r"\b(?:areas?|headings?|priority)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """A wish, and the `words` of the question that state it.

    `value` is a period such as "2015-2017", "2015-" or "-2017"; a lead or a status as in the documents; the number of
    a list item; or empty, for any date.
    """

    wish: Wish
    words: str
    value: str


class Preferences:
    """Reads wishes in the terms of one corpus: its years, its leads and its statuses."""

    def __init__(self, documents: Iterable[Document], items: ActionItems) -> None:
        periods = np.array([document.period for document in documents], np.int32).reshape(-1, 2)
        self._firsts, self._lasts = periods.T
        self._latest = int(self._lasts.max(initial=0))
        self._items = items
        self._leads = {
            lead: re.compile(rf"\b{re.escape(lead)}\b", re.IGNORECASE) for lead in items.lead.values
        }
        words = {status: " ".join(terms(status)) for status in items.status.values}
        self._statuses = {
            status: re.compile(rf"\b{re.escape(stems)}\b") for status, stems in words.items() if stems
        }

    def read(self, question: str) -> tuple[Preference, ...]:
        """The preferences of `question`, in no order of weight."""
        return (
            *self._periods(question),
            *self._lead(question),
            *self._status(question),
            *_numbers(question),
            *(Preference("date", match.group(), "") for match in _first(_ASKS_DATE, question)),
        )

    def _periods(self, question: str) -> list[Preference]:
        found = []
        for match in _YEARS.finditer(question):
            first, last = int(match["first"]), match["last"]
            end = first if last is None else int(last) if len(last) == 4 else first // 100 * 100 + int(last)
            match (match["bound"] or "").lower():
                case "before":
                    value = f"-{first - 1}"
                case "until":
                    value = f"-{end}"
                case "after" | "since":
                    value = f"{first}-"
                case _:
                    value = f"{first}-{max(first, end)}"
            found.append(Preference("period", match.group(), value))
        if not found and (current := CURRENT.search(question)):
            found.append(Preference("period", current.group(), f"{self._latest}-"))
        return found

    def _lead(self, question: str) -> list[Preference]:
        if not _LEADING.search(question):
            return []
        return [
            Preference("lead", match.group(), lead)
            for lead, pattern in self._leads.items()
            if (match := pattern.search(question))
        ]

    def _status(self, question: str) -> list[Preference]:
        asked = " ".join(terms(question))
        return [
            Preference("status", status, status)
            for status, pattern in self._statuses.items()
            if pattern.search(asked) and (len(status.split()) == 1 or status.lower() in question.lower())
        ]

    def met(
        self, preference: Preference, passages: PassageStore, rows: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Of shape (rows,): whether each passage, or its document, meets the preference."""
        value = preference.value
        match preference.wish:
            case "period":
                begin, _, end = value.partition("-")
                as_wished = (self._lasts >= int(begin or 0)) & (self._firsts <= int(end or 9999))
                return np.asarray(as_wished[passages.document_numbers[rows]])
            case "lead":
                return self._items.lead.has(value, rows)
            case "status":
                return self._items.status.has(value, rows)
            case "number":
                return np.array([int(value) in _ordinals(passages[row].text) for row in rows.tolist()], bool)
            case "date":
                return np.array([_has_date(passages[row].text) for row in rows.tolist()], bool)


def requested_columns(question: str) -> list[Role | Literal["date"]]:
    """The columns of a plan that `question` asks for, and "date" where it asks for one."""
    columns: list[Role | Literal["date"]] = [
        role for role, asks in _ASKS_COLUMN.items() if asks.search(question)
    ]
    return [*columns, "date"] if _ASKS_DATE.search(question) else columns


def _ordinals(text: str) -> list[int]:
    """The numbers that the marker of a list item may mean."""
    marker = item_marker(text)
    readings = marker.enumerator.readings if marker and marker.enumerator else frozenset()
    return [ordinal for _, ordinal in readings]


@lru_cache(maxsize=_CACHED)
def _has_date(text: str) -> bool:
    return DATE.search(text) is not None


def _numbers(question: str) -> list[Preference]:
    found = []
    for match in _NTH.finditer(question):
        if match["word"]:
            number: int | None = _ORDINALS.index(match["word"].lower()) + 1
        elif match["nth"]:
            number = int(match["nth"])
        else:
            number = _ordinal(match["mark"])
        if number:
            found.append(Preference("number", match.group(), str(number)))
    return found


def _ordinal(mark: str) -> int | None:
    """The number of a mark such as "7" or "vii"."""
    marker = item_marker(f"{mark}. ")
    if marker is None or marker.enumerator is None:
        return None
    readings = dict(marker.enumerator.readings)
    return next((readings[style] for style in ("1", "ai", "Ai") if style in readings), None)


def _first(pattern: re.Pattern[str], question: str) -> list[re.Match[str]]:
    found = pattern.search(question)
    return [found] if found else []
