"""The part of a passage that answers: the clauses whose words come nearest to the question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from corpus.cells import Span, cell_of
from corpus.text.markers import item_marker
from corpus.text.sentences import sentences
from corpus.types import Passage, Role
from index.encoders.tokenizer import Tokenization
from index.queries.preferences import DATE
from index.types import Vectors

_CLAUSE_END = re.compile(r";(?=\s)|\t|\n+|\s[–—](?=\s)")
_ENOUGH = 0.9  # of the likeness of the whole text to the question
_CACHED_TEXTS, _CACHED_CUTS = 4096, 1024
_SHORT = 25  # characters; a shorter clause is part of its neighbour


@dataclass(frozen=True, slots=True)
class Highlight:
    """The characters `start:end` of a passage's text that answer the question."""

    start: int
    end: int


@lru_cache(maxsize=_CACHED_TEXTS)
def clauses(text: str) -> Sequence[Span]:
    """Spans of the cells, sentences and parts between semicolons and dashes, list markers left out."""
    marker = item_marker(text)
    spans: list[Span] = []
    for start, end in _cut(text, marker.width if marker else 0):
        if spans and _belong_together(text, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _belong_together(text: str, one: Span, other: Span) -> bool:
    """Whether two neighbours lie in one cell, and one of them is short."""
    between = text[one[1] : other[0]]
    return between.strip("\t") == between and min(one[1] - one[0], other[1] - other[0]) < _SHORT


def _cut(text: str, begin: int) -> Iterator[Span]:
    for start, end in sentences(text, begin, len(text)):
        position = start
        for match in [*_CLAUSE_END.finditer(text, start, end), None]:
            stop = end if match is None else match.start() + (match.group() == ";")
            if text[position:stop].strip():
                lead = len(text[position:stop]) - len(text[position:stop].lstrip())
                yield position + lead, position + len(text[position:stop].rstrip())
            position = end if match is None else match.end()


def highlights(
    passage: Passage,
    asked: Sequence[Role | Literal["date"]],
    cosines: Vectors,
    weights: Vectors,
    pieces: Tokenization,
) -> tuple[Highlight, ...]:
    """The fewest clauses that together have most of the passage's likeness to the question, in order.

    `cosines` have shape (pieces of the passage, pieces of the question); `weights` are those of the question's pieces.
    `pieces` are those of the passage's text, the first rows of `cosines`. A column or a date that is `asked` for is
    marked too where the passage has it. Neighbouring clauses make one highlight.
    """
    found = clauses(passage.text)
    if not (found and len(pieces.spans) and cosines.size):
        return ()
    if passage.kind == "definition":
        return (Highlight(found[0][0], found[-1][1]),)
    best = np.zeros((len(found), len(weights)), np.float32)
    for row, (begin, end) in zip(best, _pieces_of_clauses(passage.text, pieces), strict=True):
        np.maximum.reduce(cosines[begin:end], axis=0, out=row, initial=0)
    best *= weights
    taken = _fewest(best)
    for one in asked:
        answering = _answering(passage, found, one)
        if answering and not taken & set(answering):
            taken.add(answering[0])
    return tuple(_joined([found[n] for n in sorted(taken)], passage.text)) if taken else ()


@lru_cache(maxsize=_CACHED_CUTS)  # of use where an encoder caches its pieces
def _pieces_of_clauses(text: str, pieces: Tokenization) -> Sequence[tuple[int, int]]:
    """For each clause of a text the first of its word pieces, and the one after the last."""
    edges, spans = np.array(clauses(text)), pieces.spans
    begins, ends = spans[:, 0].searchsorted(edges[:, 0]), spans[:, 1].searchsorted(edges[:, 1], "right")
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _fewest(best: Vectors) -> set[int]:
    """The fewest rows of `best`, clauses, that together have most of the likeness of all."""
    taken: set[int] = set()
    enough = _ENOUGH * best.max(axis=0).sum()
    if len(best) == 1:
        return {0} if enough > 0 else taken
    have = np.zeros(best.shape[1], np.float32)
    while have.sum() < enough and len(taken) < len(best):
        gains = np.maximum(best, have).sum(axis=1)
        gains[list(taken)] = -1
        most = int(gains.argmax())
        taken.add(most)
        np.maximum(have, best[most], out=have)
    return taken


def _answering(passage: Passage, found: Sequence[Span], asked: Role | Literal["date"]) -> list[int]:
    """The clauses that have a date, or lie in the cell of the column asked for."""
    if asked == "date":
        return [n for n, span in enumerate(found) if DATE.search(passage.text, *span)]
    cell = cell_of(passage, asked)
    return [n for n, span in enumerate(found) if cell and cell[0] <= span[0] and span[1] <= cell[1]]


def _joined(spans: list[Span], text: str) -> Iterator[Highlight]:
    start, end = spans[0]
    for begin, stop in spans[1:]:
        if text[end:begin].strip():
            yield Highlight(start, end)
            start = begin
        end = stop
    yield Highlight(start, end)
