"""Tables whose cells no rules part: columns by the gaps that their lines share, rows by distance, rules and grounds."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from corpus.pdf.drawing import Rule
from corpus.pdf.lines import by_line, line_text, size_of
from corpus.pdf.tables import SeenCell, columns_of, rows_of
from corpus.pdf.words import Box, Table
from corpus.text.markers import item_marker

GUTTER = 8.0  # points: columns stand at least so far apart
_ALIGNED = 0.75  # of the cells of a column have a common edge or middle
_NEAR = 2.5  # points within which edges are common
_STEP = 1.2  # times the least distance of lines: a new row
_BREAK = 2.2  # times the usual distance of lines, or their size: the end of a table
_OTHER_SIZE = 0.25  # difference in size, as a share: no line of the same table
_SHORT = 0.7  # of its column's width: a cell of a header
_MARK = re.compile(r"[\W_]{1,3}|\(?[\w.]{1,6}[.)]|\d{1,3}(?:\.\d{1,3})*")
_LEADERS = re.compile(r"(?:\s?[.·…_]){3,}\s*$")
_Line = Sequence[Box]
_Cells = Sequence[Sequence[Box]]


def gutters(boxes: Iterable[Box]) -> list[tuple[float, float]]:
    """Where no box stands though some do on either side, the widest first."""
    found: list[tuple[float, float]] = []
    reached: float | None = None
    for box in sorted(boxes, key=lambda box: box.x0):
        if reached is not None and box.x0 - reached >= GUTTER:
            found.append((reached, box.x0))
        reached = box.x1 if reached is None else max(reached, box.x1)
    return sorted(found, key=lambda gutter: gutter[0] - gutter[1])


def unruled(
    boxes: Sequence[Box], rules: Sequence[Rule], *, prose: bool
) -> tuple[list[Box], Box, list[Box]] | None:
    """What stands above a table, the table, and what stands below; None where the boxes are none.

    `prose`: its columns would pass for columns of text, so that its rows must be told by more than their places.
    """
    lines = by_line(boxes)
    wide = [number for number, line in enumerate(lines) if len(_segments(line)) > 1]
    if len(wide) < 2 or any(box.table for box in boxes):
        return None
    first = wide[0]
    stop = _break(lines, first)
    last = _last(lines[:stop], max(number for number in wide if number < stop))
    table = _table(lines[first : last + 1], rules, prose=prose)
    if table is None:
        return None
    above = [box for line in lines[:first] for box in line]
    below = [box for line in lines[last + 1 :] for box in line]
    return above, table, below


def _break(lines: Sequence[_Line], first: int) -> int:
    """The line before which a table that begins with the line `first` ends: after a wide gap, or in another size."""
    steps = [_height(below) - _height(above) for above, below in pairwise(lines)]
    usual = median(steps[first:]) if steps[first:] else 0.0
    size = size_of(lines[first])
    for number in range(first + 1, len(lines)):
        other = size_of(lines[number])
        if steps[number - 1] > _BREAK * max(usual, size) or abs(other - size) > _OTHER_SIZE * size:
            return number
    return len(lines)


def _last(lines: Sequence[_Line], last: int) -> int:
    """The last line of the row that begins with the line `last`: what is set close below it goes on with it."""
    steps = [_height(below) - _height(above) for above, below in pairwise(lines)]
    least = min((step for step in steps if step > 0), default=0.0)
    while (
        last + 1 < len(lines) and steps[last] <= _STEP * least and len(lines[last + 1]) < len(lines[last]) + 4
    ):
        last += 1
    return last


def _segments(line: _Line) -> list[list[Box]]:
    """The words of a line, parted where gaps are wide."""
    parts: list[list[Box]] = [[line[0]]]
    for before, box in pairwise(line):
        if box.x0 - before.x1 >= max(GUTTER, box.size):
            parts.append([box])
        else:
            parts[-1].append(box)
    return parts


def _table(lines: Sequence[_Line], rules: Sequence[Rule], *, prose: bool) -> Box | None:
    words = [box for line in lines for box in line]
    between = sorted(gutters(words))
    if not between:
        return None
    starts = [min(word.x0 for word in words), *(right for _, right in between)]
    cells = [_cells(line, starts) for line in lines]
    ruled = _between(lines, rules)
    bands = _bands(lines, ruled, cells)
    rows = [_merged([cells[n] for n in band], len(starts)) for band in bands]
    if len(starts) == 2 and _are_pages([line[1] for line in cells]):
        return None
    headed = len(bands) > 1 and bands[1][0] in ruled
    if not _is_table(rows, [cells[band[0]] for band in bands], prose=prose, headed=headed):
        return None
    seen = [[SeenCell(tuple(without_leaders(cell))) for cell in row] for row in rows]
    x0, top = starts[0], min(word.top for word in words)
    x1, bottom = max(word.x1 for word in words), max(word.bottom for word in words)
    table = Table(rows_of(seen), columns_of(starts))
    return Box(x0, top, x1, bottom, "", size_of(words), table=table)


def without_leaders(cell: Sequence[Box]) -> list[Box]:
    """The words of a cell without the dots that lead to the next one."""
    kept = list(cell)
    while kept and re.fullmatch(r"[.·…_]{2,}|\.", kept[-1].text) and len(kept) > 1:
        kept.pop()
    return kept


def _height(line: _Line) -> float:
    return sorted(box.middle for box in line)[len(line) // 2]


def _cells(line: _Line, starts: Sequence[float]) -> list[list[Box]]:
    cells: list[list[Box]] = [[] for _ in starts]
    for box in line:
        column = max((n for n, start in enumerate(starts) if box.x0 >= start - 0.5), default=0)
        cells[column].append(box)
    return cells


def _between(lines: Sequence[_Line], rules: Sequence[Rule]) -> set[int]:
    """The lines above which a rule stands."""
    heights = [_height(line) for line in lines]
    return {
        number
        for number in range(1, len(lines))
        if any(heights[number - 1] < rule.y < heights[number] for rule in rules)
    }


def _bands(lines: Sequence[_Line], ruled: set[int], cells: Sequence[_Cells]) -> list[list[int]]:
    """The numbers of the lines of each row."""
    steps = [_height(below) - _height(above) for above, below in pairwise(lines)]
    least = min((step for step in steps if step > 0), default=0.0)
    bands: list[list[int]] = [[0]]
    for number in range(1, len(lines)):
        if number in ruled or steps[number - 1] > _STEP * least:
            bands.append([number])
        else:
            bands[-1].append(number)
    bodies = bands[1:] if len(bands) > 1 else bands
    if len(bodies) == 1 or all(len(band) == 1 for band in bands):
        bands = [*bands[:-1], *_by_first_cell(bands[-1], cells)]
    return _completed(bands, ruled, cells)


def _by_first_cell(band: Sequence[int], cells: Sequence[_Cells]) -> list[list[int]]:
    """Lines of equal distance: a row begins where the first cell and half of the others are filled."""
    found: list[list[int]] = []
    for number in band:
        filled = sum(bool(cell) for cell in cells[number])
        if not found or (cells[number][0] and 2 * filled >= len(cells[number])):
            found.append([number])
        else:
            found[-1].append(number)
    return found


def _completed(bands: Sequence[Sequence[int]], ruled: set[int], cells: Sequence[_Cells]) -> list[list[int]]:
    """A band without a first cell goes on with the row before it, unless a rule parts them or that is the header."""
    rows: list[list[int]] = []
    for band in bands:
        if len(rows) > 1 and band[0] not in ruled and not any(cells[n][0] for n in band):
            rows[-1] += band
        else:
            rows.append(list(band))
    return rows


def _merged(lines: Sequence[_Cells], width: int) -> list[list[Box]]:
    return [[box for line in lines for box in line[column]] for column in range(width)]


def _is_table(rows: Sequence[_Cells], tops: Sequence[_Cells], *, prose: bool, headed: bool) -> bool:
    """Whether rows of cells are a table, and not a list, contents, columns of text, or text with wide gaps.

    `headed`: a rule stands below the first row.
    """
    full = [row for row in rows if sum(bool(cell) for cell in row) > 1]
    if len(full) < 2 or 2 * len(full) < len(rows):
        return False
    if not all(_is_aligned([row[column] for row in tops]) for column in range(1, len(rows[0]))):
        return False
    if len(rows[0]) == 2 and _are_marks(row[0] for row in rows):
        return False
    return not prose or headed or (len(rows) > 2 and _is_header(rows))


def _is_aligned(cells: Iterable[Sequence[Box]]) -> bool:
    edges = [(cell[0].x0, max(box.x1 for box in cell)) for cell in cells if cell]
    places = (
        [left for left, _ in edges],
        [right for _, right in edges],
        [(left + right) / 2 for left, right in edges],
    )
    return bool(edges) and any(
        max(sum(abs(place - other) <= _NEAR for other in line) for place in line) >= _ALIGNED * len(line)
        for line in places
    )


def _are_marks(cells: Iterable[Sequence[Box]]) -> bool:
    texts = [line_text(cell) for cell in cells if cell]
    return all(_MARK.fullmatch(text) or _is_marker(text) for text in texts)


def _is_marker(text: str) -> bool:
    marker = item_marker(text)
    return marker is not None and marker.width == len(text)


def _are_pages(cells: Sequence[Sequence[Box]]) -> bool:
    texts = [line_text(cell) for cell in cells if cell]
    numbers = [int(text) for text in texts if text.isdigit()]
    return len(numbers) == len(texts) and numbers == sorted(numbers)


def _is_header(rows: Sequence[_Cells]) -> bool:
    """Whether each cell of the first row is one short line."""
    for column, cell in enumerate(rows[0]):
        widths = [
            max(box.x1 for box in row[column]) - min(box.x0 for box in row[column])
            for row in rows
            if row[column]
        ]
        if cell and (len(by_line(cell)) > 1 or cell[-1].x1 - cell[0].x0 > _SHORT * max(widths)):
            return False
    return True
