"""Documents, passages and their outline."""

from functools import lru_cache
from typing import Self

from pydantic import Field

from corpus.types import Document as Source
from corpus.types import Passage as Piece
from corpus.types import PassageKind
from service.schemas.base import MAX_ENTRIES, Model, Period

_REMEMBERED = 512  # passages, and documents


class Document(Model):
    """A source document; `period` is the first and last year it speaks for, `sha256` that of its bytes."""

    id: str
    title: str
    issuer: str
    kind: str
    period: Period
    sha256: str

    @classmethod
    @lru_cache(_REMEMBERED)
    def of(cls, document: Source) -> Self:
        """From the catalogue's record."""
        return cls(
            id=document.id,
            title=document.title,
            issuer=document.issuer,
            kind=document.kind,
            period=document.period,
            sha256=document.sha256,
        )


class Passage(Model):
    """A passage and its place: `text` is the characters `start:end` of the document's text."""

    id: str = Field(max_length=300)
    document: Document
    section: list[str] = Field(max_length=MAX_ENTRIES, description="headings above it, outermost first")
    kind: PassageKind
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = None
    fields: dict[str, str] = Field(
        max_length=MAX_ENTRIES, description="for a table row: column header to cell"
    )
    context: str = Field(description="what a reader must know to understand the text; not part of it")

    @classmethod
    @lru_cache(_REMEMBERED)
    def of(cls, passage: Piece) -> Self:
        """From the index's record."""
        return cls(
            id=passage.id,
            document=Document.of(passage.document),
            section=list(passage.section),
            kind=passage.kind,
            text=passage.text,
            start=passage.start,
            end=passage.end,
            page=passage.page,
            fields=dict(passage.fields),
            context=passage.context,
        )


class DocumentEntry(Document):
    """A document with what it was cut into."""

    passages: int = Field(description="how many passages it has")
    characters: int = Field(description="length of its text")


class Documents(Model):
    """All documents of the open generation."""

    documents: list[DocumentEntry]
    generation: str


class Heading(Model):
    """A heading with those above it, outermost first, and where the text under it begins."""

    section: list[str]
    start: int


class Reading(Model):
    """The characters `start:end` of a document's text, or its headings."""

    document: DocumentEntry
    start: int
    end: int
    text: str
    outline: list[Heading] = Field(description="empty unless asked for")
    generation: str
