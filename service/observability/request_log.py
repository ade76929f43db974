"""One request as operators see it: its id, what it was for, how it ended; in the log, the metrics and the audit log.

No question and no address with one in it is logged: a request is known by the route it took.
"""

import itertools
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.observability.audit_log import AuditLog
from service.observability.logs import log
from service.observability.metrics import Metrics
from service.observability.request_context import RequestContext, during

REQUEST_ID = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_DRAWN, _COUNTED = secrets.token_hex(8), itertools.count()  # drawing for every request takes a system call
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def request_id(scope: Scope) -> str:
    """The id that a request has, if that is a sane one, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE.fullmatch(given) else f"{_DRAWN}{next(_COUNTED):016x}"


class RequestLogMiddleware:
    """Gives every request an id, or takes a sane one that it has, and says how it ended."""

    def __init__(
        self,
        app: ASGIApp,
        route_of: Callable[[str], str | None],
        audit: AuditLog,
        metrics: Metrics,
        question_as_text: bool,
    ) -> None:
        self._app, self._route_of = app, route_of
        self._audit, self._metrics, self._question_as_text = audit, metrics, question_as_text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = request_id(scope)
        route = self._route_of(scope["path"]) or "elsewhere"
        call = RequestContext(id, route, self._audit, self._metrics, self._question_as_text)
        scope.setdefault("state", {})["request_id"] = id
        status = 500  # unless something else is sent
        begun = time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = id
            await send(message)

        try:
            with during(call):
                await self._app(scope, receive, sent)
        finally:
            self._said(call, scope["method"], status, time.perf_counter() - begun)

    def _said(self, call: RequestContext, method: str, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        self._metrics.requests.labels(method, call.route, str(status)).inc()
        self._metrics.seconds.labels(call.route).observe(seconds)
        for given in call.statuses:
            self._metrics.answers.labels(given).inc()
        fields: dict[str, Any] = {
            "request": call.id,
            "method": method,
            "route": call.route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": call.key,
            "audit": call.audited,
        }
        log.info("request", **{name: value for name, value in fields.items() if value is not None})
