"""Rows of a ruled table that rules part only from its header: told by how their lines are set."""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from corpus.pdf.lines import by_line
from corpus.pdf.unruled import without_leaders
from corpus.pdf.words import Box, Rectangle

_LEAST_COLUMNS = 3
_NEAR = 3.0  # points within which lines begin at the same place
_SAME = 4.5  # points within which cells begin at the same height


def with_rows(cells: Sequence[Rectangle], words: Sequence[Box]) -> list[Rectangle]:
    """The cells, those of the one row below a header cut where rows begin in them."""
    bands = [list(band) for _, band in groupby(sorted(cells, key=_height), key=_height)]
    if len(bands) != 2 or len(bands[1]) < _LEAST_COLUMNS or len(bands[0]) != len(bands[1]):
        return list(cells)
    body = sorted(bands[1])
    cuts = list(_cuts(body, words))
    edges = [body[0][1], *cuts, body[0][3]]
    return [
        *bands[0],
        *((x0, top, x1, bottom) for top, bottom in pairwise(edges) for x0, _, x1, _ in body),
    ]


def _height(cell: Rectangle) -> int:
    return round(cell[1] / _SAME)


def _cuts(body: Sequence[Rectangle], words: Sequence[Box]) -> Iterable[float]:
    """The heights between lines at which another row begins.

    There the first cell has a line that is not further in, half of the others have one, and most lines above were not
    broken for want of room.
    """
    inside = [word for word in words if body[0][1] <= word.middle < body[0][3]]
    margin = min((word.x0 for word in inside), default=0.0)
    above: list[list[Box]] = [[] for _ in body]
    floor = 0.0
    for line in by_line(inside):
        parts = [[word for word in line if x0 <= (word.x0 + word.x1) / 2 < x1] for x0, _, x1, _ in body]
        begins = (
            bool(parts[0]) and parts[0][0].x0 <= margin + _NEAR and 2 * sum(map(bool, parts)) >= len(body)
        )
        had_room = [
            _had_room(before, part, cell)
            for before, part, cell in zip(above, parts, body, strict=True)
            if before and part
        ]
        if floor and begins and 2 * sum(had_room) > len(had_room):
            yield (floor + min(word.top for word in line)) / 2
        above = [part or before for before, part in zip(above, parts, strict=True)]
        floor = max(word.bottom for word in line)


def _had_room(before: Sequence[Box], part: Sequence[Box], cell: Rectangle) -> bool:
    """Whether the first word of a line of a cell had room in the line before it."""
    said = without_leaders(before)
    width = said[-1].size / 2 + part[0].x1 - part[0].x0
    return len(said) < len(before) or said[-1].x1 + width < cell[2]
