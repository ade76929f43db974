"""What is drawn on a page of a PDF besides text: rules, grounds of another colour, figures and pictures."""

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.pdf.words import Rectangle, turned

SHORTEST_RULE = 8.0  # points: a shorter line rules nothing
_THIN = 3.0  # points: the width of a line, not of a box
_WIDE = 40.0  # points: a shorter rule parts no rows
_FIGURE = 40.0  # points: the least width and height of a shape in a figure
_LEAST_SHAPES = 3  # of a figure
_MOST_OF_PAGE = 0.8  # of its width and height: a shape that large frames the page
_ABOVE = 60.0  # points above and below a figure within which a rule closes it
_DARK = 200  # of 255: a ground is darker than that in one colour
_WHITE = 250  # of 255 in each colour: what is so light shows nothing
_DEEPEST = 4  # forms in forms

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
_UNMOVED: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A level line, or the upper or lower `edge` of a box or of a coloured ground."""

    x0: float
    x1: float
    y: float
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The rules of a page from top to bottom, its level and upright lines, and the edges of its grounds.

    `dark` are grounds that light text can be read on, `figures` what belongs to a picture made of shapes.
    """

    rules: tuple[Rule, ...] = ()
    lines: tuple[Rectangle, ...] = ()
    edges: tuple[Rectangle, ...] = ()
    dark: tuple[Rectangle, ...] = ()
    figures: tuple[Rectangle, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """One line, rectangle or other outline, from its leftmost to its lowest point."""

    points: tuple[Point, ...]
    filled: bool
    drawn: bool
    dark: bool
    curved: bool

    @property
    def place(self) -> Rectangle:
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return min(across), min(down), max(across), max(down)

    @property
    def is_box(self) -> bool:
        level = all(abs(x - u) < 1 or abs(y - v) < 1 for (x, y), (u, v) in pairwise(self.points))
        return level and not self.curved


def drawing(page: pypdfium2.PdfPage, most: int) -> Drawing:
    """The drawing of a page; empty where it has more than `most` lines: it is a picture."""
    shapes = list(islice(_shapes(page), most + 1))
    if len(shapes) > most:
        return Drawing()
    width, height = page.get_size()
    rules = sorted({rule for shape in shapes for rule in _rules(shape)}, key=lambda rule: (rule.y, rule.x0))
    lines = dict.fromkeys(line for shape in shapes if _is_line(shape) for line in _lines(shape))
    edges = dict.fromkeys(line for shape in shapes if not _is_line(shape) for line in _lines(shape))
    dark = tuple(
        shape.place for shape in shapes if shape.dark and shape.filled and _height(shape.place) >= _THIN
    )
    figures = [_closed(figure, rules) for figure in _figures(shapes, width, height)]
    return Drawing(tuple(rules), tuple(lines), tuple(edges), dark, tuple(figures))


def pictures(page: pypdfium2.PdfPage, most: int) -> list[Rectangle]:
    """Where the first of the pictures of a page lie, at `most` so many."""
    width, height = page.get_size()
    found = []
    for _, (a, b, c, d, e, f) in islice(_pieces(page, pdfium.FPDF_PAGEOBJ_IMAGE), most):
        across, down = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        place = (min(across), min(down), max(across), max(down))
        found.append(turned(place, page, width, height))
    return found


def _height(place: Rectangle) -> float:
    return place[3] - place[1]


def _width(place: Rectangle) -> float:
    return place[2] - place[0]


def _shapes(page: pypdfium2.PdfPage) -> Iterator[_Shape]:
    width, height = page.get_size()
    for path, matrix in _pieces(page, pdfium.FPDF_PAGEOBJ_PATH):
        filled, drawn = _paint(path)
        if min(filled, drawn) >= _WHITE:
            continue
        for points, curved in _outlines(path, matrix):
            placed = tuple(turned((x, y, x, y), page, width, height)[:2] for x, y in points)
            yield _Shape(placed, filled < _WHITE, drawn < _WHITE, filled < _DARK, curved)


def _pieces(page: pypdfium2.PdfPage, wanted: int) -> Iterator[tuple[Any, Matrix]]:
    """The paths or pictures of a page, those in forms too, each with the matrix from its own places to the page's."""
    return _inside(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, _UNMOVED, wanted, 0)


def _inside(
    holder: Any, count: Any, get: Any, matrix: Matrix, wanted: int, depth: int
) -> Iterator[tuple[Any, Matrix]]:
    for number in range(count(holder)):
        piece = get(holder, number)
        kind = pdfium.FPDFPageObj_GetType(piece)
        if kind == wanted:
            yield piece, _times(_matrix(piece), matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = _times(_matrix(piece), matrix)
            yield from _inside(
                piece, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, inner, wanted, depth + 1
            )


def _matrix(piece: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(piece, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _paint(path: Any) -> tuple[int, int]:
    """The darkest of the three colours that a path is filled with and drawn with; 255 where it is not."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    fill = _color(pdfium.FPDFPageObj_GetFillColor, path) if mode.value else 255
    return fill, _color(pdfium.FPDFPageObj_GetStrokeColor, path) if stroke.value else 255


def _color(get: Any, path: Any) -> int:
    """The darkest of the three colours; 255 where it shows nothing."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    get(path, red, green, blue, alpha)
    return min(red.value, green.value, blue.value) if alpha.value else 255


def _outlines(path: Any, matrix: Matrix) -> Iterator[tuple[list[Point], bool]]:
    """The points of each line of a path, and whether it is curved."""
    points: list[Point] = []
    curved = False
    x, y = ctypes.c_float(), ctypes.c_float()
    a, b, c, d, e, f = matrix
    for number in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points, curved
            points, curved = [], False
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        point = a * x.value + c * y.value + e, b * x.value + d * y.value + f
        if all(map(math.isfinite, point)):
            points.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    if len(points) > 1:
        yield points, curved


def _rules(shape: _Shape) -> Iterator[Rule]:
    x0, top, x1, bottom = shape.place
    if x1 - x0 < _WIDE or not shape.is_box:
        return
    if bottom - top < _THIN:
        yield Rule(x0, x1, (top + bottom) / 2)
    else:
        yield from (Rule(x0, x1, top, edge=True), Rule(x0, x1, bottom, edge=True))


def _is_line(shape: _Shape) -> bool:
    """Whether a shape is a line, or its outline is drawn, and it is not only the ground of something."""
    return shape.drawn or min(_width(shape.place), _height(shape.place)) < _THIN


def _lines(shape: _Shape) -> Iterator[Rectangle]:
    """The level and upright lines of a shape, a thin one as the one line it looks like."""
    x0, top, x1, bottom = shape.place
    if shape.curved:
        return
    if min(x1 - x0, bottom - top) < _THIN:
        yield (x0, (top + bottom) / 2, x1, (top + bottom) / 2) if x1 - x0 > bottom - top else (
            (x0 + x1) / 2, top, (x0 + x1) / 2, bottom
        )  # fmt: skip
        return
    for (x, y), (u, v) in pairwise(shape.points):
        if abs(x - u) < 1 or abs(y - v) < 1:
            yield min(x, u), min(y, v), max(x, u), max(y, v)


def _figures(shapes: Sequence[_Shape], width: float, height: float) -> Iterator[Rectangle]:
    """Where several large shapes that are no rectangles lie over one another or side by side."""
    groups: list[list[Rectangle]] = []
    for shape in shapes:
        place = shape.place
        frame = _width(place) > _MOST_OF_PAGE * width and _height(place) > _MOST_OF_PAGE * height
        if shape.filled and not shape.is_box and not frame and min(_width(place), _height(place)) >= _FIGURE:
            touching = [group for group in groups if any(_touch(place, other) for other in group)]
            groups = [group for group in groups if group not in touching]
            groups.append([place, *(other for group in touching for other in group)])
    for group in groups:
        if len(group) >= _LEAST_SHAPES:
            yield (
                min(place[0] for place in group), min(place[1] for place in group),
                max(place[2] for place in group), max(place[3] for place in group),
            )  # fmt: skip


def _closed(figure: Rectangle, rules: Sequence[Rule]) -> Rectangle:
    """A figure up to the rules above and below it, where both are as long as it is wide."""
    x0, top, x1, bottom = figure
    wide = [rule for rule in rules if not rule.edge and rule.x0 <= x0 + _THIN and rule.x1 >= x1 - _THIN]
    above = [rule for rule in wide if top - _ABOVE <= rule.y <= top]
    below = [rule for rule in wide if bottom <= rule.y <= bottom + _ABOVE]
    if not above or not below:
        return figure
    return min(x0, above[-1].x0), above[-1].y, max(x1, above[-1].x1), below[0].y


def _touch(one: Rectangle, other: Rectangle) -> bool:
    return (
        one[0] <= other[2] + _THIN
        and other[0] <= one[2] + _THIN
        and one[1] <= other[3] + _THIN
        and other[1] <= one[3] + _THIN
    )
