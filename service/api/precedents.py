"""POST /precedents."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.http.dependencies import Open
from service.schemas.precedents import PrecedentsRequest, PrecedentsResponse
from service.serving.dispatch import respond
from service.serving.tasks import PRECEDENTS

router = APIRouter(tags=["ask"])


@router.post("/precedents", summary="What came before and after", response_model=PrecedentsResponse)
async def find_precedents(request: Request, body: PrecedentsRequest, open: Open) -> Response:
    """Related passages by document in order of time; what was continued, is new or was dropped, both sides quoted."""
    return await respond(request, open, PRECEDENTS, body)
