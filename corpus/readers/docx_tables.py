"""The rows of tables: merged cells stand in each row, inner tables row by row beside the outer cells, header rows named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from corpus.errors import ReadError
from corpus.layout import UNSEEN, Look
from corpus.readers import limits
from corpus.readers.extracted import TableRow
from corpus.word.grid import GridCell, GridRow, is_table, read_grid
from corpus.word.styles import Styles, is_shaded
from corpus.word.xml import Element, W, child, found, value

_NUMBER = re.compile(r"[^\w\s]?\s?\d[\d\s.,]*\s?[^\w\s]?")
_FIRST_ROW = 0x20  # of the bits that say which parts of a table are set apart


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds: its text, how it looks, and the rows of a table inside it."""

    text: str
    across: int = 1
    look: Look = UNSEEN
    shaded: bool = False
    goes_on: bool = False
    inner: tuple["Row", ...] = ()

    @property
    def marked(self) -> bool:
        """Whether its look sets it apart."""
        return self.look.bold or self.shaded


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row from left to right."""

    cells: tuple[Cell, ...]
    header: bool = False

    @property
    def width(self) -> int:
        return sum(cell.across for cell in self.cells)

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.text]


ReadCell = Callable[[Element], tuple[str, Look]]


@dataclass(slots=True)
class Tables:
    """Reads tables; `read_cell` gives the text of a cell, without the tables in it, and its look."""

    styles: Styles
    read_cell: ReadCell
    file: str
    cells: int = field(default=0)

    def rows(self, table: Element, grid: Sequence[GridRow]) -> list[Row]:
        """The rows of a table, those of tables inside it among them."""
        self.cells = 0
        return self._rows(table, grid)

    def _rows(self, table: Element, grid: Sequence[GridRow]) -> list[Row]:
        rows: list[Row] = []
        for line in grid:
            above = _by_column(rows[-1]) if rows else {}
            row = Row(tuple(self._cell(cell, above) for cell in line.cells), line.declared)
            self.cells += row.width
            if self.cells > limits.TABLE_CELLS:
                raise ReadError(
                    f"has a table of more than {limits.TABLE_CELLS} cells",
                    where=self.file,
                    remedy="split the table",
                )
            rows.append(row)
        heads = _headers(rows, first_row=_sets_first_row_apart(table), styled=self._styled(table))
        return _unfolded([replace(row, header=n < heads) for n, row in enumerate(rows)])

    def _cell(self, cell: GridCell, above: dict[int, Cell]) -> Cell:
        across = cell.stop - cell.start
        if cell.node is None:
            return Cell("", across)
        if cell.goes_on:
            over = above.get(cell.start, Cell(""))
            return replace(over, across=across, goes_on=True, inner=())
        inner: list[Row] = []
        for table in found(cell.node, "tbl"):
            if is_table(grid := read_grid(table)):
                inner += self._rows(table, grid)
        text, look = self.read_cell(cell.node)
        return Cell(text, across, look, is_shaded(child(cell.node, "tcPr")), inner=tuple(inner))

    def _styled(self, table: Element) -> bool:
        return self.styles.heads_tables(value(table, "tblPr", "tblStyle"))


def table_rows(rows: Sequence[Row]) -> list[TableRow]:
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


def heading_of(rows: Sequence[Row]) -> Cell | None:
    """The one cell of a first row that goes over the whole table, above others: its title."""
    if len(rows) < 3 or len(rows[0].cells) != 1 or len(rows[1].cells) < 2:
        return None
    return rows[0].cells[0] if rows[0].cells[0].text else None


def _by_column(row: Row) -> dict[int, Cell]:
    cells, at = {}, 0
    for cell in row.cells:
        cells[at] = cell
        at += cell.across
    return cells


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


def _headers(rows: Sequence[Row], *, first_row: bool, styled: bool) -> int:
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


def _heads(rows: Sequence[Row], *, first_row: bool, styled: bool) -> bool:
    """Whether the first of these rows looks like a header of the others."""
    first, second = rows[0], rows[1]
    if len(first.filled) < 2 and not _spans(first):
        return False
    if all(cell.marked for cell in first.filled) and not all(cell.marked for cell in second.filled):
        return True
    nests = any(cell.inner for row in rows[1:] for cell in row.cells)
    whole = len(first.filled) == len(first.cells) and not any(cell.inner for cell in first.cells)
    return first_row and (styled or _spans(first) or (whole and (nests or _names_numbers(rows))))


def _names_numbers(rows: Sequence[Row]) -> bool:
    """Whether the first row is of words, and a column below it of numbers."""
    if any(_NUMBER.fullmatch(cell.text) for cell in rows[0].cells):
        return False
    below = [[cell.text for cell in row.cells] for row in rows[1:]]
    return any(all(_NUMBER.fullmatch(text) for text in column) for column in zip(*below, strict=False))


def _spans(row: Row) -> bool:
    """Whether a cell goes over several columns, not all."""
    return any(1 < cell.across < row.width for cell in row.filled)


def _goes_on_heading(row: Row, below: Row) -> bool:
    """Whether the row below a header names its columns further."""
    if any(cell.goes_on and cell.text for cell in below.cells):
        return True
    return _spans(row) and not row.cells[0].text and bool(below.cells[0].text)


def _unfolded(rows: list[Row]) -> list[Row]:
    """Each row of an inner table beside the cells of its outer row; the inner header once, below the outer."""
    wider = _extra_columns(rows)
    if not any(cell.inner for row in rows for cell in row.cells):
        return rows
    unfolded: list[Row] = []
    heads: set[tuple[str, ...]] = set()
    for row in rows:
        row = _widened(row, wider)
        above = next((each for each in reversed(unfolded) if each.header), None)
        for line in _lines(row):
            if not line.header or above is None:
                unfolded.append(replace(line, header=row.header))
            elif (names := tuple(cell.text for cell in line.cells if cell.inner)) not in heads:
                heads.add(names)
                if any(not each.header for each in unfolded):
                    unfolded.append(replace(line, header=False))
                else:
                    unfolded.append(_named_by(above, line))
    return [replace(row, cells=tuple(replace(cell, inner=()) for cell in row.cells)) for row in unfolded]


def _extra_columns(rows: Sequence[Row]) -> dict[int, int]:
    """How many columns more than its own an inner table needs, by the column where its cell begins."""
    wider: dict[int, int] = {}
    for row in rows:
        for at, cell in _by_column(row).items():
            needed = max((inner.width for inner in cell.inner), default=1) - cell.across
            wider[at] = max(wider.get(at, 0), needed)
    return wider


def _widened(row: Row, wider: dict[int, int]) -> Row:
    cells = [
        replace(cell, across=cell.across + sum(wider.get(n, 0) for n in range(at, at + cell.across)))
        for at, cell in _by_column(row).items()
    ]
    return replace(row, cells=tuple(cells))


def _lines(row: Row) -> list[Row]:
    """A row for each row inside; before them one with what else their cells hold. Cells of inner rows keep `inner`."""
    if not any(cell.inner for cell in row.cells):
        return [row]
    lines = []
    if any(cell.inner and cell.text for cell in row.cells):
        lines.append(Row(tuple(replace(cell, inner=()) for cell in row.cells)))
    for inner in zip_longest(*(cell.inner for cell in row.cells if cell.inner)):
        rest = iter(inner)
        cells: list[Cell] = []
        for cell in row.cells:
            cells += _inside(cell, next(rest)) if cell.inner else (cell,)
        lines.append(Row(tuple(cells), all(each is None or each.header for each in inner)))
    return lines


def _inside(cell: Cell, inner: Row | None) -> tuple[Cell, ...]:
    """The cells of an inner row, as wide as the cell it stands in."""
    if inner is None:
        return (Cell("", cell.across),)
    *before, last = inner.cells
    last = replace(last, across=last.across + cell.across - inner.width)
    return tuple(replace(each, inner=cell.inner) for each in (*before, last))


def _named_by(above: Row, line: Row) -> Row:
    """An inner header as a header row: beside it stand the outer names."""
    names = _by_column(above)
    cells = [
        cell if cell.inner else replace(names.get(at, Cell("")), across=cell.across)
        for at, cell in _by_column(line).items()
    ]
    return Row(tuple(cells), header=True)
