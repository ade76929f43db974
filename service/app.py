"""The HTTP service: routes, and what each does in a line or two."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.routing import Route

from index.encoder import Encoder
from service import analysts, completions, reading, watching
from service.agents import Agents
from service.analysts import PRECEDENTS
from service.answering import CHAT
from service.line import Line
from service.opened import NamesGeneration, Open, Opened, following, state
from service.page.routes import install as install_page
from service.problems import PROBLEMS, install
from service.reading_schemas import DocumentEntry, Documents
from service.schemas import (
    ChatRequest,
    ChatResponse,
    Citation,
    Health,
    Passage,
    Verdict,
)
from service.search_schemas import SearchRequest, SearchResponse
from service.searching import SEARCH
from service.settings import Settings
from service.streaming import EVENTS, chat_events, streamed
from service.tracing import tracing
from service.verify import verdict
from service.waiting import respond
from service.workers import Workers

MAX_BODY = 2_000_000  # bytes
TASKS = (SEARCH, CHAT, PRECEDENTS)  # that workers can do
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or with `stream` its events: `status`, each `citation`, `text` in pieces, `done`",
        "content": {"text/event-stream": EVENTS},
    }
}


def create_app(
    settings: Settings,
    make_encoder: Callable[[], Encoder] | None = None,
    opening: Callable[[], tuple[Opened, Workers]] | None = None,
) -> FastAPI:
    """The service on the generation under `settings.var`, opened when the service starts, or with workers by `opening`."""

    agents = Agents(lambda: app.state.opened.pair, lambda: app.state.line)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.opened, app.state.workers = (
            opening() if opening else (Opened(settings, make_encoder), Workers())
        )
        app.state.line = Line(app.state.workers.lanes)
        async with (
            watching.audited(app),
            app.state.workers.connected(),
            agents.serving(),
            following(app.state.opened),
        ):
            yield

    app = FastAPI(
        title="Bali Process assistant",
        version=version("bali"),
        summary="Answers from the documents of the Bali Process, every quotation verbatim and checkable",
        lifespan=lifespan,
        telemetry=tracing(),
        responses=PROBLEMS,
        docs_url=None,  # FastAPI's load their scripts from elsewhere
        redoc_url=None,
    )
    install(app, MAX_BODY)
    app.add_middleware(NamesGeneration)
    _ask(app)
    _read(app)
    _watch(app)
    app.include_router(analysts.router)
    app.include_router(completions.router)
    install_page(app)
    watching.install(app, settings)
    app.state.settings = settings
    # without sessions nothing is ever sent unasked, so a stream by GET would only be held open
    app.router.routes.append(Route("/mcp", agents, methods=["POST"]))
    return app


def _ask(app: FastAPI) -> None:
    @app.post("/search", tags=["ask"], summary="Passages that answer best", response_model=SearchResponse)
    async def search_passages(request: Request, body: SearchRequest, open: Open) -> Response:
        """Ranked passages with their place, and facet counts over the whole filtered set."""
        return await respond(request, open, SEARCH, body)

    @app.post(
        "/chat",
        tags=["ask"],
        summary="A short answer with citations",
        response_model=ChatResponse,
        responses=_STREAM,
    )
    async def chat(request: Request, body: ChatRequest, open: Open) -> Response:
        """The answer in the documents' own words, or `not_found` with the nearest passages."""
        response = await respond(request, open, CHAT, body)
        if not body.stream:
            return response
        return streamed(chat_events(ChatResponse.model_validate_json(bytes(response.body))))

    @app.post("/verify", tags=["ask"], summary="Whether a citation holds")
    def verify(citation: Citation, open: Open) -> Verdict:
        """Checks quotation, hash, offsets and description against the documents."""
        return verdict(open[0], citation)


def _read(app: FastAPI) -> None:
    @app.get("/documents", tags=["read"], summary="All documents")
    def list_documents(open: Open) -> Documents:
        """Every document of the open generation, in the order of the catalogue."""
        generation, _ = open
        return Documents(
            documents=[reading.entry(generation, id) for id in generation.documents], generation=generation.id
        )

    @app.get("/documents/{id}", tags=["read"], summary="One document")
    def get_document(id: str, open: Open) -> DocumentEntry:
        """The catalogue's record of a document."""
        return reading.entry(open[0], id)

    @app.get(
        "/documents/{id}/text", tags=["read"], summary="A document's text", response_class=PlainTextResponse
    )
    def get_text(id: str, open: Open) -> PlainTextResponse:
        """The text that all offsets refer to, to the character."""
        generation, _ = open
        return PlainTextResponse(generation.sources[reading.entry(generation, id).id])

    @app.get("/passages/{id}", tags=["read"], summary="One passage")
    def get_passage(id: str, open: Open) -> Passage:
        """A passage by its id, as search and citations give it."""
        return reading.passage(open[0], id)


def _watch(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operate"], summary="The process is alive")
    async def healthz() -> Health:
        """Answers as long as the process does."""
        return Health(status="alive")

    @app.get("/readyz", tags=["operate"], summary="A generation is open")
    async def readyz(request: Request, open: Open) -> Health:
        """The generation in use, or 503 and why there is none.

        "degraded" with the reason in `detail`: the published one cannot be used, another is answered from.
        """
        problem = state(request).problem
        if problem:
            return Health(status="degraded", generation=open[0].id, detail=str(problem))
        return Health(status="ready", generation=open[0].id)
