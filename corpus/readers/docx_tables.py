"""The rows of tables: merged cells stand in each row, inner tables row by row beside the outer cells, header rows named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from corpus.layout import UNSEEN, Look
from corpus.readers.extracted import TableRow
from corpus.readers.table_rows import (
    Cell,
    Row,
    by_column,
    check_size,
    fitted,
    has_title,
    holds_tables,
    lines_of,
    with_room,
)
from corpus.word.grid import GridCell, GridRow, is_table, read_grid
from corpus.word.styles import Styles, is_shaded
from corpus.word.xml import Element, W, child, found, value

_NUMBER = re.compile(r"[^\w\s]?\s?\d[\d\s.,]*\s?[^\w\s]?")
_FIRST_ROW = 0x20  # of the bits that say which parts of a table are set apart


@dataclass(frozen=True, slots=True)
class WordCell(Cell):
    """A cell, and how it looks; `goes_on` tells that it is merged with the one above."""

    look: Look = UNSEEN
    shaded: bool = False
    goes_on: bool = False

    @property
    def marked(self) -> bool:
        """Whether its look sets it apart."""
        return self.look.bold or self.shaded


WordRow = Row[WordCell]
ReadCell = Callable[[Element], tuple[str, Look]]


@dataclass(slots=True)
class Tables:
    """Reads tables; `read_cell` gives the text of a cell, without the tables in it, and its look."""

    styles: Styles
    read_cell: ReadCell
    file: str
    cells: int = field(default=0)

    def rows(self, table: Element, grid: Sequence[GridRow]) -> list[WordRow]:
        """The rows of a table, those of tables inside it among them."""
        self.cells = 0
        return self._rows(table, grid)

    def _rows(self, table: Element, grid: Sequence[GridRow]) -> list[WordRow]:
        rows: list[WordRow] = []
        for line in grid:
            above = by_column(rows[-1]) if rows else {}
            row = Row(tuple(self._cell(cell, above) for cell in line.cells), line.declared)
            self.cells += row.width
            check_size(self.cells, self.file)
            rows.append(row)
        heads = _headers(rows, first_row=_sets_first_row_apart(table), styled=self._styled(table))
        return _unfolded([replace(row, header=n < heads) for n, row in enumerate(rows)])

    def _cell(self, cell: GridCell, above: dict[int, WordCell]) -> WordCell:
        across = cell.stop - cell.start
        if cell.node is None:
            return WordCell("", across)
        if cell.goes_on:
            over = above.get(cell.start, WordCell(""))
            return replace(over, across=across, goes_on=True, inner=())
        inner: list[WordRow] = []
        for table in found(cell.node, "tbl"):
            if is_table(grid := read_grid(table)):
                inner += self._rows(table, grid)
        text, look = self.read_cell(cell.node)
        return WordCell(text, across, tuple(inner), look, is_shaded(child(cell.node, "tcPr")))

    def _styled(self, table: Element) -> bool:
        return self.styles.heads_tables(value(table, "tblPr", "tblStyle"))


def table_rows(rows: Sequence[WordRow]) -> list[TableRow]:
    """The rows as they are written."""
    return [
        TableRow(
            tuple((cell.text, cell.across) for cell in row.cells),
            row.header,
            Look(
                max((cell.look.size for cell in row.filled), default=0.0),
                bool(row.filled) and all(cell.look.bold for cell in row.filled),
            ),
        )
        for row in rows
    ]


def heading_of(rows: Sequence[WordRow]) -> WordCell | None:
    """The one cell of a first row that goes over the whole table, above others: its title."""
    return rows[0].cells[0] if has_title(rows) and rows[0].cells[0].text else None


def _sets_first_row_apart(table: Element) -> bool:
    look = child(table, "tblPr", "tblLook")
    if look is None:
        return False
    said = look.get(f"{W}firstRow")
    if said is not None:
        return said not in ("0", "false", "off")
    try:
        return bool(int(look.get(f"{W}val", "0"), 16) & _FIRST_ROW)
    except ValueError:
        return False


def _headers(rows: Sequence[WordRow], *, first_row: bool, styled: bool) -> int:
    """How many rows at the top head the columns: declared, or set apart by their look."""
    start = 1 if heading_of(rows) else 0
    heads = start
    while heads < len(rows) and rows[heads].header:
        heads += 1
    if heads == start and len(rows) > start + 1 and _heads(rows[start:], first_row=first_row, styled=styled):
        heads = start + 1
    while start < heads < len(rows) - 1 and _goes_on_heading(rows[heads - 1], rows[heads]):
        heads += 1
    return heads if start < heads < len(rows) else 0


def _heads(rows: Sequence[WordRow], *, first_row: bool, styled: bool) -> bool:
    """Whether the first of these rows looks like a header of the others."""
    first, second = rows[0], rows[1]
    if len(first.filled) < 2 and not _spans(first):
        return False
    if all(cell.marked for cell in first.filled) and not all(cell.marked for cell in second.filled):
        return True
    nests = holds_tables(rows[1:])
    whole = len(first.filled) == len(first.cells) and not any(cell.inner for cell in first.cells)
    return first_row and (styled or _spans(first) or (whole and (nests or _names_numbers(rows))))


def _names_numbers(rows: Sequence[WordRow]) -> bool:
    """Whether the first row is of words, and a column below it of numbers."""
    if any(_NUMBER.fullmatch(cell.text) for cell in rows[0].cells):
        return False
    below = [[cell.text for cell in row.cells] for row in rows[1:]]
    return any(all(_NUMBER.fullmatch(text) for text in column) for column in zip(*below, strict=False))


def _spans(row: WordRow) -> bool:
    """Whether a cell goes over several columns, not all."""
    return any(1 < cell.across < row.width for cell in row.filled)


def _goes_on_heading(row: WordRow, below: WordRow) -> bool:
    """Whether the row below a header names its columns further."""
    if any(cell.goes_on and cell.text for cell in below.cells):
        return True
    return _spans(row) and not row.cells[0].text and bool(below.cells[0].text)


def _unfolded(rows: list[WordRow]) -> list[WordRow]:
    """Each row of an inner table beside the cells of its outer row; the inner header once, below the outer."""
    if not holds_tables(rows):
        return rows
    unfolded: list[WordRow] = []
    heads: set[tuple[str, ...]] = set()
    for row in with_room(rows):
        above = next((each for each in reversed(unfolded) if each.header), None)
        for line in lines_of(row, _inside):
            if not line.header or above is None:
                unfolded.append(replace(line, header=row.header))
            elif (names := tuple(cell.text for cell in line.cells if cell.inner)) not in heads:
                heads.add(names)
                if any(not each.header for each in unfolded):
                    unfolded.append(replace(line, header=False))
                else:
                    unfolded.append(_named_by(above, line))
    return [replace(row, cells=tuple(replace(cell, inner=()) for cell in row.cells)) for row in unfolded]


def _inside(cell: WordCell, inner: WordRow | None) -> tuple[WordCell, ...]:
    """The cells of an inner row keep `inner`, which tells them from the outer ones."""
    if not cell.inner:
        return (cell,)
    if inner is None:
        return (WordCell("", cell.across),)
    return tuple(replace(each, inner=cell.inner) for each in fitted(inner, cell.across))


def _named_by(above: WordRow, line: WordRow) -> WordRow:
    """An inner header as a header row: beside it stand the outer names."""
    names = by_column(above)
    cells = [
        cell if cell.inner else replace(names.get(at, WordCell("")), across=cell.across)
        for at, cell in by_column(line).items()
    ]
    return Row(tuple(cells), header=True)
