"""Logs and counts each request: its id, route, status and time.

Neither questions nor addresses, which may contain questions, are logged.
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
from service.observability.request_context import RequestContext, request_scope

REQUEST_ID = "X-Request-ID"
_VALID_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_PREFIX, _NUMBERS = (
    secrets.token_hex(8),
    itertools.count(),
)  # a random id for each request takes a system call
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def request_id(scope: Scope) -> str:
    """The id that the request brings, if it is valid, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _VALID_ID.fullmatch(given) else f"{_PREFIX}{next(_NUMBERS):016x}"


class RequestLogMiddleware:
    """Gives every request an id and a `RequestContext`, and logs how it ended."""

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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = request_id(scope)
        route = self._route_of(scope["path"]) or "elsewhere"
        context = RequestContext(id, route, self._audit, self._metrics, self._question_as_text)
        scope.setdefault("state", {})["request_id"] = id
        status = 500  # unless a response starts
        start = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = id
            await send(message)

        try:
            with request_scope(context):
                await self._app(scope, receive, send_with_id)
        finally:
            self._log(context, scope["method"], status, time.perf_counter() - start)

    def _log(self, context: RequestContext, method: str, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        self._metrics.requests.labels(method, context.route, str(status)).inc()
        self._metrics.seconds.labels(context.route).observe(seconds)
        for answer_status in context.statuses:
            self._metrics.answers.labels(answer_status).inc()
        fields: dict[str, Any] = {
            "request": context.id,
            "method": method,
            "route": context.route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "key": context.key,
            "audit": context.audited,
        }
        log.info("request", **{name: value for name, value in fields.items() if value is not None})
