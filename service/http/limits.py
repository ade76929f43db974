"""Limits of a request: its head, its body, and the time it may take to send them."""

import time

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import (
    failure,
)

MAX_BODY = 2_000_000  # bytes
MAX_TARGET = 40_000  # bytes of path and query: a question of 4,000 characters, nine bytes each
MAX_HEADERS = 100
MAX_HEADER = 8_192  # bytes of one
BODY_TIME = 30.0  # seconds for all of it


class RequestLimits:
    """Refuses what is too long before anything is done, and stops waiting for a body that comes too slowly."""

    def __init__(self, app: ASGIApp, body_time: float = BODY_TIME) -> None:
        self._app, self._body_time = app, body_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if refusal := _too_long(scope):
            status, detail = refusal
            await failure(scope, status, detail)(scope, receive, send)
            return
        until, whole = time.monotonic() + self._body_time, False

        async def in_time() -> Message:
            nonlocal whole
            if whole:  # from here on, waiting means waiting for the client to go
                return await receive()
            try:
                with anyio.fail_after(until - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                detail = f"the body did not come within {self._body_time:g} seconds"
                raise HTTPException(408, detail, {"Connection": "close"}) from None
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, in_time, send)


def _too_long(scope: Scope) -> tuple[int, str] | None:
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > MAX_TARGET:
        return 414, f"the address is longer than {MAX_TARGET} bytes"
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS:
        return 431, f"there are more than {MAX_HEADERS} headers"
    if any(len(name) + len(value) > MAX_HEADER for name, value in headers):
        return 431, f"a header is longer than {MAX_HEADER} bytes"
    return None


class DeclaredSize:
    """Refuses a body that declares to be too large, before any of it is read."""

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self._app = app
        self._max = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdigit() and int(declared) > self._max:
            refusal = failure(scope, 413, f"the body has {declared} bytes; the limit is {self._max}")
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)
