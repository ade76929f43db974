"""The HTTP service: routes, and what each does in a line or two."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import PlainTextResponse

from corpus.errors import BaliError
from index.encoder import Encoder, SentenceTransformerEncoder
from index.generation import Generation, open_generation
from index.search import search
from service.answer import answer
from service.problems import PROBLEMS, install
from service.schemas import (
    ChatRequest,
    ChatResponse,
    Citation,
    Document,
    DocumentEntry,
    Documents,
    Filter,
    Health,
    Passage,
    Record,
    Records,
    SearchRequest,
    SearchResponse,
    Verdict,
)
from service.settings import Settings
from service.verify import fault

MAX_BODY = 2_000_000  # bytes


class Opened:
    """What the service answers from; `problem` says why when nothing could be opened."""

    def __init__(self, settings: Settings, make_encoder: Callable[[], Encoder]) -> None:
        self.problem: BaliError | None = None
        self._pair: tuple[Generation, Encoder] | None = None
        try:
            encoder = make_encoder()
            self._pair = open_generation(settings.var, encoder.sha256), encoder
        except BaliError as error:
            self.problem = error

    @property
    def pair(self) -> tuple[Generation, Encoder]:
        """The open generation and the encoder it was built with, or a 503."""
        if self._pair is None:
            raise HTTPException(503, str(self.problem))
        return self._pair


def opened(request: Request) -> tuple[Generation, Encoder]:
    """The generation this request is answered from."""
    state: Opened = request.app.state.opened
    return state.pair


Open = Annotated[tuple[Generation, Encoder], Depends(opened)]


def create_app(settings: Settings, make_encoder: Callable[[], Encoder] | None = None) -> FastAPI:
    """The service on the generation under `settings.var`, opened when the service starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.opened = Opened(
            settings, make_encoder or (lambda: SentenceTransformerEncoder(settings.model))
        )
        yield

    app = FastAPI(
        title="Bali Process assistant",
        version=version("bali"),
        summary="Answers from the documents of the Bali Process, every quotation verbatim and checkable",
        lifespan=lifespan,
        responses=PROBLEMS,
    )
    install(app, MAX_BODY)
    _ask(app)
    _read(app)
    _watch(app)
    return app


def _ask(app: FastAPI) -> None:
    @app.post("/search", tags=["ask"], summary="Passages that answer best")
    def search_passages(request: SearchRequest, open: Open) -> SearchResponse:
        """Ranked passages with their place, and facet counts over the whole filtered set."""
        generation, encoder = open
        filter = request.filter.to_index(generation.documents) if request.filter else None
        return SearchResponse.of(search(generation, encoder, request.query, request.top_k, filter))

    @app.post("/chat", tags=["ask"], summary="A short answer with citations")
    def chat(request: ChatRequest, open: Open) -> ChatResponse:
        """The answer in the documents' own words, or `not_found` with the nearest passages."""
        generation, encoder = open
        filter = request.filter.to_index(generation.documents) if request.filter else None
        return ChatResponse.of(answer(generation, encoder, request.turns(), filter))

    @app.post("/verify", tags=["ask"], summary="Whether a citation holds")
    def verify(citation: Citation, open: Open) -> Verdict:
        """Checks quotation, hash, offsets and description against the documents."""
        reason = fault(open[0], citation)
        return Verdict(valid=reason is None, reason=reason or "the quotation stands in the document as cited")


def _read(app: FastAPI) -> None:
    @app.get("/documents", tags=["read"], summary="All documents")
    def list_documents(open: Open) -> Documents:
        """Every document of the open generation, in the order of the catalogue."""
        generation, _ = open
        return Documents(
            documents=[_entry(generation, id) for id in generation.documents], generation=generation.id
        )

    @app.get("/documents/{id}", tags=["read"], summary="One document")
    def get_document(id: str, open: Open) -> DocumentEntry:
        """The catalogue's record of a document."""
        return _entry(open[0], _document(open[0], id))

    @app.get(
        "/documents/{id}/text", tags=["read"], summary="A document's text", response_class=PlainTextResponse
    )
    def get_text(id: str, open: Open) -> PlainTextResponse:
        """The text that all offsets refer to, to the character."""
        return PlainTextResponse(open[0].sources[_document(open[0], id)])

    @app.get("/passages/{id}", tags=["read"], summary="One passage")
    def get_passage(id: str, open: Open) -> Passage:
        """A passage by its id, as search and citations give it."""
        generation, _ = open
        position = generation.positions.get(id)
        if position is None:
            raise HTTPException(404, f"no passage has the id {id!r}")
        return Passage.of(generation.passages[position])

    @app.get("/records", tags=["read"], summary="Action items")
    def list_records(open: Open, filter: Annotated[Filter, Query()]) -> Records:
        """The rows of the plans' tables, with lead, status and priority area where the plan has them."""
        generation, _ = open
        mask = generation.fields.mask(filter.to_index(generation.documents))
        found = [
            Record.of(item) for item in generation.records if mask[generation.positions[item.passage.id]]
        ]
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


def _document(generation: Generation, id: str) -> str:
    if id not in generation.documents:
        raise HTTPException(404, f"no document has the id {id!r}")
    return id


def _entry(generation: Generation, id: str) -> DocumentEntry:
    return DocumentEntry(
        **Document.of(generation.documents[id]).model_dump(),
        passages=sum(passage.document.id == id for passage in generation.passages),
        characters=len(generation.sources[id]),
    )
