"""The middleware around the routes, and its order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware

from service.http.generation_header import GenerationHeader
from service.http.limits import MAX_BODY, RequestLimits
from service.http.load_shedding import LoadShedding
from service.http.security_headers import SecurityHeaders
from service.observability.audit_log import SYNCED, AuditLog, audit_of
from service.observability.metrics import Metrics
from service.observability.request_log import RequestLogMiddleware
from service.security.guard import Guard, route_of
from service.security.sessions import Sessions
from service.serving.gauges import ServingGauges
from service.settings import Settings

# pages and their assets are compressed; responses for programs go out as they are
_NOT_COMPRESSED = ("application/*", "text/csv", "text/event-stream", "text/plain")


def install(app: FastAPI, settings: Settings) -> None:
    """Add the middleware to `app`. The last one added is the first to see a request."""
    metrics, audit, sessions = Metrics(), audit_of(settings), Sessions()
    gauges = ServingGauges(
        lambda: app.state.current_index, lambda: app.state.queue, lambda: app.state.workers
    )
    metrics.registry.register(gauges)
    app.state.audit, app.state.metrics, app.state.sessions = audit, metrics, sessions
    app.add_middleware(
        GZipMiddleware, minimum_size=1_000, compresslevel=6, exclude_content_types=_NOT_COMPRESSED
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)
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
        RequestLogMiddleware, route_of=route_of, audit=audit, metrics=metrics, question_as_text=as_text
    )
    app.add_middleware(
        LoadShedding,
        queue=lambda: app.state.queue,
        refused=lambda path: metrics.requests.labels("POST", path, "503").inc(),
    )


@asynccontextmanager
async def audited(app: FastAPI) -> AsyncIterator[None]:
    """Sync the audit log every second within the block, and close it at the end."""
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
