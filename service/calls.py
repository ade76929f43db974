"""One request as operators see it: its id, what it was for, how it ended; in the log, the metrics and the audit log.

No question and no address with one in it is logged: a request is known by the route it took.
"""

import hashlib
import itertools
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.audit import Audit, AuditError
from service.logs import log
from service.metrics import Metrics

REQUEST_ID = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_DRAWN, _COUNTED = secrets.token_hex(8), itertools.count()  # drawing for every request takes a system call
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(slots=True)
class Call:
    """A request on its way. `key` is the id of the key it came with; `audited`, its last line in the audit log.

    `statuses` are of the answers to it.
    """

    id: str
    route: str
    audit: Audit
    metrics: Metrics
    question_as_text: bool
    key: str | None = None
    audited: str | None = None
    statuses: list[str] = field(default_factory=list)


_call: ContextVar[Call | None] = ContextVar("call", default=None)


@contextmanager
def during(call: Call) -> Iterator[None]:
    """This is the request that is being answered."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def called() -> Call | None:
    """The request that is being answered; None outside of one."""
    return _call.get()


def answered(question: str, generation: str, passages: Sequence[str], status: str) -> None:
    """Write into the audit log that this is what is about to be answered. Raises AuditError; outside of a request
    nothing is written."""
    if not (call := called()):
        return
    asked = (
        {"question": question}
        if call.question_as_text
        else {"question_sha256": hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()}
    )
    event = {
        "event": "answer",
        "request": call.id,
        "key": call.key,
        "route": call.route,
        **asked,
        "generation": generation,
        "passages": list(passages),
        "status": status,
    }
    try:
        head = call.audit.write(event)
    except AuditError:
        call.metrics.audit_failures.inc()
        raise
    call.audited = f"{head.n}:{head.sha256}"
    call.statuses.append(status)


def request_id(scope: Scope) -> str:
    """The id that a request has, if that is a sane one, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE.fullmatch(given) else f"{_DRAWN}{next(_COUNTED):016x}"


class Calls:
    """Gives every request an id, or takes a sane one that it has, and says how it ended."""

    def __init__(
        self,
        app: ASGIApp,
        route_of: Callable[[str], str | None],
        audit: Audit,
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
        call = Call(id, route, self._audit, self._metrics, self._question_as_text)
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

    def _said(self, call: Call, method: str, status: int, seconds: float) -> None:
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
