"""Answers 503 to API calls while the queue is full, before authentication and logging."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import BusyError
from service.http.problems import failure
from service.http.security_headers import HEADERS
from service.observability.request_log import REQUEST_ID, request_id
from service.serving.admission import AdmissionQueue

# programs call these by the thousand; for browsers and MCP the queue itself refuses
PATHS = frozenset({"/chat", "/precedents", "/search", "/v1/chat/completions"})


class LoadShedding:
    """Refuses early, at a small part of the cost, what the queue would refuse.

    Under ten times the load that can be answered, reading, checking and logging refused requests would leave too little
    time for the others. So the response is made once for each route, and counted but not logged.
    """

    def __init__(
        self, app: ASGIApp, queue: Callable[[], AdmissionQueue], refused: Callable[[str], None]
    ) -> None:
        self._app, self._queue, self._refused = app, queue, refused
        self._refusals: dict[str, tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in PATHS and scope["method"] == "POST":
            queue = self._queue()
            if queue.full:
                await self._refuse(scope, queue.refusal(), send)
                return
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, error: BusyError, send: Send) -> None:
        self._refused(scope["path"])
        start, body = self._refusals.get(scope["path"]) or self._refusal(scope, error)
        headers = [*start["headers"], (REQUEST_ID.lower().encode(), request_id(scope).encode())]
        await send({**start, "headers": headers})
        await send(body)

    def _refusal(self, scope: Scope, error: BusyError) -> tuple[Message, Message]:
        response = failure(scope, 503, str(error), headers={**BusyError.HEADERS, **HEADERS})
        start = {"type": "http.response.start", "status": 503, "headers": response.raw_headers}
        self._refusals[scope["path"]] = start, {"type": "http.response.body", "body": response.body}
        return self._refusals[scope["path"]]
