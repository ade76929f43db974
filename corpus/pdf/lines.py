"""Words of a page to lines: their texts, sizes and places."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from corpus.pdf.words import HYPHEN, Box, Table

CALL_BEGINS, CALL_ENDS = "\x0e", "\x0f"  # around what calls a note; no word has them
_CALL = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*,?|[*†‡§]{1,3}")
_HARD_HYPHEN = re.compile(
    r"(?<=\w)-$"
)  # PDFium marks most hyphens at the ends of lines, not those of numbers
_RAISED = 0.82  # times the size of its line: what is smaller, and stands higher, is raised


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it is read: `middle` is the usual height of its words, `left` and `right` the edges of its column.

    `second` is where its second word begins, and `gap` how far that is from the first. `label`: it begins with bold words
    and a colon, and goes on in the type of the text, which is `rest` in size.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    middle: float
    left: float
    right: float
    text: str
    size: float
    bold: bool
    second: float = 0.0
    gap: float = 0.0
    table: Table | None = None
    label: bool = False
    rest: float = 0.0


def by_line(boxes: Iterable[Box]) -> list[list[Box]]:
    """The boxes line by line, each from left to right; what is raised or lowered a little stays in its line."""
    lines: list[list[Box]] = []
    height = 0.0
    for box in sorted(boxes, key=lambda box: box.middle):
        if lines and not box.table and box.middle - height <= 0.6 * max(box.size, lines[-1][0].size):
            lines[-1].append(box)
        else:
            lines.append([box])
        height = median(other.middle for other in lines[-1][-9:])
    return [sorted(line, key=lambda box: box.x0) for line in lines]


def page_line(boxes: Sequence[Box], left: float, right: float) -> PageLine:
    """The line that `boxes` make in a column from `left` to `right`."""
    return PageLine(
        boxes[0].x0,
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
        median(box.middle for box in boxes),
        left,
        right,
        line_text(boxes),
        size_of(boxes),
        all(box.bold for box in boxes),
        boxes[1].x0 if len(boxes) > 1 else 0.0,
        boxes[1].x0 - boxes[0].x1 if len(boxes) > 1 else 0.0,
        boxes[0].table,
        _has_label(boxes),
        boxes[-1].size,
    )


def _has_label(boxes: Sequence[Box]) -> bool:
    bold = list(takewhile(lambda box: box.bold, boxes))
    return 0 < len(bold) < len(boxes) and bold[-1].text.endswith(":")


def size_of(boxes: Iterable[Box]) -> float:
    """The size that the middle one of all characters has."""
    sizes = sorted((box.size, len(box.text)) for box in boxes)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 0.0


def line_text(boxes: Sequence[Box]) -> str:
    """The words of a line, what calls a note between its own marks."""
    size = size_of(boxes)
    floor = median(box.bottom for box in boxes)
    text = ""
    for number, box in enumerate(boxes):
        call = box.size <= _RAISED * size and box.bottom < floor - 0.05 * size and _CALL.fullmatch(box.text)
        text = text.replace(HYPHEN, "-") + ("" if not number or box.glued else " ")
        text += f"{CALL_BEGINS}{box.text}{CALL_ENDS}" if call else box.text
    return _HARD_HYPHEN.sub(HYPHEN, text)


def lines_text(boxes: Iterable[Box]) -> str:
    """The words of several lines as one; where a line's end cut a word the mark of it stays."""
    return " ".join(line_text(line) for line in by_line(boxes))
