"""What is asked when too much waits already is refused before anything else is done for it."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import BusyError
from service.line import Line
from service.problems import failure

# routes that programs ask by the thousand; what comes from browsers, and by MCP, is refused by the line itself
PROGRAMS = frozenset({"/chat", "/precedents", "/search", "/v1/chat/completions"})


class Crowd:
    """Refuses what the line would refuse, for a part of what it costs there, and before a key is asked for.

    Where much more is asked than can be answered, reading and guarding what is then refused leaves little time to
    answer the rest.
    """

    def __init__(self, app: ASGIApp, line: Callable[[], Line]) -> None:
        self._app, self._line = app, line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http" and scope["path"] in PROGRAMS and scope["method"] == "POST":
            try:
                self._line().admit()
            except BusyError as error:
                await failure(scope, 503, str(error), headers=BusyError.HEADERS)(scope, receive, send)
                return
        await self._app(scope, receive, send)
