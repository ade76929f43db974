"""The pages as part of the application."""

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from service.http.problems import http_problem
from service.pages import assets, chat, feedback, precedents, reader, records, search, sign_in
from service.pages.problems import problem_page


def install(app: FastAPI) -> None:
    """Add the pages to `app`."""
    for view in (assets, chat, search, records, precedents, reader, feedback, sign_in):
        app.include_router(view.router)
    app.add_exception_handler(HTTPException, _http_error)


async def _http_error(request: Request, error: Exception) -> Response:
    """No page at an address: a page for people, a problem document for programs."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return problem_page(request, 404, "There is no page at this address.")
    return await http_problem(request, error)
