"""Limits of a request: its head, its body, and the time it may take to send them."""

import time

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import failure

MAX_BODY = 2_000_000  # bytes
MAX_TARGET = 40_000  # bytes of path and query: a question of 4,000 characters, nine bytes each
MAX_HEADERS = 100
MAX_HEADER = 8_192  # bytes of one
BODY_TIME = 30.0  # seconds for all of it


class RequestLimits:
    """Refuses requests that are too long before anything else happens, and bodies that come too slowly.

    A declared body size is refused here with a problem document; Starlette's own middleware, which counts the bytes of other
    bodies, would refuse it in plain text.
    """

    def __init__(self, app: ASGIApp, body_time: float = BODY_TIME) -> None:
        self._app, self._body_time = app, body_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _too_long(scope)
        if refusal:
            status, detail = refusal
            await failure(scope, status, detail)(scope, receive, send)
            return
        deadline, complete = time.monotonic() + self._body_time, False

        async def receive_in_time() -> Message:
            nonlocal complete
            if complete:  # after the body, only a disconnect can come
                return await receive()
            try:
                with anyio.fail_after(deadline - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                detail = f"the body did not come within {self._body_time:g} seconds"
                raise HTTPException(408, detail, {"Connection": "close"}) from None
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, receive_in_time, send)


def _too_long(scope: Scope) -> tuple[int, str] | None:
    if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > MAX_TARGET:
        return 414, f"the address is longer than {MAX_TARGET} bytes"
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS:
        return 431, f"there are more than {MAX_HEADERS} headers"
    if any(len(name) + len(value) > MAX_HEADER for name, value in headers):
        return 431, f"a header is longer than {MAX_HEADER} bytes"
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        return 413, f"the body has {declared} bytes; the limit is {MAX_BODY}"
    return None
