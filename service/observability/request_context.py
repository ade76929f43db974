"""The request that is being answered, and its lines in the audit log."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from service.observability.audit_files import AuditError
from service.observability.audit_log import AuditLog
from service.observability.metrics import Metrics


@dataclass(slots=True)
class RequestContext:
    """A request: the id of its key, its last audit line (number:SHA-256), and the statuses of its answers."""

    id: str
    route: str
    audit: AuditLog
    metrics: Metrics
    question_as_text: bool
    key: str | None = None
    audited: str | None = None
    statuses: list[str] = field(default_factory=list)


_current: ContextVar[RequestContext | None] = ContextVar("request", default=None)


@contextmanager
def request_scope(context: RequestContext) -> Iterator[None]:
    """Make `context` the current request within the block."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def current_request() -> RequestContext | None:
    """The request that is being answered; None outside of a request."""
    return _current.get()


def audit_answer(question: str, generation: str, passages: Sequence[str], status: str) -> None:
    """Write an answer into the audit log before it is sent; outside of a request nothing is written. Raises AuditError."""
    context = current_request()
    if context is None:
        return
    asked = (
        {"question": question}
        if context.question_as_text
        else {"question_sha256": hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()}
    )
    event = {
        "event": "answer",
        "request": context.id,
        "key": context.key,
        "route": context.route,
        **asked,
        "generation": generation,
        "passages": list(passages),
        "status": status,
    }
    try:
        line = context.audit.write(event)
    except AuditError:
        context.metrics.audit_failures.inc()
        raise
    context.audited = f"{line.n}:{line.sha256}"
    context.statuses.append(status)
