"""Feedback without scripts; with scripts it goes to `POST /feedback`."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from service import feedback
from service.pages.problems import page_router
from service.pages.rendering import page
from service.schemas.feedback import Feedback

router = page_router()
_MAX_FIELD = 1_000_000  # bytes


@router.post("/opinion")
async def give(request: Request) -> Response:
    """Keep the form's thumb and comment with the answer in the form."""
    async with request.form(max_files=0, max_fields=10, max_part_size=_MAX_FIELD) as form:
        fields = {name: str(form.get(name, "")) for name in ("given", "thumb", "comment")}
    comment = fields["comment"].strip() or None
    given = Feedback.model_validate(
        {**_answer(fields["given"]), "thumb": fields["thumb"], "comment": comment}
    )
    kept = await run_in_threadpool(feedback.keep, request.app.state.settings.var, given)
    return RedirectResponse(f"/opinion?kept={kept}", 303)  # so that a reload sends nothing again


@router.get("/opinion")
def thanks(request: Request, kept: Annotated[int, Query(ge=1)]) -> Response:
    return page(request, "opinion", kept=kept)


def _answer(text: str) -> dict[str, Any]:
    """The fields of an answer as JSON; none if it is something else."""
    try:
        answer = from_json(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
