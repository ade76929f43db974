"""Request and response of a search."""

from functools import lru_cache
from typing import Self

from pydantic import ConfigDict, Field

from index.queries.preferences import Wish
from index.search import SearchResults
from service.schemas.base import MAX_QUESTION, Model, Sent
from service.schemas.documents import CachedPassage
from service.schemas.filters import Filter

_CACHED = 64  # lists of facets: without a filter they are the same for every search


class SearchRequest(Model):
    """A question or keywords, and what the results must satisfy."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"query": "training on digital evidence", "top_k": 5, "filter": {"year_from": 2022}}
        }
    )

    query: str = Field(min_length=1, max_length=MAX_QUESTION, pattern=r"\S")
    top_k: int = Field(10, ge=1, le=100)
    filter: Filter | None = None


class Highlight(Sent):
    """The characters `start:end` of the passage's own text."""

    start: int
    end: int


class Result(Sent):
    """A ranked passage; rank 1 is the best."""

    rank: int
    score: float
    passage: CachedPassage
    highlights: list[Highlight]


class Facet(Sent):
    """How many passages of the whole filtered set have this value."""

    value: str
    count: int


class Facets(Sent):
    """Counts over all passages that pass the filter, not only those returned."""

    document: list[Facet]
    lead: list[Facet]
    status: list[Facet]
    year: list[Facet]
    kind: list[Facet]


class Preference(Sent):
    """Words of the query taken for a wish: passages that meet it gain a little, none is left out."""

    wish: Wish
    words: str = Field(description="as they stand in the query")
    value: str = Field(
        description="what they were taken for: years as 2015-2017, a lead, a status, or the number of an item"
    )


class Interpretation(Sent):
    """How the query was understood; it was searched as it stands, too."""

    corrected: dict[str, str] = Field(description="misspelt words, and how the documents spell them")
    names: dict[str, str] = Field(description="short names written out, and full names shortened")
    preferences: list[Preference]


class SearchResponse(Sent):
    """The passages that answer best, how the query was understood, and how the filtered set divides."""

    query: str
    generation: str
    results: list[Result]
    facets: Facets
    interpretation: Interpretation

    @classmethod
    def of(cls, found: SearchResults) -> Self:
        facets = {name: _facets(tuple(values)) for name, values in found.facets.items()}
        return cls(
            query=found.query,
            generation=found.generation,
            results=[Result.of(result) for result in found.results],
            facets=Facets(**facets),
            interpretation=Interpretation.of(found.interpretation),
        )


@lru_cache(_CACHED)
def _facets(values: tuple[tuple[str, int], ...]) -> list[Facet]:
    return [Facet(value=value, count=count) for value, count in values]
