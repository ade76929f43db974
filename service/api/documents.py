"""GET /documents, /passages and /records."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

from service.documents import reader
from service.documents.action_items import action_items, in_order
from service.documents.export import exported
from service.http.dependencies import Open
from service.schemas.documents import DocumentEntry, Documents, Passage
from service.schemas.records import Records, RecordsQuery

router = APIRouter(tags=["read"])
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The action items; with `format` csv or xlsx as a file",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}


@router.get("/documents", summary="All documents")
def list_documents(open: Open) -> Documents:
    """Every document of the open generation, in the order of the catalogue."""
    index, _ = open
    return Documents(documents=[reader.entry(index, id) for id in index.documents], generation=index.id)


@router.get("/documents/{id}", summary="One document")
def get_document(id: str, open: Open) -> DocumentEntry:
    """The catalogue's record of a document."""
    return reader.entry(open[0], id)


@router.get("/documents/{id}/text", summary="A document's text", response_class=PlainTextResponse)
def get_text(id: str, open: Open) -> PlainTextResponse:
    """The text that all offsets refer to, to the character."""
    index, _ = open
    return PlainTextResponse(index.sources[reader.entry(index, id).id])


@router.get("/passages/{id}", summary="One passage")
def get_passage(id: str, open: Open) -> Passage:
    """A passage by its id, as search and citations give it."""
    return reader.passage(open[0], id)


@router.get("/records", summary="Action items", response_model=Records, responses=_FILES)
def list_records(open: Open, query: Annotated[RecordsQuery, Query()]) -> Records | Response:
    """The rows of the plans' tables, with lead, status and priority area where the plan has them."""
    found = in_order(action_items(open[0], query.filter(), query.contains), query.sort)
    return (
        Records(records=found, total=len(found)) if query.format == "json" else exported(found, query.format)
    )
