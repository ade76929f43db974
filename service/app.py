"""The HTTP service: routes, pages, middleware and the state they share."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.routing import Route

from index.encoders.base import Encoder
from service import middleware
from service.api import chat, documents, feedback, health, openai, precedents
from service.api.mcp import Agents
from service.http import problems
from service.http.problems import PROBLEMS
from service.observability.tracing import tracing
from service.pages import routes as pages
from service.serving.admission import AdmissionQueue
from service.serving.current_index import CurrentIndex, following
from service.serving.worker_pool import WorkerPool
from service.settings import Settings


def create_app(
    settings: Settings,
    make_encoder: Callable[[], Encoder] | None = None,
    opening: Callable[[], tuple[CurrentIndex, WorkerPool]] | None = None,
) -> FastAPI:
    """The service on the index under `settings.var`. It opens the index at its start, or takes it and workers from `opening`."""

    agents = Agents(lambda: app.state.current_index.pair, lambda: app.state.queue)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.current_index, app.state.workers = (
            opening() if opening else (CurrentIndex(settings, make_encoder), WorkerPool())
        )
        app.state.queue = AdmissionQueue(app.state.workers.lanes)
        async with (
            middleware.audited(app),
            app.state.workers.connected(),
            agents.serving(),
            following(app.state.current_index),
        ):
            yield

    app = FastAPI(
        title="Bali Process assistant",
        version=version("bali"),
        summary="Answers from the documents of the Bali Process, every quotation verbatim and checkable",
        lifespan=lifespan,
        telemetry=tracing(),
        responses=PROBLEMS,
        docs_url=None,  # FastAPI's pages load scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    for routes in (chat, documents, health, precedents, feedback, openai):
        app.include_router(routes.router)
    pages.install(app)
    middleware.install(app, settings)
    app.state.settings = settings
    # without sessions the server has nothing to send by itself, so there is no stream by GET
    app.router.routes.append(Route("/mcp", agents, methods=["POST"]))
    return app
