"""The columns of a table as they are seen: where Word's grid has lines that no cell shows, they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.word.xml import Element, W, child, found, number, switch, value

_NARROW = 280  # twentieths of a point, about 5 mm: cells whose edges were not drawn quite one above another
_WIDEST = 1_000  # columns that one cell may go over


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell, or a gap where `node` is None, over the columns from `start` to before `stop`."""

    node: Element | None
    start: int
    stop: int
    goes_on: bool = False  # with the cell above


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells; `declared` tells that Word repeats it on each page as a header."""

    cells: tuple[GridCell, ...]
    declared: bool


def read_grid(table: Element) -> list[GridRow]:
    """The rows that are seen, in columns that are seen."""
    rows = [_row(tr) for tr in found(table, "tr") if not _is_gone(tr)]
    return _without_unseen([row for row in rows if row.cells], _widths(table))


def is_table(rows: Sequence[GridRow]) -> bool:
    """Whether there is more than one column and one row: what has not is a frame around text."""
    return len(rows) > 1 and max(len(row.cells) for row in rows) > 1


def _is_gone(tr: Element) -> bool:
    properties = child(tr, "trPr")
    return bool(switch(properties, "hidden")) or child(properties, "del") is not None


def _row(tr: Element) -> GridRow:
    properties = child(tr, "trPr")
    at = _bounded(number(properties, "gridBefore"), 0)
    cells = [GridCell(None, 0, at)] if at else []
    for tc in found(tr, "tc"):
        said = child(tc, "tcPr")
        if child(said, "cellDel") is not None:
            continue
        stop = at + _bounded(number(said, "gridSpan"), 1)
        if _goes_on(said, "hMerge") and cells:
            cells[-1] = GridCell(cells[-1].node, cells[-1].start, stop, cells[-1].goes_on)
        else:
            cells.append(GridCell(tc, at, stop, _goes_on(said, "vMerge")))
        at = stop
    if after := _bounded(number(properties, "gridAfter"), 0):
        cells.append(GridCell(None, at, at + after))
    return GridRow(tuple(cells), bool(switch(properties, "tblHeader")))


def _bounded(said: int | None, least: int) -> int:
    return min(max(said if said is not None else least, least), _WIDEST)


def _goes_on(properties: Element | None, name: str) -> bool:
    merge = child(properties, name)
    return merge is not None and (value(properties, name) or "continue") == "continue"


def _widths(table: Element) -> list[float]:
    said = [column.get(f"{W}w", "") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    return [float(width) if width.isascii() and width.isdigit() else _NARROW for width in said]


def _without_unseen(rows: list[GridRow], widths: Sequence[float]) -> list[GridRow]:
    """The rows in new columns: one for each that a cell has for itself, or that is wide and has an edge."""
    edges = sorted({edge for row in rows for cell in row.cells for edge in (cell.start, cell.stop)})
    alone = {(cell.start, cell.stop) for row in rows for cell in row.cells if cell.node is not None}
    places, column = {edges[0]: 0} if edges else {}, 0
    for left, right in pairwise(edges):
        narrow = right <= len(widths) and sum(widths[left:right]) < _NARROW
        column += not narrow or (left, right) in alone
        places[right] = column
    return [
        GridRow(
            tuple(
                GridCell(cell.node, places[cell.start], places[cell.stop], cell.goes_on)
                for cell in row.cells
                if places[cell.start] < places[cell.stop]
            ),
            row.declared,
        )
        for row in rows
    ]
