"""Which pages of a PDF are pictures of text, and the words and rules that are read off them."""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from subprocess import SubprocessError, TimeoutExpired

import pypdfium2
from PIL import Image

from corpus.errors import ReadError
from corpus.pdf.drawing import Drawing, Rule, pictures
from corpus.pdf.words import Box
from corpus.scans.hocr import ReadLine, ReadPicture, read_hocr
from corpus.scans.ink import Ink
from corpus.scans.tesseract import DPI, Tesseract

_MOST = 0.5  # of a page: pictures that cover as much are what it shows
_PICTURES = 1_000  # of a page that are looked at; scanners cut a page into strips
_MARGIN = 0.09  # of its height, above and below: words there may be stamped on a scan
_STEP = 1.2  # sizes are told apart where one is so many times the other
_ASCENT, _DESCENT = 0.8, 0.2  # of its size: how far a line reaches above and below its baseline
_BOLD = 1.35  # times the usual weight; bold type has about one and a half
_NEARLY_ALL = 0.8  # of the letters of a line
_BULLET = 2.0  # times the usual weight: a spot, whatever letter it is taken for
_NOTE = 0.6  # of the size of its line: a raised word
_POINTS = 72


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What was read off the picture of a page."""

    size: tuple[float, float]
    words: tuple[Box, ...]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is spent: pixels and seconds of a page, and seconds of all pages."""

    pixels: int
    page_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Type:
    """What most of the text is set in: its size and the weight of its strokes."""

    size: float
    weight: float

    def even(self, size: float) -> float:
        """A size in steps from the usual one: those of lines in one type are measured a little different."""
        steps = round(math.log(size / self.size, _STEP)) if size > 0 else 0
        return float(round(self.size * _STEP**steps, 1))


def is_scan(page: pypdfium2.PdfPage, words: Sequence[Box]) -> bool:
    """Whether pictures cover most of a page, and it has no words but in its margins."""
    width, height = page.get_size()
    margin = _MARGIN * height
    if any(margin < word.middle < height - margin for word in words):
        return False
    covered = sum(
        max(0.0, min(x1, width) - max(x0, 0.0)) * max(0.0, min(bottom, height) - max(top, 0.0))
        for x0, top, x1, bottom in pictures(page, _PICTURES)
    )
    return bool(covered >= _MOST * width * height)


def scanned_pages(
    document: pypdfium2.PdfDocument, numbers: Sequence[int], tesseract: Tesseract, most: Bounds, file: str
) -> list[ScannedPage]:
    """The words and rules of these pages, numbered from 0, sizes made even over all; raises `ReadError`."""
    end = time.monotonic() + most.seconds
    found = []
    for number in numbers:
        seconds = min(most.page_seconds, end - time.monotonic())
        try:
            found.append(_read(document[number], tesseract, most.pixels, max(0.0, seconds)))
        except TimeoutExpired:
            raise ReadError(
                f"takes too long for character recognition (stopped at page {number + 1})",
                where=file,
                remedy="split the document",
            ) from None
        except (SubprocessError, OSError, pypdfium2.PdfiumError) as error:
            raise ReadError(
                f"has a page {number + 1} that character recognition cannot read ({type(error).__name__})",
                where=file,
                remedy="check the file, or scan the page anew",
            ) from error
    usual = _type([picture for _, picture in found])
    return [_page(size, picture, usual) for size, picture in found]


def _read(
    page: pypdfium2.PdfPage, tesseract: Tesseract, pixels: int, seconds: float
) -> tuple[tuple[float, float], ReadPicture]:
    """The size of a page and what its picture says; one that lies on its side, or its head, is turned."""
    for _ in range(2):
        width, height = page.get_size()
        scale = min(DPI / _POINTS, math.sqrt(pixels / (width * height)))
        picture = page.render(scale=scale, grayscale=True).to_pil()
        read = read_hocr(tesseract.read(_pgm(picture), seconds), Ink(picture), 1 / scale)
        if not read.turn:
            break
        page.set_rotation((page.get_rotation() + read.turn) % 360)
    page.close()
    return (width, height), read


def _pgm(picture: Image.Image) -> bytes:
    return b"P5 %d %d 255\n" % picture.size + picture.tobytes()


def _type(pictures: Sequence[ReadPicture]) -> _Type:
    words = [
        (line, word, len(word.text)) for picture in pictures for line in picture.lines for word in line.words
    ]
    return _Type(
        _middle((line.size, length) for line, _, length in words),
        _middle((word.weight, length) for _, word, length in words),
    )


def _middle(values: Iterable[tuple[float, int]]) -> float:
    """What the middle one of all characters has."""
    ordered = sorted(values)
    half = sum(length for _, length in ordered) / 2
    for value, length in ordered:
        half -= length
        if half <= 0:
            return value
    return 0.0


def _page(size: tuple[float, float], picture: ReadPicture, usual: _Type) -> ScannedPage:
    words = tuple(box for line in picture.lines for box in _words(line, usual))
    level = [Rule(x0, x1, top) for x0, top, x1, bottom in picture.rules if x1 - x0 > bottom - top]
    rules = sorted(level, key=lambda rule: (rule.y, rule.x0))
    return ScannedPage(size, words, Drawing(tuple(rules), picture.rules))


def _words(line: ReadLine, usual: _Type) -> Iterator[Box]:
    """The words of a line; it is bold as a whole where nearly all of it is."""
    size = usual.even(line.size)
    top, bottom = line.baseline - _ASCENT * size, line.baseline + _DESCENT * size
    bold = [word.weight >= _BOLD * usual.weight for word in line.words]
    letters = sum(len(word.text) for word in line.words)
    heavy = sum(len(word.text) for word, is_bold in zip(line.words, bold, strict=True) if is_bold)
    for number, word in enumerate(line.words):
        is_bold = heavy >= _NEARLY_ALL * letters or bold[number]
        if (
            number == 0 < len(line.words) - 1
            and len(word.text) == 1
            and word.weight >= _BULLET * usual.weight
        ):
            yield Box(word.x0, top, word.x1, bottom, "•", size)
        elif word.raised:
            yield Box(word.x0, top, word.x1, top + _NOTE * size, word.text, _NOTE * size, is_bold)
        else:
            yield Box(word.x0, top, word.x1, bottom, word.text, size, is_bold)
