"""The request that is being answered, and the line of the audit log about it."""

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
    """A request on its way. `key` is the id of the key it came with; `audited`, its last line in the audit log.

    `statuses` are of the answers to it.
    """

    id: str
    route: str
    audit: AuditLog
    metrics: Metrics
    question_as_text: bool
    key: str | None = None
    audited: str | None = None
    statuses: list[str] = field(default_factory=list)


_call: ContextVar[RequestContext | None] = ContextVar("call", default=None)


@contextmanager
def during(call: RequestContext) -> Iterator[None]:
    """This is the request that is being answered."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def current_request() -> RequestContext | None:
    """The request that is being answered; None outside of one."""
    return _call.get()


def audit_answer(question: str, generation: str, passages: Sequence[str], status: str) -> None:
    """Write into the audit log that this is what is about to be answered. Raises AuditError; outside of a request
    nothing is written."""
    if not (call := current_request()):
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
        line = call.audit.write(event)
    except AuditError:
        call.metrics.audit_failures.inc()
        raise
    call.audited = f"{line.n}:{line.sha256}"
    call.statuses.append(status)
