"""The reading order of a page: columns one after another, words to lines, wide gaps in a line to tabs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.readers.pdf_words import HYPHEN, Box

_GUTTER = 8.0  # points: columns stand at least so far apart
_NARROWEST = 0.15  # of the page's width: what is narrower is a column of a table
_FULL = 0.75  # of its column's width: a line that fills it
_LEAST_WORDS = 4  # of such a line; cells of a table have fewer
_LEAST_LINES = 2  # of that kind in a column
_PROSE = 0.35  # of its words are in them
_TAB = 1.8  # times its size: a gap between words that is wider separates cells


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it is read: `middle` is the usual height of its words, `left` where its column begins.

    `rows` tells how many rows of a table it holds.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    middle: float
    left: float
    text: str
    size: float
    bold: bool
    rows: int = 0


def reading_order(boxes: Sequence[Box], width: float) -> list[list[PageLine]]:
    """The lines of a page `width` points wide, a list for each column or stretch between columns."""
    regions = _regions(list(boxes), width)
    return [lines for region in regions if (lines := _lines(region))]


def _regions(boxes: list[Box], width: float) -> Iterator[list[Box]]:
    """The boxes by column, in reading order."""
    for stretch in _stretches(boxes):
        for gutter in _gutters(stretch):
            left = [box for box in stretch if box.x1 <= gutter[0] + 0.01]
            right = [box for box in stretch if box.x0 >= gutter[1] - 0.01]
            if _is_column(left, width) and _is_column(right, width):
                yield from _regions(left, width)
                yield from _regions(right, width)
                break
        else:
            yield stretch


def _stretches(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """From top to bottom, as much as has a gutter in common, and what crosses it by itself."""
    current: list[Box] = []
    for strip in _strips(boxes):
        shared, before, alone = _gutters([*current, *strip]), _gutters(current), _gutters(strip)
        if current and not shared and (before or alone):
            yield current
            current = []
        current = [*current, *strip]
    if current:
        yield current


def _strips(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Boxes between two heights at which nothing stands."""
    strip: list[Box] = []
    floor = 0.0
    for box in sorted(boxes, key=lambda box: box.top):
        if strip and box.top >= floor:
            yield strip
            strip = []
        floor = max(floor, box.bottom) if strip else box.bottom
        strip.append(box)
    if strip:
        yield strip


def _gutters(boxes: Sequence[Box]) -> list[tuple[float, float]]:
    """Where no box stands though some do on either side, the widest first."""
    found: list[tuple[float, float]] = []
    reached: float | None = None
    for box in sorted(boxes, key=lambda box: box.x0):
        if reached is not None and box.x0 - reached >= _GUTTER:
            found.append((reached, box.x0))
        reached = box.x1 if reached is None else max(reached, box.x1)
    return sorted(found, key=lambda gutter: gutter[0] - gutter[1])


def _is_column(boxes: Sequence[Box], width: float) -> bool:
    """Whether the boxes look like a column of text or of tables, and not like cells that belong to rows."""
    if not boxes:
        return False
    across = max(box.x1 for box in boxes) - min(box.x0 for box in boxes)
    if across < _NARROWEST * width:
        return False
    if any(box.rows and box.x1 - box.x0 >= _NARROWEST * width for box in boxes):
        return True
    lines = _by_line(boxes)
    full = [
        line for line in lines if line[-1].x1 - line[0].x0 >= _FULL * across and len(line) >= _LEAST_WORDS
    ]
    return len(full) >= _LEAST_LINES and sum(map(len, full)) >= _PROSE * len(boxes)


def _by_line(boxes: Sequence[Box]) -> list[list[Box]]:
    """The boxes line by line, each from left to right; what is raised or lowered a little stays in its line."""
    lines: list[list[Box]] = []
    height = 0.0
    for box in sorted(boxes, key=lambda box: box.middle):
        if lines and not box.rows and box.middle - height <= 0.5 * box.size:
            lines[-1].append(box)
        else:
            lines.append([box])
        height = median(other.middle for other in lines[-1][-9:])
    return [sorted(line, key=lambda box: box.x0) for line in lines]


def _lines(boxes: Sequence[Box]) -> list[PageLine]:
    left = min(box.x0 for box in boxes)
    return [_line(line, left) for line in _by_line(boxes)]


def _line(boxes: Sequence[Box], left: float) -> PageLine:
    size = median(box.size for box in boxes)
    text = boxes[0].text
    for before, box in pairwise(boxes):
        apart = box.x0 - before.x1 > _TAB * size
        text = text.replace(HYPHEN, "-") + ("\t" if apart else " ") + box.text
    return PageLine(
        boxes[0].x0,
        min(box.top for box in boxes),
        boxes[-1].x1,
        max(box.bottom for box in boxes),
        median(box.middle for box in boxes),
        left,
        text,
        size,
        all(box.bold for box in boxes),
        sum(box.rows for box in boxes),
    )
