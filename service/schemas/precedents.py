"""Request and response of a search for precedents."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from service.precedents import PlanComparison, Precedents
from service.schemas.base import MAX_QUESTION, Model
from service.schemas.citations import Citation
from service.schemas.documents import CachedPassage, Document, Passage
from service.schemas.filters import Filter
from service.schemas.search import Highlight

Sure = Literal["clear", "possibly"]


class PrecedentsRequest(Model):
    """A topic in words, or the id of a passage: one of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"topic": "forced marriage", "top_k": 20},
            "oneOf": [
                {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}
                for one, other in (("topic", "passage"), ("passage", "topic"))
            ],
        }
    )

    topic: str | None = Field(None, min_length=1, max_length=MAX_QUESTION, pattern=r"\S")
    passage: str | None = Field(
        None, min_length=1, max_length=300, description="its id, as in search results"
    )
    filter: Filter | None = None
    top_k: int = Field(20, ge=1, le=50, description="how many related passages, of all documents together")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.topic is None) == (self.passage is None):
            raise ValueError("give a topic or a passage, and not both")
        return self


class Related(Model):
    """A passage of the topic, or of another document and like the item; rank 1 is the best of all documents."""

    rank: int
    score: float = Field(
        description="of the search by topic; by item how near its subject is, in standard deviations"
    )
    certainty: Sure | None = Field(
        description="by item: whether it carries on the item; null if not, and by topic"
    )
    passage: CachedPassage
    highlights: list[Highlight]


class Group(Model):
    """A document and what of it is related, the best first."""

    document: Document
    passages: list[Related]


class Label(Model):
    """Both quotations that a label rests on; `score` is the chance that the later carries on the earlier."""

    certainty: Sure
    score: float
    earlier: Citation
    later: Citation


class Comparison(Model):
    """Two documents by id, in order of time."""

    earlier: str
    later: str
    continued: list[Label] = Field(description="the later carries on the earlier")
    new: list[Label] = Field(
        description="`later` was not found in the earlier document, of which `earlier` is the nearest; it need not be new"
    )
    dropped: list[Label] = Field(
        description="`earlier` was not found in the later document, of which `later` is the nearest; it need not have been given up"
    )

    @classmethod
    def of(cls, compared: PlanComparison) -> Self:
        return cls(
            earlier=compared.earlier.id,
            later=compared.later.id,
            continued=[Label.of(label) for label in compared.continued],
            new=[Label.of(label) for label in compared.new],
            dropped=[Label.of(label) for label in compared.dropped],
        )


class PrecedentsResponse(Model):
    """Related passages under their documents, in order of time, and what became of what from one to another."""

    topic: str | None
    passage: CachedPassage | None
    generation: str
    documents: list[Group]
    comparisons: list[Comparison]

    @classmethod
    def of(cls, found: Precedents, topic: str | None = None) -> Self:
        return cls(
            topic=topic,
            passage=Passage.of(found.passage) if found.passage else None,
            generation=found.generation,
            documents=[
                Group(document=Document.of(document), passages=[Related.of(r) for r in related])
                for document, related in found.documents
            ],
            comparisons=[Comparison.of(compared) for compared in found.comparisons],
        )
