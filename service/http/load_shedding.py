"""What is asked when too much waits already is refused before anything else is done for it."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import BusyError
from service.http.problems import failure
from service.http.security_headers import HEADERS
from service.observability.request_log import REQUEST_ID, request_id
from service.serving.admission import AdmissionQueue

# routes that programs ask by the thousand; what comes from browsers, and by MCP, is refused by the line itself
PROGRAMS = frozenset({"/chat", "/precedents", "/search", "/v1/chat/completions"})


class LoadShedding:
    """Refuses what the line would refuse, for a small part of what it costs there, and before a key is asked for.

    Where ten times as much is asked as can be answered, reading, guarding and logging what is then refused would leave
    too little time to answer the rest. So the refusal is made once for each route, and counted but not logged.
    """

    def __init__(
        self, app: ASGIApp, line: Callable[[], AdmissionQueue], refused: Callable[[str], None]
    ) -> None:
        self._app, self._line, self._refused = app, line, refused
        self._refusals: dict[str, tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http" and scope["path"] in PROGRAMS and scope["method"] == "POST":
            line = self._line()
            if line.full:
                await self._refuse(scope, line.refusal(), send)
                return
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, error: BusyError, send: Send) -> None:
        self._refused(scope["path"])
        start, body = self._refusals.get(scope["path"]) or self._refusal(scope, error)
        named = [*start["headers"], (REQUEST_ID.lower().encode(), request_id(scope).encode())]
        await send({**start, "headers": named})
        await send(body)

    def _refusal(self, scope: Scope, error: BusyError) -> tuple[Message, Message]:
        response = failure(scope, 503, str(error), headers={**BusyError.HEADERS, **HEADERS})
        start = {"type": "http.response.start", "status": 503, "headers": response.raw_headers}
        self._refusals[scope["path"]] = start, {"type": "http.response.body", "body": response.body}
        return self._refusals[scope["path"]]
