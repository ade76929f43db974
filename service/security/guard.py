"""The guard: who may do what. One table has the scope that each route needs; a path without an entry is not found.

While only this machine can ask, nobody needs a key. But a request must name this machine as its host, so that no web page
reaches the service under another name.
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

# The scope that a route needs, whatever the method; None stands for no key.
NEEDS: Mapping[str, Permission | None] = {
    "/": Permission.READ,
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
    "/readyz": Permission.READ,  # it shows paths of files
    "/records": Permission.READ,
    "/search": Permission.READ,
    "/sign-in": None,
    "/sign-out": None,
    "/static/{digest}/{name}": None,  # the same in every installation
    "/timeline": Permission.READ,
    "/turn": Permission.READ,
    "/v1/chat/completions": Permission.READ,
    "/v1/models": Permission.READ,
    "/v1/models/{id}": Permission.READ,
    "/verify": Permission.READ,
}
_PATTERNS: list[tuple[re.Pattern[str], str]] = [(compile_path(path)[0], path) for path in NEEDS]
# Browsers without a key are led to the sign-in page from these; on other routes they get a 401.
PAGES = ("/", "/find", "/items", "/timeline", "/opinion", "/read", "/read/{document:path}")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class BindingError(BaliError):
    """Others could reach the service, and there is no valid key."""


def check_binding(settings: Settings) -> None:
    """Raises BindingError, KeysError."""
    if settings.for_others and not keys.usable(settings.var):
        raise BindingError(
            f"others can ask on {settings.host}, and there is no key",
            where="BALI_HOST" if not is_loopback(settings.host) else "BALI_ALLOWED_HOSTS",
            remedy="make one with `bali keys add NAME`, or listen on 127.0.0.1",
        )


def route_of(path: str) -> str | None:
    """The route in `NEEDS` that matches `path`."""
    if path in NEEDS:
        return path
    return next((entry for pattern, entry in _PATTERNS if pattern.match(path)), None)


class Guard:
    """Passes requests on that name one of our hosts, come from no other site, and have a key for their route."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        sessions: Sessions,
        refused: Callable[[str], None],
    ) -> None:
        self._app = app
        self._hosts = settings.host_names
        self._needs_key = settings.for_others
        self._keys = KeyRing(settings.var)
        self._sessions = sessions
        self._rate_limit = RateLimit(settings.requests_per_minute)
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._check_origin(scope) or (self._check_key(scope) if self._needs_key else None)
        await (refusal or self._app)(scope, receive, send)

    def _check_origin(self, scope: Scope) -> Response | None:
        """The refusal of a request that names another host or comes from another site."""
        headers = Headers(scope=scope)
        if scope["path"] == "/healthz":
            return None  # probes use any address, and the answer reveals nothing
        host = _host(headers.get("host", ""))
        if host is None or not any(_matches(host, name) for name in self._hosts):
            return self._refuse(scope, "host", 421, "this service has another name: see BALI_ALLOWED_HOSTS")
        if scope["method"] not in _SAFE_METHODS and _from_other_site(headers):
            return self._refuse(scope, "origin", 403, "requests of other sites are not answered")
        if not self._needs_key and not _from_this_machine(scope):
            return self._refuse(scope, "address", 403, "without keys, only this machine is answered")
        return None

    def _check_key(self, scope: Scope) -> Response | None:
        """The refusal of a request without a key for its route."""
        route = route_of(scope["path"])
        if route is not None and NEEDS[route] is None:
            return self._check_sign_in(scope) if route == "/sign-in" else None
        try:
            key, problem = self._presented_key(scope)
        except KeysError as error:
            return self._refuse(scope, "keys", 503, str(error))
        if key is None:
            return self._unauthenticated(scope, route, problem)
        context = current_request()
        if context:
            context.key = key.id
        wait = self._rate_limit.wait(f"key {key.id}")
        if wait:
            return self._refuse(
                scope, "rate", 429, "too many requests of this key", {"Retry-After": str(wait)}
            )
        if route is None:
            return self._refuse(scope, "path", 404, "Not Found")
        if NEEDS[route] not in key.scopes:
            return self._refuse(scope, "scope", 403, f"this needs a key with the scope {NEEDS[route]}")
        return None

    def _presented_key(self, scope: Scope) -> tuple[Key | None, str]:
        """The valid key of a request, or None and the problem. A key in the header goes before a session."""
        headers = Headers(scope=scope)
        scheme, _, presented = headers.get("authorization", "").partition(" ")
        session = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        if scheme:
            found = self._keys.find(presented.strip()) if scheme.lower() == "bearer" else None
        else:
            id = self._sessions.key_of(session)
            if not id:
                return None, "a key is needed"
            found = self._keys.get(id)
        if found is None:
            return None, "this key is not known"
        invalid = found.invalid(datetime.now(UTC))
        return (None, f"this key is {invalid}") if invalid else (found, "")

    def _unauthenticated(self, scope: Scope, route: str | None, problem: str) -> Response:
        """Leads browsers to the sign-in page; others get a 401, or a 429 after too many wrong keys."""
        if route in PAGES and "authorization" not in Headers(scope=scope):
            query = scope["query_string"].decode("ascii", "replace")
            target = scope["path"] + (f"?{query}" if query else "")
            self._refused("key")
            return RedirectResponse(
                f"/sign-in?next={quote(target, safe='')}", 303, {"Cache-Control": "no-store"}
            )
        wait = self._rate_limit.wait_after_failure(_address(scope))
        if wait:
            return self._refuse(scope, "failures", 429, "too many wrong keys", {"Retry-After": str(wait)})
        challenge = {"WWW-Authenticate": 'Bearer realm="bali"'}
        return self._refuse(scope, "key", 401, f"{problem}: send it as Authorization: Bearer", challenge)

    def _check_sign_in(self, scope: Scope) -> Response | None:
        """The refusal of too many tries: keys in the form count like wrong keys in headers."""
        wait = self._rate_limit.wait_after_failure(_address(scope)) if scope["method"] == "POST" else 0
        if wait:
            return self._refuse(scope, "failures", 429, "too many tries", {"Retry-After": str(wait)})
        return None

    def _refuse(
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


def _from_other_site(headers: Headers) -> bool:
    """Whether a page of another site sent the request. Browsers tell; programs do not, and have no one's cookies."""
    site = headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:  # the origin is no URL
        return True


def _from_this_machine(scope: Scope) -> bool:
    """Whether the client is on this machine, as is one without an IP address (a socket's path, a test)."""
    try:
        return ipaddress.ip_address(_address(scope)).is_loopback
    except ValueError:
        return True


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


def signed_in(request: Request, presented: str) -> Key | None:
    """The valid key that was entered in the form. Raises KeysError."""
    found = KeyRing(request.app.state.settings.var).find(presented.strip())
    return found if found and found.invalid(datetime.now(UTC)) is None else None
