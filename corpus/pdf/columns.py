"""The reading order of a page: columns one after another, tables across them between."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.pdf.drawing import Rule
from corpus.pdf.lines import PageLine, by_line, page_line
from corpus.pdf.unruled import gutters, unruled
from corpus.pdf.words import Box

_NARROWEST = 0.15  # of the page's width: what is narrower is a column of a table
_FULL = 0.75  # of its column's width: a line that fills it
_LEAST_WORDS = 4  # of such a line; cells of a table have fewer
_LEAST_LINES = 2  # of that kind in a column
_PROSE = 0.35  # of its words are in them
_ALONE = 1.2  # times its size: a line so far from others, in the middle of the columns, is a title over them
_NEAR = 3.0  # points within which rules are as long as one another
_CENTRED = 0.03  # of the width of its columns: how far it may stand beside their middle


@dataclass(frozen=True, slots=True)
class _Strip:
    """Boxes between two heights at which nothing stands; `ruled`: a rule stands above them."""

    boxes: tuple[Box, ...]
    ruled: bool

    @property
    def top(self) -> float:
        return min(box.top for box in self.boxes)

    @property
    def bottom(self) -> float:
        return max(box.bottom for box in self.boxes)

    @property
    def is_table(self) -> bool:
        return any(box.table for box in self.boxes)


def reading_order(boxes: Sequence[Box], width: float, rules: Sequence[Rule]) -> list[list[PageLine]]:
    """The lines of a page `width` points wide, a list for each column or stretch between columns."""
    return [_lines(region) for region in _regions(list(boxes), width, rules) if region]


def _lines(boxes: Sequence[Box]) -> list[PageLine]:
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    return [page_line(line, left, right) for line in by_line(boxes)]


def _regions(boxes: list[Box], width: float, rules: Sequence[Rule]) -> Iterator[list[Box]]:
    """The boxes by column, in reading order; what is neither in columns nor in tables stays together."""
    plain: list[Box] = []
    stretches = list(_stretches(boxes, width, rules))
    for number, stretch in enumerate(stretches):
        halves = _halves(stretch, width)
        found = _unruled(stretch, rules, prose=halves is not None)
        if not found and not halves:
            plain += stretch
            continue
        if found:
            above, table, below = found
            yield [*plain, *above]
            yield [table]
            rest = [box for stretch in stretches[number + 1 :] for box in stretch]
            yield from _regions([*below, *rest], width, rules)
            return
        yield plain
        plain = []
        for half in halves or ():
            yield from _regions(half, width, rules)
    yield plain


def _unruled(
    stretch: Sequence[Box], rules: Sequence[Rule], *, prose: bool
) -> tuple[list[Box], Box, list[Box]] | None:
    x0, x1 = min(box.x0 for box in stretch), max(box.x1 for box in stretch)
    across = [rule for rule in rules if min(rule.x1, x1) - max(rule.x0, x0) > 0.5 * (x1 - x0)]
    return unruled(stretch, across, prose=prose)


def _halves(stretch: Sequence[Box], width: float) -> tuple[list[Box], list[Box]] | None:
    """What stands left and right of the widest gutter between columns; None where there is none."""
    for gutter in gutters(stretch):
        left = [box for box in stretch if box.x1 <= gutter[0] + 0.01]
        right = [box for box in stretch if box.x0 >= gutter[1] - 0.01]
        if _is_column(left, width) and _is_column(right, width):
            return left, right
    return None


def _stretches(boxes: Sequence[Box], width: float, rules: Sequence[Rule]) -> Iterator[list[Box]]:
    """From top to bottom, as much as has a gutter in common, and what crosses it by itself."""
    current: list[Box] = []
    strips = list(_strips(boxes, _outer(rules)))
    for number, strip in enumerate(strips):
        shared, before, alone = gutters([*current, *strip.boxes]), gutters(current), gutters(strip.boxes)
        apart = not shared and bool(before or alone)
        if before and (_is_title(strips, number) or (number and _is_title(strips, number - 1))):
            apart = True
        if strip.ruled and shared and before and not apart:
            apart = _halves(current, width) is not None or _begins_columns(strips[number:], width)
        if current and apart:
            yield current
            current = []
        current = [*current, *strip.boxes]
    if current:
        yield current


def _outer(rules: Sequence[Rule]) -> list[Rule]:
    """Of the rules that are as long as one another the first and the last: those between are inside a table."""
    alike: defaultdict[tuple[int, int], list[Rule]] = defaultdict(list)
    for rule in rules:
        if not rule.edge:
            alike[round(rule.x0 / _NEAR), round(rule.x1 / _NEAR)].append(rule)
    return [rule for group in alike.values() for rule in (group[0], group[-1])]


def _begins_columns(strips: Sequence[_Strip], width: float) -> bool:
    """Whether columns of text begin with the first of the strips, up to the next rule."""
    found = list(strips[0].boxes)
    for strip in strips[1:]:
        if strip.ruled:
            break
        found += strip.boxes
    return _halves(found, width) is not None


def _is_title(strips: Sequence[_Strip], number: int) -> bool:
    """Whether a strip is one short line in the middle, far from what stands above and below it."""
    if not 0 < number < len(strips) - 1:
        return False
    strip, above, below = strips[number], strips[number - 1], strips[number + 1]
    x0, x1 = min(box.x0 for box in strip.boxes), max(box.x1 for box in strip.boxes)
    left = min(box.x0 for box in (*above.boxes, *below.boxes))
    right = max(box.x1 for box in (*above.boxes, *below.boxes))
    size = max(box.size for box in strip.boxes)
    return (
        not gutters(strip.boxes)
        and x1 - x0 < 0.5 * (right - left)
        and abs((x0 + x1) - (left + right)) / 2 <= _CENTRED * (right - left)
        and strip.top - above.bottom >= _ALONE * size / 2
        and below.top - strip.bottom >= _ALONE * size / 2
        and bool(gutters(above.boxes) and (gutters(below.boxes) or below.is_table))
    )


def _strips(boxes: Sequence[Box], rules: Sequence[Rule]) -> Iterator[_Strip]:
    strip: list[Box] = []
    floor, upper = 0.0, 0.0
    for box in sorted(boxes, key=lambda box: box.top):
        if strip and box.top >= floor:
            yield _Strip(tuple(strip), _ruled(strip, upper, rules))
            upper, strip = floor, []
        floor = max(floor, box.bottom) if strip else box.bottom
        strip.append(box)
    if strip:
        yield _Strip(tuple(strip), _ruled(strip, upper, rules))


def _ruled(strip: Sequence[Box], upper: float, rules: Sequence[Rule]) -> bool:
    """Whether a rule about as wide as a strip stands between it and what is above."""
    top = min(box.top for box in strip)
    x0, x1 = min(box.x0 for box in strip), max(box.x1 for box in strip)
    return any(
        upper - 2 <= rule.y <= top + 2 and min(rule.x1, x1) - max(rule.x0, x0) > 0.8 * (x1 - x0)
        for rule in rules
    )


def _is_column(boxes: Sequence[Box], width: float) -> bool:
    """Whether the boxes look like a column of text or of tables, and not like cells that belong to rows."""
    if not boxes:
        return False
    across = max(box.x1 for box in boxes) - min(box.x0 for box in boxes)
    if across < _NARROWEST * width:
        return False
    if any(box.table and box.x1 - box.x0 >= _NARROWEST * width for box in boxes):
        return True
    lines = by_line(boxes)
    full = [
        line for line in lines if line[-1].x1 - line[0].x0 >= _FULL * across and len(line) >= _LEAST_WORDS
    ]
    return len(full) >= _LEAST_LINES and sum(map(len, full)) >= _PROSE * len(boxes)
