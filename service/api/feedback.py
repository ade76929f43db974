"""POST /feedback."""

from fastapi import APIRouter, Request

from service import feedback
from service.schemas.feedback import Feedback, Received

router = APIRouter(tags=["ask"])


@router.post("/feedback", summary="Whether an answer was good", status_code=201)
def give_feedback(request: Request, given: Feedback) -> Received:
    """Stores feedback for those who improve the answers; nothing is stored unless it is sent here."""
    return Received(id=feedback.keep(request.app.state.settings.var, given))
