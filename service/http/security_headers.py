"""Security headers: browsers load and run only what this service serves, and send nothing elsewhere."""

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
        # only the policy in fragments.js may parse HTML from the server; any other script that tries throws
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
    """Adds `HEADERS` to every response, JSON included: a browser may be led to any of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._raw = Headers(HEADERS).raw
        self._names = frozenset(name for name, _ in self._raw)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [header for header in message["headers"] if header[0] not in self._names]
                message["headers"] = others + self._raw
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
