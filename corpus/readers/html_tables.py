"""The rows of tables in web pages: as a browser places their cells, inner tables row by row beside the outer cells."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborNode

from corpus.layout import ROW_HEADED, UNSEEN, Look
from corpus.readers.extracted import TableRow
from corpus.readers.table_rows import (
    Cell,
    Row,
    check_size,
    fitted,
    has_title,
    holds_tables,
    lines_of,
    with_room,
)
from corpus.web.page import Page

_MOST_ACROSS, _MOST_DOWN = 1_000, 65_534  # as in browsers
_LONGEST_BESIDE = 80  # characters of a cell beside an inner table, where the outer is no mere frame


@dataclass(frozen=True, slots=True)
class WebCell(Cell):
    """A cell, and whether it is marked as a heading."""

    head: bool = False
    bold: bool = False


WebRow = Row[WebCell]
ReadCell = Callable[[LexborNode], WebCell]


@dataclass(slots=True)
class Grid:
    """Reads a table; `read` gives what a cell holds."""

    page: Page
    read: ReadCell
    file: str
    cells: int = field(default=0)

    def rows(self, table: LexborNode) -> list[WebRow]:
        """The rows in the order that they are shown, cells that span rows in each of them."""
        sections = [(section.tag, self._section(section)) for section in _sections(table)]
        declared = next((len(rows) for tag, rows in sections[:1] if tag == "thead"), 0)
        rows = [row for _, rows in sections for row in rows]
        heads = _headers(rows, declared)
        return _unfolded([replace(row, header=n < heads) for n, row in enumerate(rows)])

    def _section(self, section: LexborNode) -> list[WebRow]:
        lines = [node for node in section.iter() if node.tag == "tr" and not self.page.is_left_out(node)]
        held: dict[
            int, tuple[int, WebCell]
        ] = {}  # by column: cells from above, and how many rows they still go over
        rows = []
        for number, line in enumerate(lines):
            row, held = self._line(line, held, len(lines) - number)
            rows.append(row)
        return rows

    def _line(
        self, line: LexborNode, above: dict[int, tuple[int, WebCell]], rest: int
    ) -> tuple[WebRow, dict[int, tuple[int, WebCell]]]:
        """A row, with what reaches into it from `above`, and what reaches into the next; `rest` rows are left."""
        placed: dict[int, WebCell] = {column: cell for column, (_, cell) in above.items()}
        held = {column: (down - 1, cell) for column, (down, cell) in above.items() if down > 1}
        column = 0
        for node in line.iter():
            if node.tag not in ("td", "th") or self.page.is_left_out(node):
                continue
            while column in above:
                column += above[column][1].across
            across = min(_span(node, "colspan") or 1, _MOST_ACROSS)
            cell = replace(self.read(node), across=across)
            down = min(_span(node, "rowspan") or rest, _MOST_DOWN, rest)
            placed[column] = cell
            if down > 1:
                held[column] = down - 1, cell
            column += across
        row = Row(tuple(_side_by_side(placed)))
        self.cells += row.width
        check_size(self.cells, self.file)
        return row, held


def _sections(table: LexborNode) -> list[LexborNode]:
    """The parts of a table as a browser orders them: its head, its bodies, its foot."""
    parts = [node for node in table.iter() if node.tag in ("thead", "tbody", "tfoot")]
    head = next((part for part in parts if part.tag == "thead"), None)
    foot = next((part for part in parts if part.tag == "tfoot"), None)
    order = {head.mem_id: 0} if head is not None else {}
    order |= {foot.mem_id: 2} if foot is not None else {}
    return sorted(parts, key=lambda part: order.get(part.mem_id, 1))


def _span(cell: LexborNode, name: str) -> int:
    match = re.match(r"\s*\+?(\d{1,6})", cell.attributes.get(name) or "")
    return int(match[1]) if match else 1


def _side_by_side(placed: dict[int, WebCell]) -> Iterator[WebCell]:
    """The cells by their columns, empty ones in the gaps; what another cell goes over is not shown twice."""
    column = 0
    for start in sorted(placed):
        if start < column:
            continue
        if start > column:
            yield WebCell("", start - column)
        yield placed[start]
        column = start + placed[start].across


def _headers(rows: Sequence[WebRow], declared: int) -> int:
    """How many rows at the top head the columns: those of the head, those all of <th>, else a first row set in bold."""
    title = int(has_title(rows))
    heads = max(declared, title)
    while heads < len(rows) and _heads(rows[heads]) and rows[heads].width > 1:
        heads += 1
    if heads == title and len(rows) > heads + 1 and len(rows[heads].filled) > 1:
        heads += _is_bold(rows[heads]) and not _is_bold(rows[heads + 1])
    return heads if max(declared, title + 1) <= heads < len(rows) else 0


def _heads(row: WebRow) -> bool:
    """Whether all that is written in it is marked as heading."""
    return bool(row.filled) and all(cell.head for cell in row.filled)


def _is_bold(row: WebRow) -> bool:
    return all(cell.bold for cell in row.filled)


def table_rows(rows: Sequence[WebRow]) -> list[TableRow]:
    """The rows as they are written."""
    return [
        TableRow(
            tuple((cell.text, cell.across) for cell in row.cells),
            row.header,
            Look(name=ROW_HEADED) if not row.header and row.cells and row.cells[0].head else UNSEEN,
        )
        for row in rows
    ]


def title_of(rows: Sequence[WebRow]) -> str:
    """What a first cell over the whole table says, above the heading of the columns: the title of the table."""
    told = has_title(rows) and (rows[1].header or _heads(rows[0]))
    return rows[0].cells[0].text if told else ""


def is_table(table: LexborNode) -> bool:
    """Whether a table has data, and does not only place things on the page."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return False
    lines = [
        [cell for cell in line.iter() if cell.tag in ("td", "th")]
        for section in _sections(table)
        for line in section.iter()
        if line.tag == "tr"
    ]
    if all(len(line) < 2 for line in lines):
        return False
    declared = (table.attributes.get("border") or "0") not in ("", "0")
    if declared or any(node.tag in ("caption", "thead") for node in table.iter()):
        return True
    if any(cell.tag == "th" for line in lines for cell in line):
        return True
    if len(lines) < 2 or table.css_first("h1, h2, h3, h4, form") is not None:
        return False
    return all(_stands_beside(line) for line in lines if any(_holds_table(cell) for cell in line))


