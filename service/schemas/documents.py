"""Documents, passages and their outline."""

from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field

from corpus import types
from corpus.types import PassageKind
from service.schemas.base import MAX_ENTRIES, Model, Period

_CACHED = 512  # models of a kind


def _cached(model: type[Model], kind: type) -> BeforeValidator:
    """Makes a model of a record, and keeps it: the same passages are cited again and again."""
    of = lru_cache(_CACHED)(model.of)
    return BeforeValidator(lambda value: of(value) if isinstance(value, kind) else value)


class Document(Model):
    """A source document; `period` is the first and last year it speaks for, `sha256` that of its bytes."""

    id: str
    title: str
    issuer: str
    kind: str
    period: Period
    sha256: str


class Passage(Model):
    """A passage and its place: `text` is the characters `start:end` of the document's text."""

    id: str = Field(max_length=300)
    document: Annotated[Document, _cached(Document, types.Document)]
    section: list[str] = Field(max_length=MAX_ENTRIES, description="headings above it, outermost first")
    kind: PassageKind
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = None
    recognised: bool = Field(
        False, description="read off a picture of its page by character recognition: letters may be wrong"
    )
    fields: dict[str, str] = Field(
        max_length=MAX_ENTRIES, description="for a table row: column header to cell"
    )
    context: str = Field(description="what a reader must know to understand the text; not part of it")


CachedPassage = Annotated[Passage, _cached(Passage, types.Passage)]


class CatalogueEntry(Document):
    """A document with all that the catalogue says of what it is."""

    subject: str | None = None
    series: str | None = Field(None, description="what the plans of one group over the years have in common")
    language: str | None = Field(None, description="a code of two letters")
    date: str | None = Field(None, description="the day, month or year on which it came out")
    confirm: list[str] = Field([], description="fields that are a guess, to be confirmed")


class DocumentEntry(CatalogueEntry):
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
