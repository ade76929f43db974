"""The part of a passage that answers: the clauses whose words come nearest to the question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.markers import item_marker
from corpus.sentences import sentences
from index.encoder import Vectors

_CLAUSE_END = re.compile(r"[;:](?=\s)|\t|\n+|\s[–—](?=\s)")
_ENOUGH = 0.9  # of what the whole text has of the question
_SHORT = 25  # characters; a shorter clause is part of its neighbour


@dataclass(frozen=True, slots=True)
class Highlight:
    """The characters `start:end` of a passage's text that answer the question."""

    start: int
    end: int


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans of the cells, sentences and parts between semicolons, colons and dashes, list markers left out."""
    marker = item_marker(text)
    spans: list[tuple[int, int]] = []
    for start, end in _cut(text, marker.width if marker else 0):
        if (
            spans
            and text[spans[-1][1] : start].strip("\t") == text[spans[-1][1] : start]
            and (end - start < _SHORT or spans[-1][1] - spans[-1][0] < _SHORT)
        ):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _cut(text: str, begin: int) -> Iterator[tuple[int, int]]:
    for start, end in sentences(text, begin, len(text)):
        position = start
        for match in [*_CLAUSE_END.finditer(text, start, end), None]:
            stop = end if match is None else match.start() + (match.group() in ";:")
            if text[position:stop].strip():
                lead = len(text[position:stop]) - len(text[position:stop].lstrip())
                yield position + lead, position + len(text[position:stop].rstrip())
            position = end if match is None else match.end()


def highlights(text: str, nearness: Vectors, spans: NDArray[np.int32]) -> tuple[Highlight, ...]:
    """The fewest clauses, best first, that together have most of what the whole text has of the question.

    `nearness` of shape (pieces of the question, pieces of the text) are weighted cosines, `spans` of shape
    (pieces of the text, 2) their characters. Neighbouring clauses make one highlight.
    """
    found = clauses(text)
    if not found or nearness.size == 0:
        return ()
    within = [(spans[:, 0] >= start) & (spans[:, 1] <= end) for start, end in found]
    best = np.array([nearness[:, inside].max(axis=1, initial=0) for inside in within])
    whole = best.max(axis=0).sum()
    taken: list[int] = []
    have = np.zeros(best.shape[1], np.float32)
    while have.sum() < _ENOUGH * whole and len(taken) < len(found):
        gains = np.maximum(best, have).sum(axis=1)
        gains[taken] = -1
        taken.append(int(gains.argmax()))
        have = np.maximum(have, best[taken[-1]])
    return tuple(_joined([found[n] for n in sorted(taken)], text))


def _joined(spans: list[tuple[int, int]], text: str) -> Iterator[Highlight]:
    start, end = spans[0]
    for begin, stop in spans[1:]:
        if text[end:begin].strip():
            yield Highlight(start, end)
            start = begin
        end = stop
    yield Highlight(start, end)
