"""What workers can do, by name: search, chat, precedents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import SearchResults, search
from service.answering.types import Answer
from service.chat import answer
from service.observability.request_context import audit_answer
from service.precedents import Precedents, of_passage, of_topic
from service.schemas.chat import ChatRequest, ChatResponse
from service.schemas.precedents import PrecedentsRequest, PrecedentsResponse
from service.schemas.search import SearchRequest, SearchResponse

Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Task(Generic[Q]):
    """`run` gives the response to a `request` from what is open, and writes it into the audit log (`service.calls`)."""

    name: str
    request: type[Q]
    run: Callable[[Index, Encoder, Q], BaseModel]


def searched(index: Index, encoder: Encoder, query: str, top_k: int, filter: Filter | None) -> SearchResults:
    """As `index.search`, written into the audit log before it is given; it may wait for the disk. Raises AuditError."""
    found = search(index, encoder, query, top_k, filter)
    audit_answer(query, found.generation, [result.passage.id for result in found.results], "searched")
    return found


def _search(index: Index, encoder: Encoder, asked: SearchRequest) -> SearchResponse:
    filter = asked.filter.to_index(index.documents) if asked.filter else None
    return SearchResponse.of(searched(index, encoder, asked.query, asked.top_k, filter))


def answer_conversation(
    index: Index, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> Answer:
    """As `chat.answer`, written into the audit log before it is given. Raises AuditError."""
    given = answer(index, encoder, messages, filter)
    audit_answer(messages[-1][1], given.generation, [one.passage.id for one in given.citations], given.status)
    return given


def _chat(index: Index, encoder: Encoder, asked: ChatRequest) -> ChatResponse:
    filter = asked.filter.to_index(index.documents) if asked.filter else None
    return ChatResponse.of(answer_conversation(index, encoder, asked.turns(), filter))


def precedents(index: Index, encoder: Encoder, request: PrecedentsRequest) -> PrecedentsResponse:
    """What `request` asks for, as it travels; raises `UnknownError`, `FilterError`."""
    return PrecedentsResponse.of(compared(index, encoder, request), request.topic)


def compared(index: Index, encoder: Encoder, request: PrecedentsRequest) -> Precedents:
    """What `request` asks for; raises `UnknownError`, `FilterError`."""
    filter = request.filter.to_index(index.documents) if request.filter else None
    if request.topic is not None:
        found = of_topic(index, encoder, request.topic, request.top_k, filter)
    else:
        found = of_passage(index, encoder, request.passage or "", request.top_k, filter)
    quoted = [
        quotation.passage.id
        for two in found.comparisons
        for label in (*two.continued, *two.new, *two.dropped)
        for quotation in (label.earlier, label.later)
    ]
    related = [one.passage.id for _, group in found.documents for one in group]
    asked = request.topic or request.passage or ""
    audit_answer(asked, found.generation, list(dict.fromkeys([*related, *quoted])), "compared")
    return found


SEARCH = Task("search", SearchRequest, _search)
CHAT = Task("chat", ChatRequest, _chat)
PRECEDENTS = Task("precedents", PrecedentsRequest, precedents)
TASKS = (SEARCH, CHAT, PRECEDENTS)  # that workers can do
