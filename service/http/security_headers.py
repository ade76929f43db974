"""What every response tells the browser: load and run only what this service itself serves, and tell nobody."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        # HTML from the server is parsed by the one policy in fragments.js; every other way to make HTML of text throws
        "require-trusted-types-for 'script'",
        "trusted-types fragments",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Adds `HEADERS` to every response, those of the interface too: a browser may be pointed at any of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._raw = Headers(HEADERS).raw
        self._names = frozenset(name for name, _ in self._raw)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0] not in self._names]
                message["headers"] = others + self._raw
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)
