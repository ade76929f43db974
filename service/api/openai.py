"""OpenAI's chat completions and models, for its clients. Nothing is generated: answers are those of `/chat`."""

import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from index.encoders.base import Encoder
from service.answering.types import Answer
from service.answering.types import Citation as Quotation
from service.api.openai_background import background
from service.api.openai_links import Link, linked
from service.http.dependencies import Open, current_index, current_pair
from service.http.openai_errors import Refusal, Refused
from service.http.sse import EVENTS, event, pieces, streamed
from service.http.urls import reader_url
from service.schemas.base import MAX_QUESTION
from service.schemas.citations import Citation
from service.schemas.openai import (
    HONOURED,
    Annotation,
    Choice,
    Completion,
    CompletionMessage,
    CompletionRequest,
    ServedModel,
    ServedModels,
    Turn,
    UrlCitation,
    Usage,
)
from service.serving.dispatch import answer_for

MODEL = "bali"

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": description}
    for status, description in (("4XX", "The request cannot be answered"), ("5XX", "Not now"))
}
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": EVENTS}}}

router = APIRouter(prefix="/v1", tags=["openai"], responses=_ERRORS)


@router.post(
    "/chat/completions", summary="As OpenAI's chat completions", response_model=Completion, responses=_STREAM
)
async def complete(request: Request, body: CompletionRequest, open: Open) -> Completion | StreamingResponse:
    """The answer with its markers as links. What cannot be honoured is refused, what makes no difference ignored."""
    index, encoder = open
    _check(body)
    task = background(body.messages[-1].text) if body.messages else None
    if task is None:
        given = await answer_for(request, index, encoder, _conversation(body.messages))
    else:
        given = Answer("not_found", task, 0.0, "", (), index.id)

    def url_of(citation: Quotation) -> str:
        return str(request.base_url).rstrip("/") + reader_url(citation)

    content, links = linked(given, url_of)
    message = CompletionMessage(content=content, annotations=list(map(_annotation, links)))
    usage = _usage(encoder, given.question, content)
    completion = _completion(given, message, usage)
    if not body.stream:
        return completion
    counted = body.stream_options is not None and bool(body.stream_options.include_usage)
    return streamed(_events(completion, counted=counted))


@router.get("/models", summary="As OpenAI's list of models", dependencies=[Depends(current_pair)])
def list_models(request: Request) -> ServedModels:
    """The one model there is."""
    return ServedModels(data=[ServedModel(id=MODEL, created=current_index(request).since)])


@router.get("/models/{id}", summary="As OpenAI's model", dependencies=[Depends(current_pair)])
def get_model(request: Request, id: str) -> ServedModel:
    """The model of this name, if it is the one there is."""
    _check_model(id)
    return ServedModel(id=id, created=current_index(request).since)


def _check_model(model: str) -> None:
    if model != MODEL:
        raise Refused(
            f"The model {model!r} does not exist; use {MODEL!r}",
            param="model",
            code="model_not_found",
            status_code=404,
        )


def _check(body: CompletionRequest) -> None:
    """Refuse parameters that the answer cannot honour."""
    _check_model(body.model)
    for name, honoured in HONOURED.items():
        if not any(_same(getattr(body, name), value) for value in honoured):
            values = " or ".join(repr(value) for value in honoured[1:])
            raise Refused(f"{name} can only be {values} here", param=name, code="unsupported_value")
    for n, turn in enumerate(body.messages):
        if turn.role == "user" and turn.unreadable:
            raise Refused(
                f"a part of type {turn.unreadable!r} cannot be read, only text",
                param=f"messages.{n}.content",
                code="unsupported_value",
            )


def _same(one: Any, other: Any) -> bool:
    """Equality in JSON, where true is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _conversation(messages: Sequence[Turn]) -> list[tuple[str, str]]:
    """The (role, text) pairs of the conversation, without instructions and tool calls."""
    turns = [(turn.role, turn.text) for turn in messages if turn.role not in ("system", "developer")]
    if not turns or turns[-1][0] != "user" or not turns[-1][1].strip():
        raise Refused("the last message must be a question of the user's", param="messages")
    if len(turns[-1][1]) > MAX_QUESTION:
        raise Refused(
            f"the question is longer than {MAX_QUESTION} characters",
            param="messages",
            code="context_length_exceeded",
        )
    return [(role, text) for role, text in turns if role in ("user", "assistant")]


def _annotation(link: Link) -> Annotation:
    return Annotation(
        url_citation=UrlCitation(start_index=link.start, end_index=link.end, url=link.url, title=link.title)
    )


def _usage(encoder: Encoder, question: str, content: str) -> Usage:
    """Counts the standalone question, not all messages: most of them are never read."""
    prompt, completion = (pieces.length for pieces in encoder.pieces([question, content]))
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def _completion(given: Answer, message: CompletionMessage, usage: Usage) -> Completion:
    return Completion(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        model=MODEL,
        system_fingerprint=given.generation,
        choices=[Choice(message=message)],
        usage=usage,
        citations=[Citation.of(citation) for citation in given.citations],
    )


def _events(whole: Completion, *, counted: bool) -> Iterator[bytes]:
    """The chunks: role, text in pieces, annotations, end, the usage if `counted`, and the end mark."""
    message = whole.choices[0].message
    head = whole.model_dump(include={"id", "created", "model", "system_fingerprint"})
    head |= {"object": "chat.completion.chunk", "choices": [], "usage": None}

    def chunk(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return event(head | {"choices": [choice]} | more)

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(message.content):
        yield chunk({"content": piece})
    citations = [citation.model_dump() for citation in whole.citations]
    yield chunk({"annotations": [one.model_dump() for one in message.annotations]}, citations=citations)
    yield chunk({}, "stop")
    if counted:
        yield event(head | {"usage": whole.usage.model_dump()})
    yield b"data: [DONE]\n\n"
