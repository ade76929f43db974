"""All that makes the page part of the service."""

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from service.http.problems import http_problem
from service.pages import assets, chat
from service.pages import feedback as opinions
from service.pages import precedents as timeline
from service.pages import reader as read
from service.pages import records as items
from service.pages import search as find
from service.pages import sign_in as signing_in
from service.pages.problems import problem_page


def install(app: FastAPI) -> None:
    """Serve the page from `app`."""
    app.include_router(assets.router)
    for view in (chat, find, items, timeline, read, opinions, signing_in):
        app.include_router(view.router)
    app.add_exception_handler(HTTPException, _http)


async def _http(request: Request, error: Exception) -> Response:
    """A page for people where there is none, a problem document for programs."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return problem_page(request, 404, "There is no page at this address.")
    return await http_problem(request, error)
