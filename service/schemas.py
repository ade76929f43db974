"""What travels over HTTP, as fixed by the contract; every field bounded, unknown ones refused."""

from collections.abc import Collection
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from corpus.types import Document as Source
from corpus.types import Passage as Piece
from corpus.types import PassageKind
from index import filters
from index.errors import FilterError
from service.answer import Answer
from service.citations import Citation as Quotation

MAX_QUESTION = 4_000
MAX_MESSAGES = 200
MAX_HISTORY = 100_000  # characters of an earlier message
MAX_TEXT = 1_000_000  # characters of any string; a passage is far shorter
MAX_ENTRIES = 1_000  # headings above a passage, columns of its row
_REMEMBERED = 512  # passages, and documents


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """In JSON, 1.0 is the integer 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[str, Field(min_length=1, max_length=300)]
Several = Annotated[list[Text], Field(max_length=100)]
Values = Annotated[Several, BeforeValidator(_listed, json_schema_input_type=Text | Several)]
Kinds = Annotated[list[PassageKind], Field(max_length=4)]
Whole = Annotated[int, BeforeValidator(_whole)]
Year = Annotated[int, Field(ge=1900, le=2200)]
# a list over HTTP; described without `prefixItems`, which few clients know
Period = Annotated[
    tuple[Whole, Whole],
    Field(strict=False),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Sent(BaseModel):
    """The base of all: no field but those named, no string without bound, and no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=MAX_TEXT, strict=True)


class Model(Sent):
    """The base of what is received, too, where JSON may have whole numbers with a point."""

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(type(value) is float for value in data.values()):
            return {name: _whole(value) for name, value in data.items()}
        return data


class Filter(Model):
    """Every field given must hold; within a list any value does. A single string stands for a list of one."""

    document: Values = Field(default=[], description="document ids")
    year_from: Year | None = Field(None, description="documents whose period reaches this year or later")
    year_to: Year | None = Field(None, description="documents whose period begins in this year or earlier")
    lead: Values = Field(default=[], description="leads; a joint lead matches each of its members")
    status: Values = Field(
        default=[], description="leading words of the status, such as Complete or For action"
    )
    kind: Annotated[Kinds, BeforeValidator(_listed, json_schema_input_type=PassageKind | Kinds)] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise ValueError("year_from is later than year_to")
        return self

    def to_index(self, documents: Collection[str]) -> filters.Filter:
        """As the index takes it; a document that is not among `documents` is a mistake, not an empty result."""
        for id in self.document:
            if id not in documents:
                raise FilterError(
                    f"no document has the id {id!r}",
                    where="filter.document",
                    remedy=f"use one of {', '.join(documents)}",
                )
        return filters.Filter(
            tuple(self.document),
            self.year_from,
            self.year_to,
            tuple(self.lead),
            tuple(self.status),
            tuple(self.kind),
        )


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


class Message(Model):
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_HISTORY)


class ChatRequest(Model):
    """The conversation so far, the question last; the server keeps nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "messages": [{"role": "user", "content": "which member leads forced-marriage research"}]
            }
        }
    )

    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    filter: Filter | None = None
    stream: bool = Field(False, description="the answer as server-sent events")

    def turns(self) -> list[tuple[str, str]]:
        """The messages as (role, text) pairs."""
        return [(message.role, message.content) for message in self.messages]

    @model_validator(mode="after")
    def _ends_with_a_question(self) -> Self:
        last = self.messages[-1]
        if last.role != "user" or not last.content.strip():
            raise ValueError("the last message must be a question of the user's")
        if len(last.content) > MAX_QUESTION:
            raise ValueError(f"the question is longer than {MAX_QUESTION} characters")
        return self


class Citation(Model):
    """A quotation and the passage it is from; `quote` stands in the passage's text to the character."""

    marker: int = Field(ge=1, description="the number that stands for it in the answer")
    quote: str = Field(min_length=1)
    quote_sha256: Sha256
    passage: Passage

    @classmethod
    def of(cls, citation: Quotation) -> Self:
        """From the answer's record."""
        return cls(
            marker=citation.marker,
            quote=citation.quote,
            quote_sha256=citation.quote_sha256,
            passage=Passage.of(citation.passage),
        )


class ChatResponse(Model):
    """A short answer in the documents' words. With `not_found`, the citations are only the nearest passages."""

    status: Literal["answered", "partial", "not_found"]
    answer: str
    confidence: float = Field(ge=0, le=1)
    question: str = Field(description="the standalone question that was searched")
    citations: list[Citation]
    generation: str

    @classmethod
    def of(cls, given: Answer) -> Self:
        """From the answer's record."""
        return cls(
            status=given.status,
            answer=given.text,
            confidence=given.confidence,
            question=given.question,
            citations=[Citation.of(citation) for citation in given.citations],
            generation=given.generation,
        )


class Verdict(Model):
    """Whether a citation holds, and why not."""

    valid: bool
    reason: str


class Health(Model):
    """What state the service is in."""

    status: Literal["alive", "ready", "degraded"]
    generation: str | None = None
    detail: str | None = Field(None, description="why it is degraded")


class Problem(Model):
    """An RFC 9457 problem: what is wrong, where, and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []
