"""The HTTP service: routes, and what each does in a line or two."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.routing import Route

from index.encoder import Encoder
from index.search import search
from service import completions, reading
from service.mcp_tools import mcp_server
from service.opened import Open, Opened
from service.page.routes import install as install_page
from service.problems import PROBLEMS, install
from service.reading_schemas import DocumentEntry, Documents, Records
from service.schemas import (
    ChatRequest,
    ChatResponse,
    Citation,
    Filter,
    Health,
    Passage,
    Verdict,
)
from service.search_schemas import SearchRequest, SearchResponse
from service.settings import Settings
from service.streaming import chat_events, streamed
from service.verify import verdict
from service.waiting import answer_for

MAX_BODY = 2_000_000  # bytes
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or with `stream` its events: `status`, each `citation`, `text` in pieces, `done`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def create_app(settings: Settings, make_encoder: Callable[[], Encoder] | None = None) -> FastAPI:
    """The service on the generation under `settings.var`, opened when the service starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.opened = Opened(settings, make_encoder or settings.models.load)
        async with mcp.session_manager.run():
            yield

    app = FastAPI(
        title="Bali Process assistant",
        version=version("bali"),
        summary="Answers from the documents of the Bali Process, every quotation verbatim and checkable",
        lifespan=lifespan,
        responses=PROBLEMS,
        docs_url=None,  # FastAPI's load their scripts from elsewhere
        redoc_url=None,
    )
    install(app, MAX_BODY)
    _ask(app)
    _read(app)
    _watch(app)
    app.include_router(completions.router)
    install_page(app)
    mcp = mcp_server(lambda: app.state.opened.pair)
    # makes the session manager; on a loopback address it keeps out pages of other sites, by Host and Origin
    mcp.streamable_http_app(stateless_http=True, json_response=True, host=settings.host)
    # without sessions nothing is ever sent unasked, so a stream by GET would only be held open
    app.router.routes.append(Route("/mcp", StreamableHTTPASGIApp(mcp.session_manager), methods=["POST"]))
    return app


def _ask(app: FastAPI) -> None:
    @app.post("/search", tags=["ask"], summary="Passages that answer best")
    def search_passages(request: SearchRequest, open: Open) -> SearchResponse:
        """Ranked passages with their place, and facet counts over the whole filtered set."""
        generation, encoder = open
        filter = request.filter.to_index(generation.documents) if request.filter else None
        return SearchResponse.of(search(generation, encoder, request.query, request.top_k, filter))

    @app.post(
        "/chat",
        tags=["ask"],
        summary="A short answer with citations",
        response_model=ChatResponse,
        responses=_STREAM,
    )
    async def chat(request: Request, body: ChatRequest, open: Open) -> ChatResponse | StreamingResponse:
        """The answer in the documents' own words, or `not_found` with the nearest passages."""
        generation, encoder = open
        filter = body.filter.to_index(generation.documents) if body.filter else None
        response = ChatResponse.of(await answer_for(request, generation, encoder, body.turns(), filter))
        return streamed(chat_events(response)) if body.stream else response

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

    @app.get("/records", tags=["read"], summary="Action items")
    def list_records(open: Open, filter: Annotated[Filter, Query()]) -> Records:
        """The rows of the plans' tables, with lead, status and priority area where the plan has them."""
        found = reading.action_items(open[0], filter)
        return Records(records=found, total=len(found))


def _watch(app: FastAPI) -> None:
    @app.get("/healthz", tags=["operate"], summary="The process is alive")
    def healthz() -> Health:
        """Answers as long as the process does."""
        return Health(status="alive")

    @app.get("/readyz", tags=["operate"], summary="A generation is open")
    def readyz(open: Open) -> Health:
        """The generation in use, or 503 and why there is none."""
        return Health(status="ready", generation=open[0].id)
