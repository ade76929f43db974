"""Ruled tables on the page of a PDF, by pdfplumber's finder: where their cells are, open sides closed."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.table import TableFinder

from corpus.pdf.drawing import SHORTEST_RULE, Drawing
from corpus.pdf.lines import by_line, lines_text
from corpus.pdf.tables import SeenCell, rows_of
from corpus.pdf.unparted import with_rows
from corpus.pdf.unruled import without_leaders
from corpus.pdf.words import Box, Rectangle, Table

_NEAR = 3.0  # points within which rules touch
_SAME = 4.5  # points within which edges of cells are the two sides of a rule
_LEAST_FILLED = 0.5  # share of rows with text in two cells; plots and frames have less
_LONGEST_CELL = 4_000  # characters; more is a page with a frame


@dataclass(frozen=True, slots=True)
class _Edges:
    across: tuple[Any, ...]
    down: tuple[Any, ...]


def tables(
    seen: Drawing,
    size: tuple[float, float],
    words: Sequence[Box],
    most: int,
    before: Sequence[float] = (),
) -> list[Box]:
    """Each table that is ruled on a page of this size as one box; none that has more than `most` cells.

    Edges of grounds rule only where lines do not. `before` is where the columns begin of a table that may go on from the
    page before: the rest of its last row may fill one column only.
    """
    found = _found(seen.lines, size, words, most, before)
    if seen.edges:
        free = [
            line for line in (*seen.lines, *seen.edges) if not any(_touches(line, table) for table in found)
        ]
        found += _found(free, size, words, most, before)
    return found


def _touches(line: Rectangle, table: Box) -> bool:
    return line[0] < table.x1 and line[2] > table.x0 and line[1] < table.bottom and line[3] > table.top


def _found(
    lines: Iterable[Rectangle],
    size: tuple[float, float],
    words: Sequence[Box],
    most: int,
    before: Sequence[float],
) -> list[Box]:
    found: list[Box] = []
    drawn = [_edge(*line) for line in lines]
    for edges in _groups([e for e in drawn if max(e["width"], e["height"]) >= SHORTEST_RULE]):
        for table in _cells_of(edges):
            box = _read(table, size, words, most, before)
            if box and not any(_inside_of(box, other) for other in found):
                found.append(box)
    return found


def _cells_of(edges: _Edges) -> list[Any]:
    """The tables that pdfplumber finds between rules, the outermost sides closed."""
    across, down = edges.across, edges.down
    x0, x1 = min(e["x0"] for e in across), max(e["x1"] for e in across)
    top = min(e["top"] for e in (*across, *down))
    bottom = max(e["bottom"] for e in (*across, *down))
    settings = {
        "explicit_vertical_lines": [
            *_inside(down, x0, x1), _edge(x0, top, x0, bottom), _edge(x1, top, x1, bottom)
        ],
        "explicit_horizontal_lines": [*across, _edge(x0, top, x1, top), _edge(x0, bottom, x1, bottom)],
        "vertical_strategy": "explicit",
        "horizontal_strategy": "explicit",
        "snap_tolerance": _NEAR,
        "intersection_tolerance": _NEAR,
    }  # fmt: skip
    return TableFinder(None, settings).tables  # type: ignore[arg-type]  # it reads nothing of the page


def _groups(edges: Iterable[Any]) -> list[_Edges]:
    """Rules that touch one another, where both kinds are among them."""
    groups: list[list[Any]] = []
    for edge in edges:
        touching = [group for group in groups if any(_touch(edge, other) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([edge, *(other for group in touching for other in group)])
    divided = [
        _Edges(
            tuple(e for e in group if e["orientation"] == "h"),
            tuple(e for e in group if e["orientation"] == "v"),
        )
        for group in groups
    ]
    return [edges for edges in divided if edges.across and edges.down]


def _touch(one: Any, other: Any) -> bool:
    return bool(
        one["x0"] <= other["x1"] + _NEAR
        and other["x0"] <= one["x1"] + _NEAR
        and one["top"] <= other["bottom"] + _NEAR
        and other["top"] <= one["bottom"] + _NEAR
    )


def _inside(down: Iterable[Any], x0: float, x1: float) -> list[Any]:
    return [edge for edge in down if x0 - _NEAR <= edge["x0"] <= x1 + _NEAR]


def _edge(x0: float, top: float, x1: float, bottom: float) -> dict[str, Any]:
    """A line as pdfplumber has it."""
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": "v" if bottom - top > x1 - x0 else "h", "object_type": "line",
    }  # fmt: skip


def _read(
    table: Any, size: tuple[float, float], words: Sequence[Box], most: int, before: Sequence[float]
) -> Box | None:
    """The table as a box, or None where its cells hold too little, or what is in them is a drawing's."""
    x0, top, x1, bottom = table.bbox
    within = [word for word in words if holds((x0, top, x1, bottom), word)]
    cells = with_rows(table.cells, within)
    grid, starts = _grid(cells)
    if not grid or len(grid) * len(grid[0]) > most:
        return None
    texts = _in_cells(cells, within)
    if texts is None:
        return None  # a word between cells would be lost
    used = [k for k in range(len(grid[0])) if any(_begins(row, k) and texts.get(row[k]) for row in grid)]
    fewer, more = sorted((starts, before), key=len)
    goes_on = len(fewer) > 1 and all(_nears(place, more) for place in fewer)
    if goes_on:  # what is empty on this page is a column of the table all the same
        used = [k for k in range(len(starts)) if k in used or _nears(starts[k], before)]
    grid = [[row[k] for k in used] for row in grid]
    grid = [row for row in grid if any(texts.get(cell) for cell in row)]
    filled = [sum(_begins(row, k) and bool(texts.get(row[k])) for k in range(len(row))) for row in grid]
    longest = max((len(lines_text(held)) for held in texts.values()), default=0)
    if len(used) < 2 or longest > _LONGEST_CELL:
        return None
    if not goes_on and sum(count > 1 for count in filled) < _LEAST_FILLED * len(grid):
        return None
    if not _set_in_lines(texts.values()) or not _on(size, table.bbox):
        return None
    type_size = max(word.size for word in within)
    columns = tuple(starts[k] for k in used)
    return Box(x0, top, x1, bottom, "", type_size, table=Table(rows_of(_rows(grid, texts)), columns))


