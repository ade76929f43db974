"""The first reading: lines grouped into elements, before anyone asks what a short line means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.markers import Marker, atx_level, decimal_depth, is_furniture, item_marker
from corpus.markup import plain
from corpus.readers.text import Line, lines
from corpus.tables import Row, parse_row

_SETEXT = re.compile(r"=+|-{3,}")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_DEFINITION = re.compile(r"\s{0,3}:\s+(?=\S)")
_BOLD = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)|\*\*\*[^*]+\*\*\*")
_CLOSERS = "\"'”’)]*_"
# No sentence ends in one of these: what follows the page break goes on.
_OPEN_WORD = re.compile(
    r"(?:a|an|the|of|in|on|at|to|for|from|by|with|and|or|as|that|which|this|these|its|their|into|between|under)",
    re.IGNORECASE,
)
_LONGEST_HEADING = 160  # characters, as shown
_LONGEST_MARKED_UP = 4 * _LONGEST_HEADING  # characters, with emphasis and links


@dataclass(frozen=True, slots=True)
class Element:
    """A run of lines that belong together: `source[start:end]`, without outer blanks.

    `level` is a marked-up heading's, `marker` an item's, `row` a table line's, `term_end` where the term of a
    definition ends. `after_blank` tells that a blank line, page break or the start of the file came before.
    """

    kind: Literal["heading", "text", "item", "row", "definition", "furniture"]
    text: str
    start: int
    end: int
    after_blank: bool
    level: int = 0
    marker: Marker | None = None
    row: Row | None = None
    term_end: int = 0

    @property
    def one_line(self) -> bool:
        """Whether `text` is all there is of it yet."""
        return self.end - self.start == len(self.text)

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


def _group(source: str) -> list[Element]:
    elements: list[Element] = []
    after_blank, fenced = True, False
    for line in lines(source):
        if not line.text.strip():
            after_blank = True
            continue
        previous = elements[-1] if elements else None
        fence = _FENCE.match(line.text) is not None
        if previous and (grown := _extend(previous, line, after_blank, fenced)):
            elements[-1] = grown
        elif fenced or fence:
            elements.append(_element("text", line, after_blank))
        else:
            elements.append(_classify(line, after_blank))
        fenced ^= fence
        after_blank = line.page_break
    return _complete(source, elements)


def _complete(source: str, elements: Sequence[Element]) -> list[Element]:
    """The elements with their whole text: while they grow, only `end` moves and `text` is the first line."""
    return [
        element if element.one_line else replace(element, text=source[element.start : element.end])
        for element in elements
    ]


def _extend(previous: Element, line: Line, after_blank: bool, fenced: bool) -> Element | None:
    """`previous` grown by `line` where the line goes on with it, else None."""
    grown = replace(previous, end=line.start + len(line.text.rstrip()))
    if fenced:
        return grown
    if after_blank or previous.kind not in ("text", "item", "definition"):
        return None
    if previous.kind == "text" and previous.one_line:
        if _SETEXT.fullmatch(line.text.strip()):
            return replace(grown, kind="heading", level=1 if line.text.strip()[0] == "=" else 2)
        if _DEFINITION.match(line.text):
            return replace(grown, kind="definition", term_end=previous.end)
        if previous.stands_alone or (decimal_depth(previous.text) and previous.heading_like):
            return None
    marker = item_marker(line.text)
    starts_item = marker and (marker.bullet or previous.kind == "item" or _is_first(marker))
    starts_other = (
        atx_level(line.text) or parse_row(line) or is_furniture(line.text) or _FENCE.match(line.text)
    )
    return None if starts_item or starts_other else grown


def _is_first(marker: Marker) -> bool:
    return marker.enumerator is not None and any(ordinal == 1 for _, ordinal in marker.enumerator.readings)


def _classify(line: Line, after_blank: bool) -> Element:
    row = parse_row(line)
    if row is not None:
        kind: Literal["row", "furniture"] = "row" if row.filled else "furniture"
        return replace(_element(kind, line, after_blank), row=row)
    if is_furniture(line.text):
        return _element("furniture", line, after_blank)
    if level := atx_level(line.text):
        return replace(_element("heading", line, after_blank), level=level)
    if marker := item_marker(line.text):
        outer = len(line.text) - len(line.text.lstrip())
        return replace(
            _element("item", line, after_blank), marker=replace(marker, width=marker.width - outer)
        )
    return _element("text", line, after_blank)


def _element(
    kind: Literal["heading", "text", "item", "row", "furniture"], line: Line, after_blank: bool
) -> Element:
    text = line.text.strip()
    start = line.start + len(line.text) - len(line.text.lstrip())
    return Element(kind, text, start, start + len(text), after_blank)


def _rejoin(source: str, elements: Sequence[Element]) -> list[Element]:
    joined: list[Element] = []
    before: Element | None = None
    for element in elements:
        if before and element.kind == "text" and _goes_on(joined[-1].kind, before, element):
            joined[-1] = replace(joined[-1], end=element.end)
        else:
            joined.append(element)
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
