"""An answer as every face of the service gives it."""

from collections.abc import Sequence

from starlette.requests import Request

from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from service.answer import Answer, answer
from service.calls import answered
from service.schemas import ChatRequest, ChatResponse
from service.task import Task
from service.waiting import in_line


async def answer_for(
    request: Request, generation: Generation, encoder: Encoder, messages: Sequence[tuple[str, str]]
) -> Answer:
    """As `answer`, when it is the client's turn and while it waits; written into the audit log before it is given."""
    return await in_line(request, encoder, lambda watched: _given(generation, watched, messages, None))


def _given(
    generation: Generation, encoder: Encoder, messages: Sequence[tuple[str, str]], filter: Filter | None
) -> Answer:
    given = answer(generation, encoder, messages, filter)
    answered(messages[-1][1], given.generation, [one.passage.id for one in given.citations], given.status)
    return given


def _response(generation: Generation, encoder: Encoder, asked: ChatRequest) -> ChatResponse:
    filter = asked.filter.to_index(generation.documents) if asked.filter else None
    return ChatResponse.of(_given(generation, encoder, asked.turns(), filter))


CHAT = Task("chat", ChatRequest, _response)
