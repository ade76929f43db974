"""The words of a PDF's page with their places and looks, by PDFium."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

HYPHEN = "\u00ad"  # ends a word that the line cuts in two
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})  # PDFium's codes for it
_BOLD = ("bold", "black", "heavy", "demi")
_SYMBOLS = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st", "\x7f": "•"}
    | {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "‣", "\uf0fc": "✓", "\uf0a8": "☐", "\uf0fe": "☒"}
)
_RAISED = 0.82  # times the height of its neighbour: what is smaller, and stands higher, is raised
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_LEVEL = 0.05  # radians: text that is turned further is no part of the lines
_PALE = 190  # of 255, the darkest of the three colours
_WATERMARK = 2.5  # times the usual size of its page, or crossing its words
_UNREADABLE = 0.3  # of the characters of a file have no Unicode

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the text of each cell and how many columns it goes over, and how most of it is set."""

    cells: tuple[tuple[str, int], ...]
    size: float = 0.0
    bold: bool = False
    color: int = 0
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table and where its columns begin, in points."""

    rows: tuple[Row, ...]
    columns: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of a page, in points from its upper left corner: a word, or a whole `table`.

    `glued`: no blank stands between it and the word before. `pale`: nearly as light as paper.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    size: float = 0.0
    bold: bool = False
    color: int = 0
    glued: bool = False
    table: Table | None = None

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def pale(self) -> bool:
        return min(self.color >> 16, self.color >> 8 & 255, self.color & 255) >= _PALE


@dataclass(slots=True)
class Readable:
    """How many characters were met, and how many of them have no Unicode."""

    met: int = 0
    unknown: int = 0

    @property
    def is_text(self) -> bool:
        return self.unknown <= _UNREADABLE * self.met


def words(page: pypdfium2.PdfPage, readable: Readable) -> list[Box]:
    """The level words of a page in the order of its content; a page set sideways is turned.

    What stands outside the page is left out.
    """
    text_page = page.get_textpage()
    count = text_page.count_chars()
    angle = _upright(text_page.raw, count)
    found = list(_words(text_page.raw, count, angle, readable))
    turn = round(-math.degrees(angle)) % 360
    if found and turn % 90 == 0:
        page.set_rotation(turn)
    width, height = page.get_size()
    boxes = [_turned(word, page, width, height) for word in found if word.text]
    return [box for box in boxes if box.x1 > 0 and box.x0 < width and box.bottom > 0 and box.top < height]


def without_watermarks(found: Sequence[Box], dark: Sequence[Rectangle]) -> list[Box]:
    """The words without pale ones that are far larger than the rest or lie across others, unless on a `dark` ground."""
    pale = [word for word in found if word.pale and not any(_within(word, ground) for ground in dark)]
    if not pale:
        return list(found)
    sizes = Counter(round(word.size) for word in found)
    usual = max(sizes, key=lambda size: sizes[size])
    clear = [word for word in found if not word.pale]
    marks = {
        id(word)
        for word in pale
        if word.size > _WATERMARK * usual or any(_crosses(word, other) for other in clear)
    }
    return [word for word in found if id(word) not in marks]


def _within(word: Box, ground: Rectangle) -> bool:
    x, y = (word.x0 + word.x1) / 2, word.middle
    return ground[0] <= x <= ground[2] and ground[1] <= y <= ground[3]


def _crosses(word: Box, other: Box) -> bool:
    across = min(word.x1, other.x1) - max(word.x0, other.x0)
    down = min(word.bottom, other.bottom) - max(word.top, other.top)
    return across > 1 and down > 0.3 * (other.bottom - other.top)


def _upright(text_page: Any, count: int) -> float:
    """The angle that most of the text is set at, clockwise, in radians."""
    sample = range(0, count, max(1, count // 400))
    angles = Counter(
        round(pdfium.FPDFText_GetCharAngle(text_page, index), 2)
        for index in sample
        if not chr(pdfium.FPDFText_GetUnicode(text_page, index) % 0x110000).isspace()
    )
    return angles.most_common(1)[0][0] if angles else 0.0


def _words(text_page: Any, count: int, upright: float, readable: Readable) -> Iterator[Box]:
    """The words set at that angle as they lie on the page unturned, y upwards (`top` > `bottom`)."""
    rectangle = pdfium.FS_RECTF()
    letters, first, glued = "", 0, False
    edges: list[float] = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        letter = HYPHEN if code in _HYPHENS else chr(code) if code < 0x110000 else ""
        level = (
            abs(math.remainder(pdfium.FPDFText_GetCharAngle(text_page, index) - upright, math.tau)) < _LEVEL
        )
        if not level and not letter.isspace():
            continue
        cut = letter.isspace()
        if not cut:
            readable.met += 1
            readable.unknown += pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1
            if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rectangle):
                continue
        box = [rectangle.left, rectangle.right, rectangle.bottom, rectangle.top]
        apart = not cut and bool(letters) and _is_set_apart(box, edges)
        if letters and (cut or apart):
            yield _word(text_page, first, letters, edges, glued=glued)
            letters = ""
        if cut:
            glued = False
            continue
        if not letters:
            first, edges, glued = index, box, apart
        letters += letter
        edges = [
            min(edges[0], box[0]), max(edges[1], box[1]), min(edges[2], box[2]), max(edges[3], box[3])
        ]  # fmt: skip
        if letter == HYPHEN and len(letters) > 1:  # the rest of the word follows, on the next line
            yield _word(text_page, first, letters, edges, glued=glued)
            letters, glued = "", False
    if letters:
        yield _word(text_page, first, letters, edges, glued=glued)


def _is_set_apart(box: Sequence[float], edges: Sequence[float]) -> bool:
    """Whether a character is raised over the word before it, or that word over it."""
    one, other = box[3] - box[2], edges[3] - edges[2]
    if one < _RAISED * other:
        return box[2] > edges[2] + 0.1 * other
    return other < _RAISED * one and edges[2] > box[2] + 0.1 * one


def _word(text_page: Any, first: int, letters: str, edges: Sequence[float], *, glued: bool) -> Box:
    left, right, bottom, top = edges
    cut = HYPHEN if letters.endswith(HYPHEN) and len(letters) > 1 else ""
    shown = letters.translate(_SYMBOLS).replace(HYPHEN, "-" if not cut else "")
    text = _UNPRINTED.sub("", shown).strip()
    text += cut if text else ""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, first, matrix)
    size = pdfium.FPDFText_GetFontSize(text_page, first) * math.hypot(matrix.c, matrix.d)
    bold, color = _is_bold(text_page, first), _color(text_page, first)
    return Box(left, top, right, bottom, text, size or top - bottom, bold, color, glued)


def _is_bold(text_page: Any, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 100, flags)
    return any(mark in name.value.decode("utf-8", "replace").lower() for mark in _BOLD)


def _color(text_page: Any, index: int) -> int:
    """Red, green and blue as one number; black where the text has no colour, or is not drawn."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    return red.value << 16 | green.value << 8 | blue.value


def _turned(box: Box, page: pypdfium2.PdfPage, width: float, height: float) -> Box:
    """`box` on the page as it is shown, y downwards from its upper left corner."""
    x0, top, x1, bottom = turned((box.x0, box.bottom, box.x1, box.top), page, width, height)
    return replace(box, x0=x0, top=top, x1=x1, bottom=bottom)


def turned(place: Rectangle, page: pypdfium2.PdfPage, width: float, height: float) -> Rectangle:
    """A rectangle of the page, left, bottom, right, top, as it is shown: left, top, right, bottom."""
    left, bottom, _, _ = page.get_cropbox()
    x0, x1, y0, y1 = place[0] - left, place[2] - left, place[1] - bottom, place[3] - bottom
    match page.get_rotation():
        case 90:
            return y0, x0, y1, x1
        case 180:
            return width - x1, y0, width - x0, y1
        case 270:
            return width - y1, height - x1, width - y0, height - x0
        case _:
            return x0, height - y1, x1, height - y0
