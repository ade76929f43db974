"""The opening of a document: the lines above its text, how each is set, and the heads of its pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.identity.bodies import names_body
from corpus.identity.dates import date, is_date_only
from corpus.identity.kinds import is_kind_only, names_kind
from corpus.identity.words import (
    SMALL,
    is_contents_line,
    is_numbered,
    is_ordinal,
    is_reference,
    is_symbol,
    words,
)
from corpus.layout import Piece
from corpus.readers.extracted import PAGE_BREAK
from corpus.structure.elements import Element, from_pieces, scan
from corpus.text.markers import is_page_number
from corpus.text.markup import plain

_MOST = 60  # elements of the first page that are looked at
_FIRST = 12  # elements that may say the kind or the day
_SMALLEST_HEAD = 3  # words of a running head that may be a title
_PAGE = re.compile(
    r"\W*\b(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*|^\W*\d{1,3}\b\W*|\s+\d{1,3}$", re.I
)
_VOLUME = re.compile(r"\bVol\.?\s|\bNo\.\s?\d|\bIssue\s\d")  # of a periodical
_PLACE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?, [^\W\d_]+(?: [^\W\d_]+)?")  # "Port Alba, Eastmark"
_OCCASION = 4  # words of "Fifty-eighth session", at most
_LONGEST_LINE = 160  # characters
_MARKS = re.compile(r"^#+\s*|\s*#+$|^\s*(?:=+|-{3,})\s*$", re.MULTILINE)

Prominence = tuple[bool, float, int, bool]  # a style called title, size in points, how far out, bold


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """A line of the first page that may belong to a title: `prominence` orders lines, the greatest stands out most.

    `recurs`: later headings are set alike, so it may be no more than the first of them. `place` counts all elements;
    `below_text`: text stands above it.
    """

    text: str
    prominence: Prominence
    place: int
    recurs: bool = False
    below_text: bool = False

    @property
    def may_entitle(self) -> bool:
        """Whether it can be a title by its words: no date, number of a section, symbol or line of contents."""
        bare = self.text.strip("\ufeff \t-–—_*=")
        whole = any(map(str.isalpha, bare)) and not bare[:1].islower() and bare[-1] not in ".;,:"
        only_dated = is_date_only(bare) and not names_kind(bare)
        return whole and not (only_dated or is_numbered(bare) or is_symbol(bare) or is_contents_line(bare))

    @property
    def is_masthead(self) -> bool:
        """Whether it says who or where rather than what: the name of a body, a session, the number of a file."""
        own = words(self.text)
        occasion = len(own) <= _OCCASION and is_ordinal(own[0]) and not names_kind(self.text)
        filed = is_reference(self.text) and not names_kind(self.text)
        return occasion or filed or names_body(self.text) or _PLACE.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class Opening:
    """The lines that open a document, in order; its running heads; how the text is set; the first texts of all kinds."""

    lines: tuple[OpeningLine, ...]
    heads: tuple[str, ...] = ()
    mastheads: tuple[
        str, ...
    ] = ()  # cells of the first row, where a symbol stands beside the name of the body
    body: Prominence = field(default=(False, 0.0, 0, False))
    texts: tuple[str, ...] = ()

    @property
    def first_lines(self) -> list[str]:
        """The lines of the first texts, without blanks at their ends."""
        shown = (_plain(line) for text in self.texts for line in text.splitlines())
        return [line for line in shown if line]

    @property
    def prominent(self) -> list[OpeningLine]:
        """Those set larger than the text that may be a title, the greatest first."""
        found = [line for line in self.lines if line.may_entitle and line.prominence > self.body]
        return sorted(found, key=lambda line: line.prominence, reverse=True)

    @property
    def foremost(self) -> list[OpeningLine]:
        """The prominent ones that are no part of a masthead, if there are such."""
        found = self.prominent
        telling = [line for line in found if not (line.is_masthead or self._is_banner(line))]
        return [line for line in telling if line.place > self._head] or telling or found

    @property
    def titles(self) -> list[str]:
        """The running heads that may be the title: not those of a periodical or a printer."""
        return [head for head in self.heads if not (is_reference(head) or _VOLUME.search(head))]

    @property
    def _head(self) -> int:
        """The place of the day under a symbol, which ends the head of a document that is filed by one; else 0."""
        dated = (line.place for line in self.lines if any(map(date, line.text.splitlines())))
        return next(dated, 0) if self.mastheads else 0

    def _is_banner(self, line: OpeningLine) -> bool:
        """Whether a line names a section of a periodical: the head with its volume has it too."""
        volumes = [" ".join(words(text)) for text in (*self.heads, *self.texts) if _VOLUME.search(text)]
        own = " ".join(words(line.text))
        return is_kind_only(line.text) and any(own in text and own != text for text in volumes)

    def around(self, line: OpeningLine) -> list[OpeningLine]:
        """The lines that stand together with `line`, above the text."""
        at = self.lines.index(line)
        first = last = at
        while first and self.lines[first - 1].place >= self.lines[first].place - 1:
            first -= 1
        while last + 1 < len(self.lines) and self.lines[last + 1].place <= self.lines[last].place + 1:
            last += 1
        return list(self.lines[first : last + 1])


def opening(text: str, pieces: Sequence[Piece] = ()) -> Opening:
    """The opening of an extracted or plain text."""
    elements = from_pieces(text, pieces) if pieces else scan(text)
    page = list(_first_page(text, elements))
    contents = {_bare(e.text) for e in elements if e.kind == "contents" or is_contents_line(e.text)}
    body = _body(elements)
    width = max((len(line) for _, e in page for line in e.text.splitlines()), default=0)
    recurring = {id(elements[place]) for place in _recurring(elements, body)}
    lines = tuple(
        OpeningLine(
            shown,
            _prominence(e),
            place,
            recurs=id(e) in recurring,
            below_text=any(
                other.kind in ("text", "item") and not _is_line(other, body) for _, other in page[: place - 1]
            ),
        )
        for place, e in page
        if _is_line(e, body)
        for shown in _lines_of(e, width)
        if _bare(shown) not in contents
    )
    mastheads = tuple(
        cell for _, e in page[:3] if e.row for cell in e.row.texts if any(map(is_symbol, e.row.texts))
    )
    texts = tuple(e.text for _, e in page[:_FIRST] if e.kind != "row")
    return Opening(lines, tuple(_running_heads(text, elements)), mastheads, body, texts)


def _first_page(text: str, elements: Sequence[Element]) -> Iterator[tuple[int, Element]]:
    """The elements of the first page that has text, with their places; furniture apart."""
    begun: Element | None = None
    place = 0
    for element in elements:
        if element.kind == "furniture":
            continue
        if begun and PAGE_BREAK in text[begun.start : element.start]:
            return
        begun = begun or element
        place += 1
        yield place, element
        if place == _MOST:
            return


def _is_line(element: Element, body: Prominence) -> bool:
    """Whether an element is short, as a title is; one in lower case may go on with the line above."""
    if element.kind == "heading":
        return True
    capital = replace(element, text=element.text[:1].upper() + element.text[1:])
    return element.kind == "text" and (capital.heading_like or _is_set_apart(element, body))


def _is_set_apart(element: Element, body: Prominence) -> bool:
    """Whether an element is set larger than the text and is no sentence, whatever the marks in it."""
    text = element.text.rstrip()
    return (
        element.look is not None
        and _prominence(element) > body
        and len(text) <= _LONGEST_LINE
        and text[-1:] not in (".", ":", ",", ";")
    )


def _recurring(elements: Sequence[Element], body: Prominence) -> set[int]:
    """The places among `elements` of lines that another one is set like, after text that stands below them."""
    found: set[int] = set()
    below: set[Prominence] = set()  # of lines below the text below
    beside: set[Prominence] = set()  # of lines above that text
    for place in reversed(range(len(elements))):
        element = elements[place]
        if _is_line(element, body):
            own = _prominence(element)
            if own in below:
                found.add(place)
            beside.add(own)
        elif element.kind != "furniture":
            below |= beside
    return found


def _shown(element: Element) -> str:
    return _plain(element.text)


def _plain(text: str) -> str:
    return plain(_MARKS.sub("", text)).strip("\ufeff ")


def _lines_of(element: Element, width: int) -> Iterator[str]:
    """What is shown of an element; each line of a plain text that ends before the width of the page stands alone."""
    whole: list[str] = []
    lines = element.text.splitlines() if element.look is None and element.kind == "text" else [element.text]
    for line in filter(str.strip, lines):
        if whole and not _goes_on(whole[-1], line, width):
            yield _plain("\n".join(whole))
            whole = []
        whole.append(line)
    if shown := _plain("\n".join(whole)):
        yield shown


def _goes_on(line: str, below: str, width: int) -> bool:
    """Whether the line below goes on with one: its first word had no room, or it cannot begin."""
    first, last = below.split()[0], line.split()[-1]
    return (
        len(line) + 1 + len(first) > width or last.lower() in SMALL or last[-1] in ",-" or first[:1].islower()
    )


def _prominence(element: Element) -> Prominence:
    look = element.look
    if look is None:
        return False, 0.0, -element.level if element.level else -9, element.stands_alone
    return look.name.lower() == "title", round(look.size * 2) / 2, -(look.outline or 9), look.bold


def _body(elements: Sequence[Element]) -> Prominence:
    """How most characters are set."""
    counted: Counter[Prominence] = Counter()
    for element in elements:
        if element.kind in ("text", "item", "row"):
            counted[_prominence(element)] += len(element.text)
    return counted.most_common(1)[0][0] if counted else (False, 0.0, -9, False)


def _bare(text: str) -> str:
    return " ".join(word for word in words(text) if not word.isdigit())


def _running_heads(text: str, elements: Sequence[Element]) -> Iterator[str]:
    """The head and the foot of the first pages, without the number of the page; lines that stand together are one."""
    if PAGE_BREAK not in text:
        return  # what is furniture there is navigation
    lines: list[str] = []
    for element in [*elements[:_MOST], None]:
        if element is not None and element.kind == "furniture":
            shown = _PAGE.sub("", plain(element.text)).strip()
            lines += [shown] if shown and not is_page_number(shown) else []
        else:
            if len(words(" ".join(lines))) >= _SMALLEST_HEAD:
                yield ", ".join(lines)
            lines = []
