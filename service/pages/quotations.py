"""A quotation on a page: its text, its place in words, the link to its source, and how to cite it; and a search result."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

from markupsafe import Markup

from corpus.text.markup import plain
from corpus.types import RECOGNISED, Document, Passage
from index.generation import Index
from index.search import Result
from service.answering.types import Citation
from service.http.urls import link
from service.pages.markup import Span, render, split
from service.pages.url_state import KINDS
from service.precedents import Related
from service.schemas.citations import Citation as CitationData

_PIECE = re.compile(r"[\n\t]|\[\d+\]|\*\*| … | — |(?<=[.:;?!]) ")  # ends what an answer quotes in one go
_TELLING = 20  # characters of a quotation by which it is known again


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

    def said_in(self, answer: str) -> bool:
        """Whether an answer has words of it, or begins to."""
        quoted = plain(self.text)
        pieces = (piece.strip(" -“”|…") for piece in _PIECE.split(answer))
        return any(len(piece) >= _TELLING and piece in quoted for piece in pieces)

    def beginning(self, length: int) -> str:
        """Its first words, without the bullet before them."""
        return shorten(plain(self.text).lstrip("-*• "), length, placeholder=" …")

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


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; `cells` are (header, HTML) each."""

    rank: int
    document: Document
    place: str
    note: str
    kind: str
    cells: list[tuple[str, Markup]]
    url: str
    id: str

    @classmethod
    def of(cls, result: Result | Related) -> "Hit":
        passage = result.passage
        marks = [(highlight.start, highlight.end) for highlight in result.highlights]
        return cls(
            rank=result.rank,
            document=passage.document,
            place=" › ".join(headings(passage)),
            note=RECOGNISED if passage.recognised else "",
            kind=KINDS[passage.kind],
            cells=cells(passage, (0, len(passage.text)), marks),
            url=link(passage.document.id, passage.start, passage.end, passage.text),
            id=passage.id,
        )
