"""The routes analysts use: records with sorting and export, precedents, feedback."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from index.encoder import Encoder
from index.generation import Generation
from service import feedback, reading
from service.calls import answered
from service.export import exported
from service.feedback_schemas import Feedback, Received
from service.opened import Open
from service.precedents import Precedents, of_passage, of_topic
from service.precedents_schemas import PrecedentsRequest, PrecedentsResponse
from service.reading_schemas import Records, RecordsQuery
from service.sorting import in_order
from service.task import Task
from service.waiting import respond

router = APIRouter()
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


@router.get("/records", tags=["read"], summary="Action items", response_model=Records, responses=_FILES)
def list_records(open: Open, query: Annotated[RecordsQuery, Query()]) -> Records | Response:
    """The rows of the plans' tables, with lead, status and priority area where the plan has them."""
    found = in_order(reading.action_items(open[0], query.filter(), query.contains), query.sort)
    return (
        Records(records=found, total=len(found)) if query.format == "json" else exported(found, query.format)
    )


@router.post(
    "/precedents",
    tags=["ask"],
    summary="What came before and after",
    response_model=PrecedentsResponse,
)
async def find_precedents(request: Request, body: PrecedentsRequest, open: Open) -> Response:
    """Related passages by document in order of time; what was continued, is new or was dropped, both sides quoted."""
    return await respond(request, open, PRECEDENTS, body)


def precedents(generation: Generation, encoder: Encoder, request: PrecedentsRequest) -> PrecedentsResponse:
    """What `request` asks for, as it travels; raises `UnknownError`, `FilterError`."""
    return PrecedentsResponse.of(request.topic, compared(generation, encoder, request))


def compared(generation: Generation, encoder: Encoder, request: PrecedentsRequest) -> Precedents:
    """What `request` asks for; raises `UnknownError`, `FilterError`."""
    filter = request.filter.to_index(generation.documents) if request.filter else None
    if request.topic is not None:
        found = of_topic(generation, encoder, request.topic, request.top_k, filter)
    else:
        found = of_passage(generation, encoder, request.passage or "", request.top_k, filter)
    quoted = [
        quotation.passage.id
        for two in found.comparisons
        for label in (*two.continued, *two.new, *two.dropped)
        for quotation in (label.earlier, label.later)
    ]
    related = [one.passage.id for _, group in found.documents for one in group]
    asked = request.topic or request.passage or ""
    answered(asked, found.generation, list(dict.fromkeys([*related, *quoted])), "compared")
    return found


PRECEDENTS = Task("precedents", PrecedentsRequest, precedents)


@router.post("/feedback", tags=["ask"], summary="Whether an answer was good", status_code=201)
def give_feedback(request: Request, given: Feedback) -> Received:
    """Kept for whoever improves the answers; nothing is kept unless it is sent here."""
    return Received(id=feedback.keep(request.app.state.settings.var, given))
