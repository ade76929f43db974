"""What a reader without scripts says of an answer; with scripts it goes to `POST /feedback` at once."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from service import feedback
from service.pages.problems import page_router
from service.pages.rendering import page
from service.schemas.feedback import Feedback

router = page_router()
_MOST = 1_000_000  # bytes of one field


@router.post("/opinion")
async def give(request: Request) -> Response:
    """Keep the form's thumb and comment for the answer that it carries."""
    async with request.form(max_files=0, max_fields=10, max_part_size=_MOST) as form:
        said = {name: str(form.get(name, "")) for name in ("given", "thumb", "comment")}
    try:
        answer = from_json(said["given"])
    except ValueError:
        answer = None
    comment = said["comment"].strip() or None
    whole = {**(answer if isinstance(answer, dict) else {}), "thumb": said["thumb"], "comment": comment}
    given = Feedback.model_validate(whole)
    kept = await run_in_threadpool(feedback.keep, request.app.state.settings.var, given)
    return RedirectResponse(f"/opinion?kept={kept}", 303)  # so that a reload sends nothing again


@router.get("/opinion")
def thanks(request: Request, kept: Annotated[int, Query(ge=1)]) -> Response:
    """That it is kept."""
    return page(request, "opinion", kept=kept)
