"""Who may do what. One table says which scope a path needs; what is not in it is not there for anybody.

Where only this machine can ask, nobody needs a key; but a request must name this machine, so that no web page reaches
the service under a name of its own.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from corpus.errors import BaliError
from service.http.problems import failure
from service.observability.request_context import current_request
from service.security import api_keys as keys
from service.security.api_keys import Key, KeyRing, KeysError
from service.security.api_keys import Scope as Permission
from service.security.rate_limit import RateLimit
from service.security.sessions import COOKIE, Sessions
from service.settings import Settings, is_loopback

# The one table: what a path needs, whatever the method; None stands for nothing.
NEEDS: Mapping[str, Permission | None] = {
    "/": Permission.READ,
    "/cards": Permission.READ,
    "/chat": Permission.READ,
    "/documents": Permission.READ,
    "/documents/{id}": Permission.READ,
    "/documents/{id}/text": Permission.READ,
    "/feedback": Permission.WRITE,
    "/find": Permission.READ,
    "/healthz": None,
    "/items": Permission.READ,
    "/mcp": Permission.READ,
    "/metrics": Permission.ADMIN,
    "/openapi.json": Permission.READ,
    "/opinion": Permission.WRITE,
    "/passages/{id}": Permission.READ,
    "/precedents": Permission.READ,
    "/read": Permission.READ,
    "/read/{document:path}": Permission.READ,
    "/readyz": Permission.READ,  # it names files of the machine
    "/records": Permission.READ,
    "/search": Permission.READ,
    "/sign-in": None,
    "/sign-out": None,
    "/static/{made}/{name}": None,  # the program's own, the same everywhere
    "/timeline": Permission.READ,
    "/v1/chat/completions": Permission.READ,
    "/v1/models": Permission.READ,
    "/v1/models/{id}": Permission.READ,
    "/verify": Permission.READ,
}
_PATTERNS: list[tuple[re.Pattern[str], str]] = [(compile_path(path)[0], path) for path in NEEDS]
# Where a browser without a key is shown the way in; everyone else gets a 401.
PAGES = ("/", "/find", "/items", "/timeline", "/opinion", "/read", "/read/{document:path}")
_SAFE = ("GET", "HEAD", "OPTIONS")


class BindingError(BaliError):
    """The service would listen to others without a key that opens it."""


def check_binding(settings: Settings) -> None:
    """Raises BindingError, KeysError."""
    if settings.for_others and not keys.usable(settings.var):
        raise BindingError(
            f"others can ask on {settings.host}, and there is no key",
            where="BALI_HOST" if not is_loopback(settings.host) else "BALI_ALLOWED_HOSTS",
            remedy="make one with `bali keys add NAME`, or listen on 127.0.0.1",
        )


def path_of(path: str) -> str | None:
    """The entry of the table that `path` falls under, or None."""
    if path in NEEDS:
        return path
    return next((entry for pattern, entry in _PATTERNS if pattern.match(path)), None)


class Guard:
    """Lets through what names a host of ours, comes from no other site, and has a key for what it asks."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        sessions: Sessions,
        refused: Callable[[str], None],
    ) -> None:
        self._app = app
        self._hosts = settings.host_names
        self._locked = settings.for_others
        self._ring = KeyRing(settings.var)
        self._sessions = sessions
        self._allowance = RateLimit(settings.requests_per_minute)
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._stranger(scope) or (self._keyless(scope) if self._locked else None)
        await (refusal or self._app)(scope, receive, send)

    def _stranger(self, scope: Scope) -> Response | None:
        """The refusal of a request that names another host, or that a page of another site has sent."""
        headers = Headers(scope=scope)
        if scope["path"] == "/healthz":
            return None  # probes ask by whatever address they have, and it tells nothing
        host = _host(headers.get("host", ""))
        if host is None or not any(_matches(host, name) for name in self._hosts):
            return self._no(scope, "host", 421, "this service has another name: see BALI_ALLOWED_HOSTS")
        if scope["method"] not in _SAFE and _is_foreign(headers):
            return self._no(scope, "origin", 403, "requests of other sites are not answered")
        if not self._locked and not _is_near(scope):
            return self._no(scope, "address", 403, "without keys, only this machine is answered")
        return None

    def _keyless(self, scope: Scope) -> Response | None:
        """The refusal of a request that has no key for what it asks."""
        path = path_of(scope["path"])
        if path is not None and NEEDS[path] is None:
            return self._way_in(scope) if path == "/sign-in" else None
        try:
            key, wrong = self._key(scope)
        except KeysError as error:
            return self._no(scope, "keys", 503, str(error))
        if key is None:
            return self._unknown(scope, path, wrong)
        if call := current_request():
            call.key = key.id
        if wait := self._allowance.wait(f"key {key.id}"):
            return self._no(scope, "rate", 429, "too many requests of this key", {"Retry-After": str(wait)})
        if path is None:
            return self._no(scope, "path", 404, "Not Found")
        if NEEDS[path] not in key.scopes:
            return self._no(scope, "scope", 403, f"this needs a key with the scope {NEEDS[path]}")
        return None

    def _key(self, scope: Scope) -> tuple[Key | None, str]:
        """The valid key of a request; or None, and what is wrong. A key that is given outdoes a signed-in browser."""
        headers = Headers(scope=scope)
        kind, _, presented = headers.get("authorization", "").partition(" ")
        if kind:
            found = self._ring.find(presented.strip()) if kind.lower() == "bearer" else None
        elif id := self._sessions.key_of(cookie_parser(headers.get("cookie", "")).get(COOKIE, "")):
            found = self._ring.get(id)
        else:
            return None, "a key is needed"
        if found is None:
            return None, "this key is not known"
        if wrong := found.invalid(datetime.now(UTC)):
            return None, f"this key is {wrong}"
        return found, ""

    def _unknown(self, scope: Scope, path: str | None, wrong: str) -> Response:
        if path in PAGES and "authorization" not in Headers(scope=scope):
            query = scope["query_string"].decode("ascii", "replace")
            target = scope["path"] + (f"?{query}" if query else "")
            self._refused("key")
            return RedirectResponse(
                f"/sign-in?next={quote(target, safe='')}", 303, {"Cache-Control": "no-store"}
            )
        if wait := self._allowance.wait_after_failure(_address(scope)):
            return self._no(scope, "failures", 429, "too many wrong keys", {"Retry-After": str(wait)})
        challenge = {"WWW-Authenticate": 'Bearer realm="bali"'}
        return self._no(scope, "key", 401, f"{wrong}: send it as Authorization: Bearer", challenge)

    def _way_in(self, scope: Scope) -> Response | None:
        """Trying keys in the form is limited as trying them in headers is; showing it is not."""
        if scope["method"] == "POST" and (wait := self._allowance.wait_after_failure(_address(scope))):
            return self._no(scope, "failures", 429, "too many tries", {"Retry-After": str(wait)})
        return None

    def _no(
        self, scope: Scope, reason: str, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        self._refused(reason)
        response = failure(scope, status, detail, headers=headers)
        MutableHeaders(raw=response.raw_headers)["Cache-Control"] = "no-store"
        return response


def _host(header: str) -> str | None:
    """The name in a Host header, without the port."""
    try:
        parts = urlsplit(f"//{header}")
        return parts.hostname if parts.netloc == header and "@" not in header else None
    except ValueError:
        return None


def _matches(host: str, name: str) -> bool:
    return host == name or (name.startswith("*.") and host.endswith(name[1:]))


def _is_foreign(headers: Headers) -> bool:
    """Whether a page of another site sent it. Browsers say so; programs say nothing, and carry no one's cookies."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:  # it is no address
        return True


def _is_near(scope: Scope) -> bool:
    """Whether it comes from this machine; an address that is none (a socket's path, a test) is of this machine."""
    try:
        return ipaddress.ip_address(_address(scope)).is_loopback
    except ValueError:
        return True


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


def signed_in(request: Request, presented: str) -> Key | None:
    """The valid key that someone typed into the form. Raises KeysError."""
    found = KeyRing(request.app.state.settings.var).find(presented.strip())
    return found if found and found.invalid(datetime.now(UTC)) is None else None