def _nears(place: float, others: Sequence[float]) -> bool:
    return any(abs(place - other) <= _NEAR for other in others)


def _in_cells(cells: Iterable[Rectangle], words: Sequence[Box]) -> dict[Rectangle | None, list[Box]] | None:
    """The words of each cell; None where a word stands in none."""
    distinct = sorted(set(cells), key=_area)
    found: dict[Rectangle | None, list[Box]] = {}
    for word in words:
        cell = next((cell for cell in distinct if holds(cell, word)), None)
        if cell is None:
            return None
        found.setdefault(cell, []).append(word)
    return found


def _grid(cells: Iterable[Rectangle]) -> tuple[list[list[Rectangle | None]], list[float]]:
    """For each row the cell in each column, and where the columns begin.

    A cell that spans rows or columns stands in all of them.
    """
    distinct = sorted(set(cells), key=_area)
    across = _places(edge for cell in distinct for edge in (cell[0], cell[2]))
    down = _places(edge for cell in distinct for edge in (cell[1], cell[3]))
    grid: list[list[Rectangle | None]] = [[None] * (len(across) - 1) for _ in down[1:]]
    for cell in distinct:
        for row in range(_nearest(down, cell[1]), _nearest(down, cell[3])):
            for column in range(_nearest(across, cell[0]), _nearest(across, cell[2])):
                grid[row][column] = grid[row][column] or cell
    return grid, across[:-1]


def _area(cell: Rectangle) -> tuple[float, float, float]:
    """The inner one of two cells comes first."""
    return (cell[2] - cell[0]) * (cell[3] - cell[1]), cell[1], cell[0]


def _places(edges: Iterable[float]) -> list[float]:
    """Where edges are, those that are one but for the thickness of their rules once."""
    places: list[float] = []
    for edge in sorted(edges):
        if not places or edge - places[-1] > _SAME:
            places.append(edge)
    return places


def _nearest(places: Sequence[float], edge: float) -> int:
    return min(range(max(0, bisect(places, edge) - 1), len(places)), key=lambda n: abs(places[n] - edge))


def _begins(row: Sequence[Rectangle | None], column: int) -> bool:
    return row[column] is not None and (column == 0 or row[column - 1] != row[column])


def _rows(
    grid: Sequence[Sequence[Rectangle | None]], texts: dict[Rectangle | None, list[Box]]
) -> list[list[SeenCell]]:
    """Each row as its cells: the words, and how many columns they go over."""
    found = []
    for row in grid:
        cells: list[SeenCell] = []
        for column, cell in enumerate(row):
            if cell is not None and column and row[column - 1] == cell:
                cells[-1] = SeenCell(cells[-1].words, cells[-1].across + 1)
            else:
                cells.append(SeenCell(tuple(without_leaders(texts.get(cell, ()))), 1))
        found.append(cells)
    return found


def holds(cell: Rectangle, word: Box) -> bool:
    """Whether the middle of `word` lies in `cell`: x0, top, x1, bottom."""
    return cell[0] <= (word.x0 + word.x1) / 2 < cell[2] and cell[1] <= word.middle < cell[3]


def _on(size: tuple[float, float], bbox: Rectangle) -> bool:
    x0, top, x1, bottom = bbox
    return x0 >= -_NEAR and top >= -_NEAR and x1 <= size[0] + _NEAR and bottom <= size[1] + _NEAR


def _set_in_lines(cells: Iterable[Sequence[Box]]) -> bool:
    """Whether most cells of several lines have a common edge or middle, as text has and a plot's labels have not."""
    tall = [lines for cell in cells if len(lines := by_line(cell)) > 2]
    return 2 * sum(map(_aligned, tall)) >= len(tall)


def _aligned(lines: Sequence[Sequence[Box]]) -> bool:
    lefts, rights = [line[0].x0 for line in lines], [line[-1].x1 for line in lines]
    middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    return any(
        2 * max(sum(abs(place - other) <= _NEAR for other in places) for place in places) >= len(places)
        for places in (lefts, rights, middles)
    )


def _inside_of(box: Box, other: Box) -> bool:
    return other.x0 <= box.x0 + _NEAR and box.x1 <= other.x1 + _NEAR and (
        other.top <= box.top + _NEAR and box.bottom <= other.bottom + _NEAR
    )  # fmt: skip
