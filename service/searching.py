"""A search as every face of the service makes it."""

from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.search import SearchResults, search
from service.calls import answered
from service.search_schemas import SearchRequest, SearchResponse
from service.task import Task


def searched(
    generation: Generation, encoder: Encoder, query: str, top_k: int, filter: Filter | None
) -> SearchResults:
    """As `index.search`, written into the audit log before it is given; it may wait for the disk. Raises AuditError."""
    found = search(generation, encoder, query, top_k, filter)
    answered(query, found.generation, [result.passage.id for result in found.results], "searched")
    return found


def _response(generation: Generation, encoder: Encoder, asked: SearchRequest) -> SearchResponse:
    filter = asked.filter.to_index(generation.documents) if asked.filter else None
    return SearchResponse.of(searched(generation, encoder, asked.query, asked.top_k, filter))


SEARCH = Task("search", SearchRequest, _response)
