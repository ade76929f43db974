"""What Tesseract writes of a picture, as hOCR: lines of words with their places, and the rules between."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lxml import etree

from corpus.pdf.words import Rectangle
from corpus.scans.ink import Ink

_SURE = 50.0  # of 100: a line that is read with less confidence on the whole is no text; in others every word is kept
_SURE_STROKE = 80.0  # a word of strokes alone that is read with less is a speck, or part of a rule
_STROKES = frozenset("|_~.,:;'`‘’\\/")
_LEAST_WORDS = 4  # of a line that tells how far the page is askew
_RAISED = 0.4  # of the height of small letters: what ends so far above the line is raised
_X_HEIGHT = 0.48  # of the size of a type, about the same in most


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word: its place in the line, and how heavy its strokes are, as a share of the height of small letters.

    `raised`: it stands above the small letters, as the number of a note does.
    """

    x0: float
    x1: float
    text: str
    weight: float
    raised: bool


@dataclass(frozen=True, slots=True)
class ReadLine:
    """The words of a line, its `size` and where it stands, all in points of a page set straight."""

    words: tuple[ReadWord, ...]
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """The lines and the rules of a picture; `turn` is by how much it must be turned, clockwise, to be read."""

    lines: tuple[ReadLine, ...]
    rules: tuple[Rectangle, ...]
    turn: int


@dataclass(frozen=True, slots=True)
class _Word:
    place: Rectangle
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the picture, in pixels: where its words stand, and its baseline from the left edge on."""

    words: tuple[_Word, ...]
    left: float
    height: float
    slope: float
    x_height: float
    turn: int


def read_hocr(data: bytes, ink: Ink, scale: float) -> ReadPicture:
    """The lines and rules of hOCR, which was read off that ink; `scale` points to a pixel."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    lines = list(_lines(root))
    turns = Counter({0: 0})
    for line in lines:
        turns[line.turn] += len(line.words)
    turn = turns.most_common(1)[0][0]
    lines = [line for line in lines if line.turn == turn]
    slopes = [line.slope for line in lines if len(line.words) >= _LEAST_WORDS]
    slope = median(slopes) if slopes else 0.0
    return ReadPicture(
        tuple(_straight(line, ink, slope, scale) for line in lines), tuple(_rules(root, slope, scale)), turn
    )


def _lines(root: etree._Element) -> Iterator[_Line]:
    """The lines that have words, but not what specks and pictures are taken for."""
    for line in root.iterfind(".//{*}p/{*}span"):
        found = [
            word
            for word in map(_word, line.iterchildren("{*}span"))
            if word.text and (word.confidence >= _SURE_STROKE or not _STROKES.issuperset(word.text))
        ]
        if found and _confidence(found) >= _SURE:
            said = _properties(line)
            left, _, _, bottom = _box(said)
            slope, offset = map(float, said.get("baseline", ("0", "0")))
            size, below, above = (float(said[name][0]) for name in ("x_size", "x_descenders", "x_ascenders"))
            turn = int(float(said.get("textangle", ("0",))[0]))
            yield _Line(tuple(found), left, bottom + offset, slope, size - below - above, turn)


def _word(element: etree._Element) -> _Word:
    said = _properties(element)
    text = "".join("".join(element.itertext()).split())
    return _Word(_box(said), text, float(said.get("x_wconf", ("0",))[0]))


def _confidence(words: Sequence[_Word]) -> float:
    """How sure the characters of a line are on average."""
    return sum(word.confidence * len(word.text) for word in words) / sum(len(word.text) for word in words)


def _straight(line: _Line, ink: Ink, slope: float, scale: float) -> ReadLine:
    """A line on the page turned so that its text is level."""
    x0, x1 = line.words[0].place[0], line.words[-1].place[2]
    middle = (x0 + x1) / 2
    height = line.height + line.slope * (middle - line.left)
    across = slope * height
    return ReadLine(
        tuple(
            ReadWord(
                (word.place[0] + across) * scale,
                (word.place[2] + across) * scale,
                word.text,
                ink.stroke(word.place) / line.x_height if line.x_height > 0 else 0.0,
                height + line.slope * (word.place[0] - middle) - word.place[3] > _RAISED * line.x_height,
            )
            for word in line.words
        ),
        (height - slope * middle) * scale,
        line.x_height * scale / _X_HEIGHT,
    )


def _rules(root: etree._Element, slope: float, scale: float) -> Iterator[Rectangle]:
    """The level and upright rules, each as the one line that it is."""
    for rule in root.iter("{*}div"):
        if rule.get("class") != "ocr_separator":
            continue
        x0, top, x1, bottom = _box(_properties(rule))
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        x, y = x + slope * y, y - slope * x
        half = max(x1 - x0, bottom - top) / 2
        across, down = (half, 0.0) if x1 - x0 > bottom - top else (0.0, half)
        yield (x - across) * scale, (y - down) * scale, (x + across) * scale, (y + down) * scale


def _properties(element: etree._Element) -> Mapping[str, Sequence[str]]:
    """The values of each property in the title of an element: "bbox 1 2 3 4; x_wconf 96"."""
    parts = (part.split() for part in element.get("title", "").split(";"))
    return {name: values for name, *values in filter(None, parts)}


def _box(said: Mapping[str, Sequence[str]]) -> Rectangle:
    x0, top, x1, bottom = map(float, said["bbox"])
    return x0, top, x1, bottom
