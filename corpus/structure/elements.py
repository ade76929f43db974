"""The first reading: lines grouped into elements, before anyone asks what a short line means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from corpus.layout import Look, Piece
from corpus.structure.classified_lines import Placed, placed_lines
from corpus.structure.tables import Row
from corpus.text.markers import Marker, atx_level, decimal_depth, is_page_number, item_marker
from corpus.text.markup import plain

_SETEXT = re.compile(r"=+|-{3,}")
_DEFINITION = re.compile(r"\s{0,3}:\s+(?=\S)")
_BOLD = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)|\*\*\*[^*]+\*\*\*")
_CLOSERS = "\"'”’)]*_"
# No sentence ends in one of these: what follows the page break goes on.
_OPEN_WORD = re.compile(
    r"(?:a|an|the|of|in|on|at|to|for|from|by|with|and|or|as|that|which|this|these|its|their|into|between|under)",
    re.IGNORECASE,
)
_PAGE_BREAK = "\f"
_INDENT = 4  # columns of a marker, a level
_LONGEST_HEADING = 160  # characters, as shown
_LONGEST_MARKED_UP = 4 * _LONGEST_HEADING  # characters, with emphasis and links


ElementKind = Literal[
    "heading", "text", "item", "row", "definition", "code", "caption", "footnote", "contents", "furniture"
]


@dataclass(frozen=True, slots=True)
class Element:
    """A run of lines that belong together: `source[start:end]`, without outer blanks.

    `level` is a marked-up heading's, `marker` an item's, `row` a table line's, `term_end` where the term of a
    definition ends. `after_blank` tells that a blank line, page break or the start of the file came before.
    `look` is how its reader saw it, None in plain text; `table` and `header` are as in `Piece`.
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

    @property
    def one_line(self) -> bool:
        """Whether `text` is all there is of it yet."""
        return self.end - self.start == len(self.text)

    @property
    def is_short(self) -> bool:
        """Whether it is no longer than a heading or a term may be."""
        return len(self.text) <= _LONGEST_MARKED_UP and len(plain(self.text)) <= _LONGEST_HEADING

    @property
    def ends_with_line(self) -> bool:
        """Whether it is a heading by its look or number, which the next line does not go on with."""
        return self.stands_alone or (decimal_depth(self.text) is not None and self.heading_like)

    @property
    def stands_alone(self) -> bool:
        """Whether its look alone makes a line a heading: all bold, or all capitals."""
        if len(self.text.splitlines()) > 1:
            return False
        shown = plain(self.text)
        capitals = shown.isupper() and len(shown.split()) > 1
        return capitals or _BOLD.fullmatch(self.text) is not None

    @property
    def heading_like(self) -> bool:
        """Whether it is short, begins as a title does, and has no sentence's end."""
        text = self.text[self.marker.width :] if self.marker else self.text
        if len(text) > _LONGEST_MARKED_UP:
            return False
        shown = plain(text)
        return (
            0 < len(shown) <= _LONGEST_HEADING
            and len([line for line in text.splitlines() if line.strip()]) <= 4
            and not shown.lstrip("\"'“‘([").startswith(tuple("abcdefghijklmnopqrstuvwxyz"))
            and any(letter.isalpha() for letter in shown)
            and shown[-1] not in ".!;:,…"
            and not re.search(r"[a-z)][.!?;]\s+[A-Z]", shown)
        )


def scan(source: str) -> list[Element]:
    """The elements of `source` in order; what a page break cut in two is one again."""
    return _rejoin(source, _group(source))


def from_pieces(source: str, pieces: Sequence[Piece]) -> list[Element]:
    """The elements that a reader saw, in order; what a page break cut in two is one again."""
    elements = [_seen(source, piece) for piece in pieces]
    return _rejoin(source, elements) if _PAGE_BREAK in source else elements


def _seen(source: str, piece: Piece) -> Element:
    text = source[piece.start : piece.end]
    marker = row = None
    if piece.kind == "item":
        read = item_marker(text)
        enumerator = read.enumerator if read else None
        bullet = read.bullet if read else enumerator is None
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
    )


def _group(source: str) -> list[Element]:
    elements: list[Element] = []
    written = placed_lines(source)
    for line, following in zip_longest(written, written[1:]):
        defined = following is not None and _DEFINITION.match(following.line.text) is not None
        if elements and (grown := _extend(elements[-1], line, defined=defined)):
            elements[-1] = grown
        else:
            elements.append(_classify(line))
    return _complete(source, elements)


def _complete(source: str, elements: Sequence[Element]) -> list[Element]:
    """The elements with their whole text: while they grow, only `end` moves and `text` is the first line."""
    return [
        element if element.one_line else replace(element, text=source[element.start : element.end])
        for element in elements
    ]


def _extend(previous: Element, placed: Placed, *, defined: bool) -> Element | None:
    """`previous` grown by a line that goes on with it, else None; `defined`: the next line defines this."""
    line = placed.line
    if placed.code or placed.row or placed.furniture:
        return _underlined(previous, placed)
    grown = replace(previous, end=line.start + len(line.text.rstrip()))
    starts_definition = _DEFINITION.match(line.text) is not None
    if starts_definition and previous.kind == "text" and previous.one_line and previous.is_short:
        return replace(grown, kind="definition", term_end=previous.end)
    if placed.after_blank or previous.kind not in ("text", "item", "definition"):
        return None
    if previous.kind == "definition" and defined and not starts_definition:
        return None
    if previous.kind == "text" and previous.one_line and previous.ends_with_line:
        return None
    marker = item_marker(line.text)
    starts_item = marker and (marker.bullet or previous.kind == "item" or _is_first(marker))
    return None if starts_item or atx_level(line.text) else grown


def _underlined(previous: Element, placed: Placed) -> Element | None:
    """`previous` as a heading where the line underlines it, else None."""
    match = _SETEXT.fullmatch(placed.line.text.strip())
    if match is None or placed.after_blank or previous.kind != "text":
        return None
    if not previous.one_line or not previous.is_short or plain(previous.text).endswith((".", ";", ",")):
        return None
    end = placed.line.start + len(placed.line.text.rstrip())
    return replace(previous, end=end, kind="heading", level=1 if match[0].startswith("=") else 2)


def _is_first(marker: Marker) -> bool:
    return marker.enumerator is not None and any(ordinal == 1 for _, ordinal in marker.enumerator.readings)


def _classify(placed: Placed) -> Element:
    line, row = placed.line, placed.row
    if placed.code:
        return _element("code", placed)
    if row is not None and row.filled:
        return replace(_element("row", placed), row=row)
    if row is not None or placed.furniture:
        return _element("furniture", placed)
    level = atx_level(line.text)
    if level and len(line.text) <= _LONGEST_MARKED_UP:
        return replace(_element("heading", placed), level=level)
    if marker := item_marker(line.text):
        outer = len(line.text) - len(line.text.lstrip())
        return replace(_element("item", placed), marker=replace(marker, width=marker.width - outer))
    return _element("text", placed)


def _element(kind: Literal["heading", "text", "item", "row", "code", "furniture"], placed: Placed) -> Element:
    text = placed.line.text.strip()
    start = placed.line.start + len(placed.line.text) - len(placed.line.text.lstrip())
    return Element(kind, text, start, start + len(text), placed.after_blank)


def _rejoin(source: str, elements: Sequence[Element]) -> list[Element]:
    """What a page break cut is one again, the number of the page in the middle of it if there is one."""
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
    """Whether `after` is the rest of what ended in `before`, a piece of an element of that `kind`."""
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
