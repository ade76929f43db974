"""The part of a passage that answers: the clauses whose words come nearest to the question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.text.sentences import sentences
from corpus.types import Passage, Role
from index.encoders.tokenizer import Pieces
from index.queries.preferences import DATE
from index.types import Vectors

_CLAUSE_END = re.compile(r";(?=\s)|\t|\n+|\s[–—](?=\s)")
_ENOUGH = 0.9  # of what the whole text has of the question
_REMEMBERED = 4096  # texts whose clauses are kept
_FEWER = 1024  # texts of which it is kept, besides, where the word pieces of each clause are
_SHORT = 25  # characters; a shorter clause is part of its neighbour


@dataclass(frozen=True, slots=True)
class Highlight:
    """The characters `start:end` of a passage's text that answer the question."""

    start: int
    end: int


@lru_cache(maxsize=_REMEMBERED)
def clauses(text: str) -> Sequence[tuple[int, int]]:
    """Spans of the cells, sentences and parts between semicolons and dashes, list markers left out."""
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
    pieces: Pieces,
) -> tuple[Highlight, ...]:
    """The fewest clauses that together have most of what the passage has of the question, in order.

    `cosines` have shape (pieces of the passage, pieces of the question), `weights` are those of the latter, and `pieces`
    those of the passage's text, which come first. What is `asked` for, a column or a date, is marked too where the passage has it.
    Neighbouring clauses make one highlight.
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
        answering = [n for n, (start, end) in enumerate(found) if _answers(passage, start, end, one)]
        if answering and not taken & set(answering):
            taken.add(answering[0])
    return tuple(_joined([found[n] for n in sorted(taken)], passage.text)) if taken else ()


@lru_cache(maxsize=_FEWER)  # in vain where an encoder cuts a text anew each time
def _pieces_of_clauses(text: str, pieces: Pieces) -> Sequence[tuple[int, int]]:
    """For each clause of a text the first of its word pieces, and the one after the last."""
    edges, spans = np.array(clauses(text)), pieces.spans
    begins, ends = spans[:, 0].searchsorted(edges[:, 0]), spans[:, 1].searchsorted(edges[:, 1], "right")
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def _fewest(best: Vectors) -> set[int]:
    """The clauses, rows of `best`, that together have most of what all have, the best first."""
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


def _answers(passage: Passage, start: int, end: int, asked: Role | Literal["date"]) -> bool:
    """Whether a clause has a date, or lies in the cell of the column asked for."""
    if asked == "date":
        return DATE.search(passage.text, start, end) is not None
    header = passage.roles.get(asked)
    cell_start, cell_end = passage.text.rfind("\t", 0, start) + 1, passage.text.find("\t", end)
    cell = passage.text[cell_start : cell_end if cell_end >= 0 else len(passage.text)]
    return header is not None and plain(cell) == passage.fields[header]


def _joined(spans: list[tuple[int, int]], text: str) -> Iterator[Highlight]:
    start, end = spans[0]
    for begin, stop in spans[1:]:
        if text[end:begin].strip():
            yield Highlight(start, end)
            start = begin
        end = stop
    yield Highlight(start, end)
