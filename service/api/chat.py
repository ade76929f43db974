"""POST /search, /chat and /verify."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.documents.verification import verdict
from service.http.dependencies import Open
from service.http.sse import EVENTS, chat_events, streamed
from service.schemas.chat import ChatRequest, ChatResponse
from service.schemas.citations import Citation, Verdict
from service.schemas.search import SearchRequest, SearchResponse
from service.serving.dispatch import respond
from service.serving.tasks import CHAT, SEARCH

router = APIRouter(tags=["ask"])
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or with `stream` its events: `status`, each `citation`, `text` in pieces, `done`",
        "content": {"text/event-stream": EVENTS},
    }
}


@router.post("/search", summary="Passages that answer best", response_model=SearchResponse)
async def search_passages(request: Request, body: SearchRequest, open: Open) -> Response:
    """Ranked passages with their place, and facet counts over the whole filtered set."""
    return await respond(request, open, SEARCH, body)


@router.post("/chat", summary="A short answer with citations", response_model=ChatResponse, responses=_STREAM)
async def chat(request: Request, body: ChatRequest, open: Open) -> Response:
    """The answer in the documents' own words, or `not_found` with the nearest passages."""
    response = await respond(request, open, CHAT, body)
    if not body.stream:
        return response
    return streamed(chat_events(ChatResponse.model_validate_json(bytes(response.body))))


@router.post("/verify", summary="Whether a citation holds")
def verify(citation: Citation, open: Open) -> Verdict:
    """Checks quotation, hash, offsets and description against the documents."""
    return verdict(open[0], citation)