def _holds_table(cell: LexborNode) -> bool:
    return cell.css_first("table") is not None


def _stands_beside(line: Sequence[LexborNode]) -> bool:
    """Whether short text stands beside the inner tables of a row."""
    texts = [" ".join(cell.text().split()) for cell in line if not _holds_table(cell)]
    return any(texts) and all(len(text) <= _LONGEST_BESIDE for text in texts)


def _unfolded(rows: list[WebRow]) -> list[WebRow]:
    """Each row of an inner table beside the cells of its outer row; an inner header stands once, below the outer."""
    if not holds_tables(rows):
        return rows
    unfolded: list[WebRow] = []
    heads: list[tuple[str, ...]] = []
    for row in with_room(rows):
        for line in lines_of(row, _inside):
            names = tuple(cell.text for cell in line.cells if cell.head or not cell.text)
            if row.header or not line.header:
                unfolded.append(replace(line, header=row.header))
            elif not heads and all(each.header for each in unfolded):
                heads.append(names)
                unfolded.append(_only_heads(line))
            elif names not in heads:
                heads.append(names)
                unfolded.append(replace(line, header=False))
    return unfolded


def _inside(cell: WebCell, inner: WebRow | None) -> tuple[WebCell, ...]:
    """Only inner cells stay headings: beside them the outer ones are cells as any other."""
    if not cell.inner:
        return (replace(cell, head=False),)
    if inner is None or not inner.cells:
        return (WebCell("", cell.across),)
    return fitted(inner, cell.across)


def _only_heads(line: WebRow) -> WebRow:
    """An inner header as a header of the whole table: the outer header names the other columns."""
    return Row(tuple(cell if cell.head else replace(cell, text="") for cell in line.cells), header=True)
