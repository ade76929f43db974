"""An answer as server-sent events: small pieces, each sent as it is made.

The answer is whole before the first byte, so whatever goes wrong is still an ordinary error response.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import anyio
from fastapi.sse import EventSourceResponse, format_sse_event

from service.schemas.chat import ChatResponse

_LINK = r'\[\d+\]\(\S+ "(?:[^"\\]|\\.)*"\)'  # half a link would be shown as what it is made of
_PIECE = re.compile(rf"\s*(?:{_LINK}|\S+)|\s+")

EVENTS = {  # of a stream, as OpenAPI describes them
    "itemSchema": {
        "type": "object",
        "properties": {"event": {"type": "string"}, "data": {"type": "string", "description": "JSON"}},
        "required": ["data"],
    }
}


def pieces(text: str) -> list[str]:
    """The words and links of `text` with the blanks before them; joined they are `text` again."""
    return _PIECE.findall(text)


def event(data: Any, name: str | None = None) -> bytes:
    """An event of JSON on one line, in ASCII, so that no client can break a line where we do not."""
    return format_sse_event(data_str=json.dumps(data), event=name)


def chat_events(response: ChatResponse) -> Iterator[bytes]:
    """`status`, then a `citation` each, then `text` in pieces, then `done` with all that is not one of these."""
    whole = response.model_dump(mode="json")
    yield event({"status": whole["status"]}, "status")
    for citation in whole.pop("citations"):
        yield event(citation, "citation")
    for piece in pieces(whole.pop("answer")):
        yield event({"text": piece}, "text")
    yield event(whole, "done")


def streamed(events: Iterable[bytes]) -> EventSourceResponse:
    """A response that sends `events` one by one and stops when the client has gone."""

    async def sent() -> AsyncIterator[bytes]:
        for one in events:
            yield one
            await anyio.sleep(0)  # lets the news come in that the client has gone

    # no proxy may keep pieces back
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventSourceResponse(sent(), headers=headers)
