"""The words of a PDF's page with their places, by PDFium."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.readers.extracted import one_line

HYPHEN = "\u00ad"  # ends a word that the line cuts in two
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})  # PDFium's codes for it
_BOLD = ("bold", "black", "heavy", "demi")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of a page, in points from its upper left corner: a word, or (`rows`) a whole table."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    size: float = 0.0
    bold: bool = False
    rows: int = 0

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def words(page: pypdfium2.PdfPage, file: str) -> list[Box]:
    """The words of a page in the order of its content; what stands outside the page is left out."""
    text_page = page.get_textpage()
    count = text_page.count_chars()
    if count > limits.PAGE_CHARACTERS:
        raise ReadError(
            f"has a page of {count} characters, more than {limits.PAGE_CHARACTERS}",
            where=file,
            remedy="split the page",
        )
    width, height = page.get_size()
    found = [
        _turned(word, page, width, height) for word in _words(text_page.raw, count) if one_line(word.text)
    ]
    return [box for box in found if box.x1 > 0 and box.x0 < width and box.bottom > 0 and box.top < height]


def _words(text_page: Any, count: int) -> Iterator[Box]:
    """The words as they lie on the page unturned, y upwards (`top` > `bottom`)."""
    rectangle, letters, first = pdfium.FS_RECTF(), "", 0
    edges: list[float] = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        letter = HYPHEN if code in _HYPHENS else chr(code) if code < 0x110000 else ""
        if letter.isspace():
            if letters:
                yield _word(text_page, first, letters, edges)
            letters, edges = "", []
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rectangle):
            continue
        box = [rectangle.left, rectangle.right, rectangle.bottom, rectangle.top]
        if not letters:
            first, edges = index, box
        letters += letter
        edges = [
            min(edges[0], box[0]), max(edges[1], box[1]), min(edges[2], box[2]), max(edges[3], box[3])
        ]  # fmt: skip
        if letter == HYPHEN and len(letters) > 1:  # the rest of the word follows, on the next line
            yield _word(text_page, first, letters, edges)
            letters, edges = "", []
    if letters:
        yield _word(text_page, first, letters, edges)


def _word(text_page: Any, first: int, letters: str, edges: list[float]) -> Box:
    left, right, bottom, top = edges
    cut = HYPHEN if letters.endswith(HYPHEN) and len(letters) > 1 else ""
    text = one_line(letters.replace(HYPHEN, "-" if not cut else "").translate(_LIGATURES)) + cut
    return Box(left, top, right, bottom, text, top - bottom, _is_bold(text_page, first))


def _is_bold(text_page: Any, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 100, flags)
    return any(mark in name.value.decode("utf-8", "replace").lower() for mark in _BOLD)


def _turned(box: Box, page: pypdfium2.PdfPage, width: float, height: float) -> Box:
    """`box` on the page as it is shown, y downwards from its upper left corner."""
    left, bottom, _, _ = page.get_cropbox()
    x0, x1, y0, y1 = box.x0 - left, box.x1 - left, box.bottom - bottom, box.top - bottom
    match page.get_rotation():
        case 90:
            placed = (y0, x0, y1, x1)
        case 180:
            placed = (width - x1, y0, width - x0, y1)
        case 270:
            placed = (width - y1, height - x1, width - y0, height - x0)
        case _:
            placed = (x0, height - y1, x1, height - y0)
    size = placed[3] - placed[1]
    return replace(box, x0=placed[0], top=placed[1], x1=placed[2], bottom=placed[3], size=size)
