"""The header that names the generation of an answer: the id of its index."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "Bali-Generation"


class GenerationHeader:
    """Adds the header to responses whose request has `state.generation`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            generation = scope.get("state", {}).get("generation")
            if message["type"] == "http.response.start" and generation:
                MutableHeaders(scope=message)[HEADER] = generation
            await send(message)

        await self._app(scope, receive, send_with_header)
