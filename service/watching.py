"""All that stands around the routes: who is let in, within what bounds, and what is written down of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.responses import Response

from service.access import Guard, path_of
from service.audit import SYNCED, Audit, audit_of
from service.bounds import Bounds
from service.calls import Calls
from service.crowd import Crowd
from service.metrics import CONTENT_TYPE, Metrics
from service.page.headers import SafetyHeaders
from service.sessions import Sessions
from service.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Surround `app`, and add `/metrics`. The last that is added is the first to see a request."""
    metrics, audit, sessions = Metrics(), audit_of(settings), Sessions()
    metrics.watch(lambda: app.state.opened, lambda: app.state.line, lambda: app.state.workers)
    app.state.audit, app.state.sessions = audit, sessions
    app.add_middleware(
        Guard,
        settings=settings,
        sessions=sessions,
        refused=lambda reason: metrics.refusals.labels(reason).inc(),
    )
    app.add_middleware(Bounds)
    app.add_middleware(SafetyHeaders)
    as_text = settings.audit_questions == "text"
    app.add_middleware(Calls, route_of=path_of, audit=audit, metrics=metrics, question_as_text=as_text)
    app.add_middleware(
        Crowd,
        line=lambda: app.state.line,
        refused=lambda path: metrics.requests.labels("POST", path, "503").inc(),
    )

    @app.get(
        "/metrics",
        tags=["operate"],
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def read_metrics() -> Response:
        """Counters and gauges in Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


@asynccontextmanager
async def audited(app: FastAPI) -> AsyncIterator[None]:
    """Have the audit log on the disk every second, and whole at the end."""
    audit: Audit = app.state.audit

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
