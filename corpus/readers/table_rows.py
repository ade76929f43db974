"""Rows of cells that go over several columns, and of tables inside cells: what the readers of Word and web pages share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Generic, TypeVar

from corpus.errors import ReadError
from corpus.readers import limits


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds: its text, over how many columns it goes, and the rows of a table inside it."""

    text: str
    across: int = 1
    inner: tuple["Row[Any]", ...] = ()


C = TypeVar("C", bound=Cell)


@dataclass(frozen=True, slots=True)
class Row(Generic[C]):
    """The cells of a row from left to right."""

    cells: tuple[C, ...]
    header: bool = False

    @property
    def width(self) -> int:
        return sum(cell.across for cell in self.cells)

    @property
    def filled(self) -> list[C]:
        return [cell for cell in self.cells if cell.text]


def check_size(cells: int, file: str) -> None:
    """Raises `ReadError` where a table has too many cells."""
    if cells > limits.TABLE_CELLS:
        raise ReadError(
            f"has a table of more than {limits.TABLE_CELLS} cells", where=file, remedy="split the table"
        )


def by_column(row: Row[C]) -> dict[int, C]:
    """The cells by the column in which each begins."""
    cells, at = {}, 0
    for cell in row.cells:
        cells[at] = cell
        at += cell.across
    return cells


def has_title(rows: Sequence[Row[C]]) -> bool:
    """Whether the first row is one cell over the whole table, above others."""
    return len(rows) > 2 and len(rows[0].cells) == 1 and len(rows[1].cells) > 1


def holds_tables(rows: Sequence[Row[C]]) -> bool:
    """Whether a table stands inside a cell of these rows."""
    return any(cell.inner for row in rows for cell in row.cells)


def with_room(rows: Sequence[Row[C]]) -> list[Row[C]]:
    """The rows, each column as wide as the tables inside its cells need."""
    wider: dict[int, int] = {}
    for row in rows:
        for at, cell in by_column(row).items():
            needed = max((inner.width for inner in cell.inner), default=1) - cell.across
            wider[at] = max(wider.get(at, 0), needed)
    return [_widened(row, wider) for row in rows]


def lines_of(row: Row[C], inside: Callable[[C, Row[C] | None], tuple[C, ...]]) -> list[Row[C]]:
    """A row for each row inside; before them one with what else their cells hold.

    `inside` gives what a line has for a cell: the cells of its inner row, or itself where it holds no table.
    """
    if not holds_tables([row]):
        return [row]
    lines = []
    if any(cell.inner and cell.text for cell in row.cells):
        lines.append(Row(tuple(replace(cell, inner=()) for cell in row.cells)))
    for inner in zip_longest(*(cell.inner for cell in row.cells if cell.inner)):
        rest = iter(inner)
        cells: list[C] = []
        for cell in row.cells:
            cells += inside(cell, next(rest) if cell.inner else None)
        lines.append(Row(tuple(cells), all(each is None or each.header for each in inner)))
    return lines


def fitted(row: Row[C], across: int) -> tuple[C, ...]:
    """The cells of an inner row, the last as wide as the cell it stands in allows."""
    *before, last = row.cells
    return (*before, replace(last, across=last.across + across - row.width))


def _widened(row: Row[C], wider: dict[int, int]) -> Row[C]:
    cells = [
        replace(cell, across=cell.across + sum(wider.get(n, 0) for n in range(at, at + cell.across)))
        for at, cell in by_column(row).items()
    ]
    return replace(row, cells=tuple(cells))
