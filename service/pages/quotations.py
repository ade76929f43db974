"""A quotation as a reader meets it: its place in words, its source one click away, and ready to be cited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.generation import Index
from service.answering.types import Citation
from service.http.urls import link
from service.pages.markup import Span, render, split
from service.schemas.citations import Citation as CitationData


@dataclass(frozen=True, slots=True)
class Quotation:
    """The characters `start:end` of a document; `passage` is the one they stand in, if one holds them all."""

    document: Document
    start: int
    end: int
    text: str
    passage: Passage | None
    marker: int = 1

    @property
    def place(self) -> str:
        """The headings above, the page where there is one, and the characters."""
        above = headings(self.passage) if self.passage else []
        return " › ".join([*above, f"characters {self.start}–{self.end}"])

    @property
    def url(self) -> str:
        """Where it can be read in its document, marked. The link tells if other text stands there one day."""
        return link(self.document.id, self.start, self.end, self.text)

    @property
    def cells(self) -> list[tuple[str, Markup]]:
        """The quoted text, cell by cell with its column's header where it is a row; "" where there is none."""
        if self.passage is None:
            return [("", render(self.text))]
        first = self.start - self.passage.start
        return cells(self.passage, (first, first + len(self.text)))

    @property
    def data(self) -> str:
        """What `/verify` takes, as JSON; "" where no passage holds the quotation."""
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
    """The headings above a passage, outermost first, and its page where it has one."""
    return [*passage.section, *([f"page {passage.page}"] if passage.page is not None else [])]


def of_citation(citation: Citation) -> Quotation:
    """What `citation` quotes, where it first stands in its passage."""
    passage = citation.passage
    return Quotation(passage.document, citation.start, citation.end, citation.quote, passage, citation.marker)


def quotation(index: Index, document: str, start: int, end: int, marker: int = 1) -> Quotation:
    """The characters `start:end` of a document that exists, as far as it has them."""
    text = index.sources[document][start:end]
    end = start + len(text)
    holding = (
        passage
        for passage in map(index.passages.__getitem__, index.passages.of_document(document))
        if passage.start <= start and end <= passage.end
    )
    smallest = min(holding, key=lambda passage: passage.end - passage.start, default=None)
    return Quotation(index.documents[document], start, end, text, smallest, marker)


def cells(passage: Passage, window: Span, marks: Sequence[Span] = ()) -> list[tuple[str, Markup]]:
    """The part of `passage` in `window` as (header, HTML) of each cell; other passages are one cell without header.

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
