"""Groups lines into elements, without deciding which short lines are headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from corpus.layout import Look, Piece
from corpus.structure.classified_lines import ClassifiedLine, classified_lines
from corpus.structure.tables import Row
from corpus.text.markers import Marker, atx_level, decimal_depth, is_page_number, item_marker
from corpus.text.markup import plain

_SETEXT = re.compile(r"=+|-{3,}")
_DEFINITION = re.compile(r"\s{0,3}:\s+(?=\S)")
_BOLD = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)|\*\*\*[^*]+\*\*\*")
_CLOSERS = "\"'”’)]*_"
# No sentence ends with one of these words: it continues after the page break.
_OPEN_WORD = re.compile(
    r"(?:a|an|the|of|in|on|at|to|for|from|by|with|and|or|as|that|which|this|these|its|their|into|between|under)",
    re.IGNORECASE,
)
_PAGE_BREAK = "\f"
_INDENT = 4  # columns of a marker, a level
_NOTE_CALL = re.compile(r"(?<=[.!?;:,…\"”’)])\s?(?:\[\d{1,3}\]|\d{1,3}|[*†‡¹²³⁴⁵⁶⁷⁸⁹⁰]+)$")
_LONGEST_HEADING = 160  # characters, as shown
_LONGEST_MARKED_UP = 4 * _LONGEST_HEADING  # characters, with emphasis and links


ElementKind = Literal[
    "heading",
    "text",
    "item",
    "row",
    "definition",
    "code",
    "caption",
    "footnote",
    "contents",
    "furniture",
    "unit",
]


@dataclass(frozen=True, slots=True)
class Element:
    """A run of lines that belong together: `source[start:end]`, without surrounding blanks.

    Headings in Markdown have a `level`, items a `marker`, table lines a `row`; `term_end` is the end of a
    definition's term. `after_blank`: a blank line, a page break or the start of the file precedes it. `look` is how the
    reader saw it, None in plain text; `table` and `header` are as in `Piece`; `labels` name the cells of a unit.
    """

    kind: ElementKind
    text: str
    start: int
    end: int
    after_blank: bool
    level: int = 0
    marker: Marker | None = None
    row: Row | None = None
    term_end: int = 0
    look: Look | None = None
    table: int = 0
    header: bool = False
    labels: tuple[str, ...] = ()

    @property
    def one_line(self) -> bool:
        """Whether the element has only its first line so far."""
        return self.end - self.start == len(self.text)

    @property
    def is_short(self) -> bool:
        """Whether the text is short enough for a heading or a term."""
        return len(self.text) <= _LONGEST_MARKED_UP and len(plain(self.text)) <= _LONGEST_HEADING

    @property
    def ends_with_line(self) -> bool:
        """Whether its look or number makes it a heading, so that the next line does not continue it."""
        return self.stands_alone or (decimal_depth(self.text) is not None and self.heading_like)

    @property
    def stands_alone(self) -> bool:
        """Whether it is one line in capitals, or all bold: a heading by its look."""
        shown = plain(self.text)
        capitals = shown.isupper() and len(shown.split()) > 1 and "\n" not in self.text
        return capitals or _BOLD.fullmatch(self.text) is not None

    @property
    def heading_like(self) -> bool:
        """Whether it is short, does not begin in lower case, and contains no end of a sentence."""
        text = self.text[self.marker.width :] if self.marker else self.text
        if len(text) > _LONGEST_MARKED_UP:
            return False
        shown = _NOTE_CALL.sub("", plain(text)).rstrip(_CLOSERS)
        return (
            0 < len(shown) <= _LONGEST_HEADING
            and len([line for line in text.splitlines() if line.strip()]) <= 4
            and not shown.lstrip("\"'“‘([").startswith(tuple("abcdefghijklmnopqrstuvwxyz"))
            and any(letter.isalpha() for letter in shown)
            and shown[-1] not in ".!;:,…"
            and not re.search(r"[a-z)][.!?;]\s+[A-Z]", shown)
        )


def scan(source: str) -> list[Element]:
    """The elements of `source` in order; elements that a page break cut in two are joined."""
    return _rejoin(source, _group(source))


def from_pieces(source: str, pieces: Sequence[Piece]) -> list[Element]:
    """The elements that a reader saw, in order; what a page break cut in two is one again."""
    elements = [_seen(source, piece) for piece in pieces]
    return _rejoin(source, elements) if _PAGE_BREAK in source else elements


def are_marked_up(elements: Sequence[Element]) -> bool:
    """Whether the format tells paragraphs and headings by marks: it knows looks, but no sizes of type and no pages."""
    return all(element.look is not None and not element.look.size for element in elements)


def _seen(source: str, piece: Piece) -> Element:
    text = source[piece.start : piece.end]
    marker = row = None
    if piece.kind == "item":
        read = item_marker(text) or item_marker(
            f"- {text}"
        )  # a capital is a number where it is known to be an item
        enumerator = read.enumerator if read else None
        bullet = enumerator is None
        marker = Marker(piece.depth * _INDENT, bullet, enumerator, piece.marker)
    elif piece.kind == "row":
        texts = tuple(plain(source[start:end]) for start, end in piece.cells)
        row = Row(piece.start, piece.end, piece.cells, texts)
    return Element(
        piece.kind,
        text,
        piece.start,
        piece.end,
        after_blank=True,
        marker=marker,
        row=row,
        look=piece.look,
        table=piece.table,
        header=piece.header,
        term_end=piece.cells[0][1] if piece.kind == "definition" else 0,
    )


def _group(source: str) -> list[Element]:
    elements: list[Element] = []
    written = classified_lines(source)
    for line, following in zip_longest(written, written[1:]):
        defined = following is not None and _DEFINITION.match(following.line.text) is not None
        if elements and (grown := _extend(elements[-1], line, defined=defined)):
            elements[-1] = grown
        else:
            elements.append(_classify(line))
    return _complete(source, elements)


def _complete(source: str, elements: Sequence[Element]) -> list[Element]:
    """The elements with their whole text: until now `text` is the first line and only `end` was moved."""
    return [
        element if element.one_line else replace(element, text=source[element.start : element.end])
        for element in elements
    ]


def _extend(previous: Element, classified: ClassifiedLine, *, defined: bool) -> Element | None:
    """`previous` with a line that continues it, else None; `defined`: the next line is a definition of this one."""
    line = classified.line
    if classified.code or classified.row or classified.furniture:
        return _underlined(previous, classified)
    grown = replace(previous, end=line.start + len(line.text.rstrip()))
    starts_definition = _DEFINITION.match(line.text) is not None
    if starts_definition and previous.kind == "text" and previous.one_line and previous.is_short:
        return replace(grown, kind="definition", term_end=previous.end)
    if classified.after_blank or previous.kind not in ("text", "item", "definition"):
        return None
    if previous.kind == "definition" and defined and not starts_definition:
        return None
    if previous.kind == "text" and previous.one_line and previous.ends_with_line:
        return None
    marker = item_marker(line.text)
    starts_item = marker and (marker.bullet or previous.kind == "item" or _is_first(marker))
    return None if starts_item or atx_level(line.text) else grown


def _underlined(previous: Element, classified: ClassifiedLine) -> Element | None:
    """`previous` as a heading if the line underlines it, else None."""
    match = _SETEXT.fullmatch(classified.line.text.strip())
    if match is None or classified.after_blank or previous.kind != "text":
        return None
    if not previous.one_line or not previous.is_short or plain(previous.text).endswith((".", ";", ",")):
        return None
    end = classified.line.start + len(classified.line.text.rstrip())
    return replace(previous, end=end, kind="heading", level=1 if match[0].startswith("=") else 2)


def _is_first(marker: Marker) -> bool:
    return marker.enumerator is not None and any(ordinal == 1 for _, ordinal in marker.enumerator.readings)


def _classify(classified: ClassifiedLine) -> Element:
    line, row = classified.line, classified.row
    if classified.code:
        return _element("code", classified)
    if row is not None and row.filled:
        return replace(_element("row", classified), row=row)
    if row is not None or classified.furniture:
        return _element("furniture", classified)
    level = atx_level(line.text)
    if level and len(line.text) <= _LONGEST_MARKED_UP:
        return replace(_element("heading", classified), level=level)
    if marker := item_marker(line.text):
        outer = len(line.text) - len(line.text.lstrip())
        return replace(_element("item", classified), marker=replace(marker, width=marker.width - outer))
    return _element("text", classified)


def _element(
    kind: Literal["heading", "text", "item", "row", "code", "furniture"], classified: ClassifiedLine
) -> Element:
    text = classified.line.text.strip()
    start = classified.line.start + len(classified.line.text) - len(classified.line.text.lstrip())
    return Element(kind, text, start, start + len(text), classified.after_blank)


def _rejoin(source: str, elements: Sequence[Element]) -> list[Element]:
    """Joins elements that a page break cut in two, with the page number between them if there is one."""
    joined: list[Element] = []
    before: Element | None = None
    cut = 0
    for element in elements:
        if before and element.kind == "text" and _goes_on(joined[cut].kind, before, element):
            joined[cut:] = [replace(joined[cut], end=element.end)]
        else:
            joined.append(element)
            if element.kind == "furniture" and is_page_number(element.text):
                continue
            cut = len(joined) - 1
        before = element
    return _complete(source, joined)


def _goes_on(kind: str, before: Element, after: Element) -> bool:
    """Whether `after` continues `before`, a piece of an element of that `kind`."""
    if kind not in ("heading", "text", "item"):
        return False
    shown, rest = plain(before.text).rstrip(_CLOSERS), plain(after.text)
    if not shown or shown[-1] in ".!?;:…":
        return False
    lower = rest[:1].islower()
    if kind == "heading":
        return lower and replace(after, text=rest[:1].upper() + rest[1:]).heading_like
    if kind == "item":
        return lower
    cut_short = shown.endswith(",") or _OPEN_WORD.fullmatch(shown.split()[-1]) is not None
    return lower or (cut_short and not before.heading_like)


def visible(elements: Sequence[Element], index: int, step: int) -> Element | None:
    """The next element before (`step` -1) or after (1) `index` that is not page furniture."""
    return next((e for e in _beyond(elements, index, step) if e.kind != "furniture"), None)


def _beyond(elements: Sequence[Element], index: int, step: int) -> Iterator[Element]:
    position = index + step
    while 0 <= position < len(elements):
        yield elements[position]
        position += step
