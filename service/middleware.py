"""All that stands around the routes: who is let in, within what bounds, and what is written down of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from service.http.generation_header import GenerationHeader
from service.http.limits import MAX_BODY, DeclaredSize, RequestLimits
from service.http.load_shedding import LoadShedding
from service.http.security_headers import SecurityHeaders
from service.observability.audit_log import SYNCED, AuditLog, audit_of
from service.observability.metrics import Metrics
from service.observability.request_log import RequestLogMiddleware
from service.security.guard import Guard, path_of
from service.security.sessions import Sessions
from service.serving.gauges import ServingGauges
from service.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Surround `app`. The last that is added is the first to see a request."""
    metrics, audit, sessions = Metrics(), audit_of(settings), Sessions()
    gauges = ServingGauges(lambda: app.state.opened, lambda: app.state.line, lambda: app.state.workers)
    metrics.registry.register(gauges)
    app.state.audit, app.state.metrics, app.state.sessions = audit, metrics, sessions
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)
    app.add_middleware(DeclaredSize, max_body_size=MAX_BODY)
    app.add_middleware(GenerationHeader)
    app.add_middleware(
        Guard,
        settings=settings,
        sessions=sessions,
        refused=lambda reason: metrics.refusals.labels(reason).inc(),
    )
    app.add_middleware(RequestLimits)
    app.add_middleware(SecurityHeaders)
    as_text = settings.audit_questions == "text"
    app.add_middleware(
        RequestLogMiddleware, route_of=path_of, audit=audit, metrics=metrics, question_as_text=as_text
    )
    app.add_middleware(
        LoadShedding,
        line=lambda: app.state.line,
        refused=lambda path: metrics.requests.labels("POST", path, "503").inc(),
    )


@asynccontextmanager
async def audited(app: FastAPI) -> AsyncIterator[None]:
    """Have the audit log on the disk every second, and whole at the end."""
    audit: AuditLog = app.state.audit

    async def sync() -> None:
        while True:
            await anyio.sleep(SYNCED)
            await anyio.to_thread.run_sync(audit.sync)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sync)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()
            audit.close()
