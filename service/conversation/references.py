"""Resolution of "the next one" and "the second": an entry of the list that answered last."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from corpus.cells import cell_of
from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.types import Passage
from index.encoders.base import Encoder, unit
from index.generation import Index
from index.passages.store import PassageStore
from index.terms import terms
from service.lookups.record_query import record_query
from service.questions.english import NUMBERS, ORDINALS, UP_TO_TEN
from service.understanding.request import Request, Span
from service.understanding.understand import bodies_of

_ORDINALS = ORDINALS[:10]
_ENTRY = r"(?:one|item|point|entry|action|activity|priority|recommendation)"
_THAT = r"(?:that|it|this)(?: one)?"
_ENTRY_REFERENCE = re.compile(
    rf"\b(?:the |an? )?(?:(?P<next>(?:next|following) {_ENTRY}|{_ENTRY} after {_THAT}|next\W*$)|"
    rf"(?P<previous>(?:previous|preceding) {_ENTRY}|{_ENTRY} before {_THAT})|(?P<other>other one)\b|"
    rf"(?:very )?(?P<nth>{'|'.join(_ORDINALS)}|last)(?: {_ENTRY}| of (?:them|those|these)|\W*$)|"
    rf"number (?P<number>{UP_TO_TEN})\b(?: (?:on|of|in) (?:the|that|this) list)?)(?:['’]s\b)?",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"\b(?:(?:which|what) (?:ones? )?)?of (?:them|those|these)\b", re.IGNORECASE)
_SHOWN = 16  # words of an entry that name it in a question


def quoted_name(passage: Passage) -> str:
    """The first words of `passage`, of a row those of its action, in quotation marks."""
    start, end = cell_of(passage, "text") or (0, len(passage.text))
    marker = item_marker(passage.text[start:end])
    words = plain(passage.text[start + (marker.width if marker else 0) : end]).split()
    return f"“{' '.join(words[:_SHOWN])}{'…' if len(words) > _SHOWN else ''}”"


def referenced_entry(
    index: Index, passage: Passage, entries: Sequence[Passage], question: str
) -> tuple[Span, Passage] | None:
    """The words of `question` that refer to an entry of a list, and the entry.

    The list is that of `entries`, which were given last, or that around or after `passage`, which answered last.
    """
    match = _ENTRY_REFERENCE.search(question)
    if match is None:
        return None
    listed = entries if len(entries) > 1 else _list(index, passage)
    here = listed.index(passage) if passage in listed else None
    place: int | None = None
    if match["next"] or match["previous"]:
        place = None if here is None else here + (1 if match["next"] else -1)
    elif match["other"]:
        place = 1 - here if len(listed) == 2 and here is not None else None
    elif listed and match["number"]:
        place = NUMBERS.index(match["number"].lower())
    elif listed:
        place = len(listed) - 1 if match["nth"].lower() == "last" else _ORDINALS.index(match["nth"].lower())
    if place is None or not 0 <= place < len(listed):
        return None
    return match.span(), listed[place]


def chosen_entries(
    index: Index, encoder: Encoder, request: Request, passage: Passage, entries: Sequence[Passage]
) -> list[Passage]:
    """Those entries that "which of them …" asks for: with all words of its topic, or else the one most like it.

    They are of `entries`, which were given last, or of the list around or after `passage`, which answered last.
    """
    them = _OF_THEM.search(request.text)
    if them is None:
        return []
    request = replace(request, topic=tuple(t for t in request.topic if t not in terms(them.group())))
    entries = entries if len(entries) > 1 else _list(index, passage)
    if len(entries) < 2:
        return []
    if (records := _records_asked(index, request, entries)) or not request.topic:
        return records
    having = [entry for entry in entries if set(request.topic) <= set(terms(entry.text))]
    if having:
        return having
    asked = _OF_THEM.sub("", request.text)
    vectors = unit(np.stack([one.pooled for one in encoder.read([asked, *(plain(e.text) for e in entries)])]))
    return [entries[int(np.argmax(vectors[1:] @ vectors[0]))]]


def _records_asked(index: Index, request: Request, entries: Sequence[Passage]) -> list[Passage]:
    """Those of some action items whose fields are as a request says: led alone, complete."""
    mask = np.zeros(len(index.passages), np.bool_)
    mask[[index.positions[entry.id] for entry in entries]] = True
    records, bodies = index.records.under(mask), bodies_of(index)
    if not records:
        return []
    query = record_query(request, records, bodies)
    return (
        [one.passage for one in records if query.matches(one, bodies)]
        if query.restricts and query.closed
        else []
    )


def _list(index: Index, passage: Passage) -> Sequence[Passage]:
    """The rows or items of one kind around `passage`, or after it."""
    row: int | None = index.positions[passage.id]
    passages = index.passages
    if passage.kind not in ("row", "item") or item_marker(passage.text) is None:
        row = passages.beside(index.positions[passage.id], 1)
    if row is None or passages[row].kind not in ("row", "item"):
        return ()
    return [*reversed(_alike(passages, row, -1)), passages[row], *_alike(passages, row, 1)]


def _alike(passages: PassageStore, row: int, step: Literal[-1, 1]) -> list[Passage]:
    """The passages of one shape that go on from a row in one direction."""
    shape, found = _shape(passages[row]), []
    while (beside := passages.beside(row, step)) is not None and _shape(passages[beside]) == shape:
        found.append(passages[beside])
        row = beside
    return found


def _shape(passage: Passage) -> tuple[str, str, bool, bool]:
    marker = item_marker(passage.text)
    return (
        passage.document.id,
        passage.kind,
        marker is not None and marker.bullet,
        marker is not None and marker.enumerator is not None,
    )
