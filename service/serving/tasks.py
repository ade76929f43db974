"""The tasks of workers, by name: search, chat, precedents. Each writes its answer into the audit log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import SearchResults, search
from service.answering.types import Answer
from service.chat import answers
from service.observability.request_context import audit_answer
from service.precedents import Precedents, of_passage, of_topic
from service.schemas.chat import ChatRequest, ChatResponse
from service.schemas.precedents import PrecedentsRequest, PrecedentsResponse
from service.schemas.search import SearchRequest, SearchResponse

Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Task(Generic[Q]):
    """`run` answers a `request` from an index."""

    name: str
    request: type[Q]
    run: Callable[[Index, Encoder, Q], BaseModel]


def searched(index: Index, encoder: Encoder, query: str, top_k: int, filter: Filter | None) -> SearchResults:
    """Search, written into the audit log. Raises AuditError."""
    found = search(index, encoder, query, top_k, filter)
    audit_answer(query, found.generation, [result.passage.id for result in found.results], "searched")
    return found


def _search(index: Index, encoder: Encoder, request: SearchRequest) -> SearchResponse:
    filter = request.filter.to_index(index.documents) if request.filter else None
    return SearchResponse.of(searched(index, encoder, request.query, request.top_k, filter))


def answer_conversation(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None,
    *,
    everywhere: bool = False,
) -> Answer:
    """Answer, written into the audit log. Raises AuditError."""
    return answer_turns(index, encoder, messages, filter, everywhere=everywhere)[-1]


def answer_turns(
    index: Index,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None,
    *,
    everywhere: bool = False,
) -> list[Answer]:
    """The last answers of a conversation, the very last written into the audit log. Raises AuditError."""
    given = answers(index, encoder, messages, filter, everywhere=everywhere)
    last = given[-1]
    audit_answer(messages[-1][1], last.generation, [one.passage.id for one in last.citations], last.status)
    return given


def _chat(index: Index, encoder: Encoder, request: ChatRequest) -> ChatResponse:
    filter = request.filter.to_index(index.documents) if request.filter else None
    given = answer_conversation(index, encoder, request.turns(), filter, everywhere=request.everywhere)
    return ChatResponse.of(given, index.documents, explain=request.explain)


def precedents(index: Index, encoder: Encoder, request: PrecedentsRequest) -> PrecedentsResponse:
    """Raises as `compared`."""
    return PrecedentsResponse.of(compared(index, encoder, request), request.topic)


def compared(index: Index, encoder: Encoder, request: PrecedentsRequest) -> Precedents:
    """Precedents, written into the audit log. Raises UnknownError, FilterError, AuditError."""
    filter = request.filter.to_index(index.documents) if request.filter else None
    if request.topic is not None:
        found = of_topic(index, encoder, request.topic, request.top_k, filter)
    else:
        found = of_passage(index, encoder, request.passage or "", request.top_k, filter)
    quoted = [
        quotation.passage.id
        for comparison in found.comparisons
        for label in (*comparison.continued, *comparison.new, *comparison.dropped)
        for quotation in (label.earlier, label.later)
    ]
    related = [one.passage.id for _, group in found.documents for one in group]
    asked = request.topic or request.passage or ""
    audit_answer(asked, found.generation, list(dict.fromkeys([*related, *quoted])), "compared")
    return found


SEARCH = Task("search", SearchRequest, _search)
CHAT = Task("chat", ChatRequest, _chat)
PRECEDENTS = Task("precedents", PrecedentsRequest, precedents)
TASKS = (SEARCH, CHAT, PRECEDENTS)
