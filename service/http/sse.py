"""Server-sent events: an answer in small pieces.

The answer is complete before the first byte, so every failure is still an ordinary error response.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import anyio
from fastapi.sse import EventSourceResponse, format_sse_event

from service.schemas.chat import ChatResponse

_LINK = r'\[\d+\]\(\S+ "(?:[^"\\]|\\.)*"\)'  # half a link would show as Markdown
_PIECE = re.compile(rf"\s*(?:{_LINK}|\S+)|\s+")

EVENTS = {  # OpenAPI's description of a stream
    "itemSchema": {
        "type": "object",
        "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
        "required": ["data"],
    }
}


def pieces(text: str) -> list[str]:
    """The words and links of `text` with the blanks before them; joined they give `text`."""
    return _PIECE.findall(text)


def event(data: Any, name: str | None = None) -> bytes:
    """An event of JSON on one line of ASCII, which no client can break."""
    return format_sse_event(data_str=json.dumps(data), event=name)


def chat_events(response: ChatResponse) -> Iterator[bytes]:
    """`status`, each `citation`, `text` in pieces, then `done` with the other fields."""
    fields = response.model_dump(mode="json")
    yield event({"status": fields["status"]}, "status")
    for citation in fields.pop("citations"):
        yield event(citation, "citation")
    for piece in pieces(fields.pop("answer")):
        yield event({"text": piece}, "text")
    yield event(fields, "done")


def streamed(events: Iterable[bytes]) -> EventSourceResponse:
    """A response that sends `events` one by one and stops when the client disconnects."""

    async def sending() -> AsyncIterator[bytes]:
        for one in events:
            yield one
            await anyio.sleep(0)  # lets a disconnect be noticed

    # no proxy may hold pieces back
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventSourceResponse(sending(), headers=headers)
