"""A quotation on a page: its text, its place in words, the link to its source, and how to cite it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.types import RECOGNISED, Document, Passage
from index.generation import Index
from service.answering.composition import short_title
from service.answering.types import Citation
from service.http.urls import link
from service.pages.markup import Span, render, split
from service.schemas.citations import Citation as CitationData


@dataclass(frozen=True, slots=True)
class Quotation:
    """The characters `start:end` of a document; `passage` holds them, or is None. `recognised`: as of a passage."""

    document: Document
    start: int
    end: int
    text: str
    passage: Passage | None
    marker: int = 1
    recognised: bool = False

    @property
    def place(self) -> str:
        """The headings above, the page where there is one, the characters, and whether these may be misread."""
        above = headings(self.passage) if self.passage else []
        place = " › ".join([*above, f"characters {self.start}–{self.end}"])
        return f"{place}, {RECOGNISED}" if self.recognised else place

    @property
    def title(self) -> str:
        """The title of its document without what it says of the issuer."""
        return short_title(self.document)

    @property
    def where(self) -> str:
        """The number of its item, the last heading above it and the page, as far as there are such."""
        if self.passage is None:
            return ""
        marker = item_marker(self.passage.text)
        number = self.passage.text[: marker.width].strip("-*•–—(). \t") if marker else ""
        heading = [plain(self.passage.section[-1])] if self.passage.section else []
        page = [f"page {self.passage.page}"] if self.passage.page is not None else []
        return ", ".join([*([f"item {number}"] if number else []), *heading, *page])

    @property
    def url(self) -> str:
        """The link to it, marked in its document; it carries a hash, which tells if the text has changed."""
        return link(self.document.id, self.start, self.end, self.text)

    @property
    def cells(self) -> list[tuple[str, Markup]]:
        """(Header or "", HTML) of each cell; text outside tables is one cell."""
        if self.passage is None:
            return [("", render(self.text))]
        first = self.start - self.passage.start
        return cells(self.passage, (first, first + len(self.text)))

    @property
    def data(self) -> str:
        """The citation as JSON for `/verify`; "" if no passage holds the quotation."""
        if self.passage is None:
            return ""
        return CitationData.of(Citation(self.marker, self.text, self.passage)).model_dump_json()

    def as_text(self, base: str) -> str:
        """The citation for a letter; `base` is the service's address."""
        about = f"{self.document.title} ({self.document.issuer})"
        return f"“{plain(self.text)}” — {about}, {self.place}. {base.rstrip('/')}{self.url}"

    def as_markdown(self, base: str) -> str:
        """The citation for a Markdown document, the quotation as it stands in the source."""
        quoted = "\n".join(f"> {line}".rstrip() for line in self.text.splitlines())
        title = re.sub(r"([\\\[\]])", r"\\\1", self.document.title)
        return f"{quoted}\n>\n> — [{title}]({base.rstrip('/')}{self.url}), {self.place}"


def headings(passage: Passage) -> list[str]:
    """The headings above a passage, outermost first, and its page if it has one."""
    return [*passage.section, *([f"page {passage.page}"] if passage.page is not None else [])]


def of_citation(citation: Citation) -> Quotation:
    passage = citation.passage
    return Quotation(
        passage.document,
        citation.start,
        citation.end,
        citation.quote,
        passage,
        citation.marker,
        passage.recognised,
    )


def quotation(index: Index, document: str, start: int, end: int, marker: int = 1) -> Quotation:
    """The characters `start:end` of a known document, cut at its end."""
    text = index.sources[document][start:end]
    end = start + len(text)
    touching = [
        passage
        for passage in map(index.passages.__getitem__, index.passages.of_document(document))
        if passage.start < end and start < passage.end
    ]
    holding = (passage for passage in touching if passage.start <= start and end <= passage.end)
    smallest = min(holding, key=lambda passage: passage.end - passage.start, default=None)
    recognised = any(passage.recognised for passage in touching)
    return Quotation(index.documents[document], start, end, text, smallest, marker, recognised)


def cells(passage: Passage, window: Span, marks: Sequence[Span] = ()) -> list[tuple[str, Markup]]:
    """(Header or "", HTML) of each cell of `passage` in `window`; a passage outside tables is one cell.

    `window` and `marks` are characters of the passage's text.
    """
    if passage.kind not in ("row", "definition"):
        return [("", render(passage.text, marks, window))]
    headers = {text: header for header, text in reversed(list(passage.fields.items()))}
    found = []
    for start, end in split(passage.text):
        cut = max(start, window[0]), min(end, window[1])
        if passage.text[start:end].strip() and cut[0] < cut[1]:
            inside = [(max(a, start) - start, min(b, end) - start) for a, b in marks if a < end and b > start]
            text = passage.text[start:end]
            html = render(text, inside, (cut[0] - start, cut[1] - start))
            found.append((headers.get(plain(text), ""), html))
    return found
