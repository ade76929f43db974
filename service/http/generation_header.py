"""The header that names the generation a request was answered from."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "Bali-Generation"


class GenerationHeader:
    """Puts the id of the generation that a request was answered from into the headers of the response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""

        async def named(message: Message) -> None:
            generation = scope.get("state", {}).get("generation")
            if message["type"] == "http.response.start" and generation:
                MutableHeaders(scope=message)[HEADER] = generation
            await send(message)

        await self._app(scope, receive, named)
