"""Reads the headings of HTML pages and the paragraphs below each, as Sphinx, DocBook, Texinfo and AsciiDoc
write them. Code, contents and navigation are left out."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer header hr html li "
    "main nav ol p pre script section style table tbody thead title tr ul".split()
)
_CELLS = frozenset(["td", "th"])
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_LEFT_OUT = frozenset("nav pre script style title".split())
_FURNITURE = frozenset(
    "contents docnav footer footnote-reference header headerlink highlight navfooter navheader related settitle "
    "shortcontents sphinxsidebar toc".split()
)
_NUMBER = re.compile(r"(?:(?:Chapter|Appendix|Section)\s+\w+\.|(?:\d+|[A-Z])(?:\.\d+)*\.|\d+(?:\.\d+)*)\s+")


@dataclass(slots=True)
class Headed:
    """A heading without its number, the headings above it, outermost first, and its own paragraphs.

    `leaf` says that no other heading is below it.
    """

    heading: str
    above: tuple[str, ...]
    paragraphs: list[str] = field(default_factory=list)
    leaf: bool = True


def read_page(html: str) -> list[Headed]:
    """The headings of a page in order. Paragraphs before the first are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Headed] = []
        self.open: list[tuple[int, Headed]] = []
        self.up: tuple[str, ...] = ()  # the chapter, where a page is a section of one
        self.text: list[str] = []
        self.skipped = ""  # the tag that is left out with all in it
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("rel") == "up":
            self.up = (_unnumbered(given.get("title", "")),)
        if self.skipped:
            self.depth += tag == self.skipped
            return
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end_paragraph()
        elif tag in _CELLS or tag in _VOID:
            self.text.append(" ")
        if tag not in _VOID and (tag in _LEFT_OUT or _FURNITURE & set(given.get("class", "").split())):
            self.skipped, self.depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            self.depth -= tag == self.skipped
            self.skipped = self.skipped if self.depth else ""
        elif tag in _HEADINGS:
            self._enter(int(tag[1]))
        elif tag in _BLOCKS:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.text.append(data)

    def close(self) -> None:
        super().close()
        self._end_paragraph()

    def _taken(self) -> str:
        text = " ".join("".join(self.text).split())
        self.text.clear()
        return text

    def _end_paragraph(self) -> None:
        text = self._taken()
        if text and self.found:
            self.found[-1].paragraphs.append(text)

    def _enter(self, level: int) -> None:
        self.open = [(above, headed) for above, headed in self.open if above < level]
        for _, headed in self.open:
            headed.leaf = False
        outermost = self.up if level > 1 and not (self.open and self.open[0][0] == 1) else ()
        above = (*outermost, *(headed.heading for _, headed in self.open))
        self.found.append(Headed(_unnumbered(self._taken()), above))
        self.open.append((level, self.found[-1]))


def _unnumbered(heading: str) -> str:
    heading = " ".join(heading.split())
    number = _NUMBER.match(heading)
    return heading[number.end() :] if number else heading
