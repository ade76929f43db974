"""What is looked up, as it travels: documents, their text and headings, action items."""

from typing import Self

from pydantic import Field

from corpus.records import Record as ActionItem
from service.schemas import Document, Model


class Record(Model):
    """An action item; fields that its plan does not have are null or empty."""

    document: str
    number: str | None
    group: str | None
    text: str
    lead: list[str]
    status: str | None
    priority_area: str | None
    period: tuple[int, int]
    passage_id: str

    @classmethod
    def of(cls, record: ActionItem) -> Self:
        """From the corpus's record."""
        return cls(
            document=record.passage.document.id,
            number=record.number,
            group=record.group,
            text=record.text,
            lead=list(record.lead),
            status=record.status,
            priority_area=record.priority_area,
            period=record.passage.document.period,
            passage_id=record.passage.id,
        )


class Records(Model):
    """The action items that pass the filter, in the order of the documents."""

    records: list[Record]
    total: int


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
