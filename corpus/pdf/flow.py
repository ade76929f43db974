"""Pieces over the breaks of columns and pages: sentences and tables that go on are one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from corpus.pdf.pieces import Draft
from corpus.pdf.words import HYPHEN, Row, Table

_SAME_SIZE = 0.5  # points
_NEAR = 3.0  # points within which columns begin at the same place
_CLOSERS = "\"'”’)]\x0f0123456789\x0e"
_ENDS = ".!?:;"


def joined(drafts: Iterable[Draft], usual: float) -> list[Draft]:
    """The pieces in order; notes and what stands in margins come before a piece that goes on past them."""
    found: list[Draft] = []
    last: int | None = None  # the last piece of the text itself
    for draft in drafts:
        if draft.kind in ("footnote", "furniture"):
            found.append(draft)
            continue
        before = found[last] if last is not None else None
        if before and last is not None and _goes_on(before, draft, usual):
            found.append(found.pop(last))
            _append(found[-1], draft)
            last = len(found) - 1
        else:
            found.append(draft)
            last = len(found) - 1
    return found


def _goes_on(before: Draft, draft: Draft, usual: float) -> bool:
    if draft.kind == "table":
        return before.kind == "table" and _same_table(before, draft)
    if before.kind not in ("text", "item") or draft.kind != "text":
        return False
    if abs(before.size - draft.size) > _SAME_SIZE or before.bold != draft.bold:
        return False
    ends, begins = before.lines[-1], draft.lines[0]
    if ends.endswith(HYPHEN):
        return True
    shown = ends.rstrip(_CLOSERS) or ends
    if shown[-1:] in _ENDS or draft.page > _last_page(before) + 1:
        return False
    if begins[:1].islower():
        return before.full or draft.page > _last_page(before)
    ordinary = abs(before.size - usual) <= _SAME_SIZE and not before.bold
    return ordinary and before.full and draft.level and draft.page > before.page and len(before.lines) > 1


def _last_page(draft: Draft) -> int:
    return draft.tables[-1][0] if draft.tables else draft.page + len(draft.breaks)


def _append(before: Draft, draft: Draft) -> None:
    before.breaks += [len(before.lines)] * (draft.page > _last_page(before))
    before.lines += draft.lines
    before.full = draft.full
    before.tables += draft.tables


def _same_table(before: Draft, draft: Draft) -> bool:
    """Whether a table goes on at the top of the next page: the same columns, and no title of its own."""
    page, table = draft.tables[0]
    if page != _last_page(before) + 1:
        return False
    first = before.tables[0][1]
    if len(table.rows[0].cells) == 1 and len(first.rows[0].cells) == 1:
        return False
    known = before.tables[-1][1].columns, table.columns
    fewer, more = sorted(known, key=len)
    return all(any(abs(place - other) <= _NEAR for other in more) for place in fewer)


def whole_tables(parts: Sequence[tuple[int, Table]]) -> list[tuple[int, list[Row]]]:
    """The rows of a table by page, all over the same columns, its header once, rows that a page cut as one."""
    columns = _all_columns(table.columns for _, table in parts)
    heads = [row.cells for row in parts[0][1].rows if row.header] or [parts[0][1].rows[0].cells]
    found: list[tuple[int, list[Row]]] = []
    for page, table in parts:
        rows = list(table.rows)
        if found:
            while rows and rows[0].cells in heads:
                del rows[0]
        placed = [
            _placed(replace(row, header=row.header and not found), table.columns, columns) for row in rows
        ]
        if found and placed and _is_rest(found[-1][1][-1:], placed[0]):
            found[-1][1][-1] = _with_rest(found[-1][1][-1], placed.pop(0))
        found.append((page, placed))
    return found


def _all_columns(each: Iterable[Sequence[float]]) -> list[float]:
    columns: list[float] = []
    for places in each:
        columns += [place for place in places if all(abs(place - other) > _NEAR for other in columns)]
    return sorted(columns)


def _placed(row: Row, own: Sequence[float], columns: Sequence[float]) -> Row:
    """A row over more columns: each cell goes up to where the next one begins."""
    starts = [min(range(len(columns)), key=lambda n: abs(columns[n] - place)) for place in own] + [
        len(columns)
    ]
    cells, at = [], 0
    for text, across in row.cells:
        cells.append((text, max(1, starts[min(at + across, len(own))] - starts[at])))
        at += across
    return replace(row, cells=tuple(cells))


def _is_rest(above: Sequence[Row], row: Row) -> bool:
    """Whether a row at the top of a page goes on with the last one before it.

    Its cells go on with cells that are filled, and the first is empty or a sentence goes on in one of them.
    """
    if not above:
        return False
    pairs = zip(_cells_above(above[0], row), row.cells, strict=True)
    filled = [(before, text) for (before, _), (text, _) in pairs if text]
    if not all(before for before, _ in filled):
        return False
    goes_on = any(text[:1].islower() and before[-1:] not in _ENDS for before, text in filled)
    fewer = len(filled) < sum(bool(text) for text, _ in above[0].cells)
    return fewer and (goes_on or bool(above[0].cells[0][0] and not row.cells[0][0]))


def _cells_above(above: Row, row: Row) -> list[tuple[str, int]]:
    """For each cell of a row the one of the row above that stands over its first column."""
    over = [cell for cell in above.cells for _ in range(cell[1])]
    starts = [0, *accumulate(across for _, across in row.cells)]
    return [over[start] if start < len(over) else ("", 1) for start in starts[:-1]]


def _with_rest(row: Row, rest: Row) -> Row:
    """A row with what its cells go on with on the next page."""
    more: list[list[str]] = [[] for _ in row.cells]
    places = [place for place, (_, across) in enumerate(row.cells) for _ in range(across)]
    starts = [0, *accumulate(across for _, across in rest.cells)]
    for start, (text, _) in zip(starts, rest.cells, strict=False):
        if text:
            more[places[start]].append(text)
    return replace(
        row,
        cells=tuple(
            (" ".join([text, *said]), across) for (text, across), said in zip(row.cells, more, strict=True)
        ),
    )
