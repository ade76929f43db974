"""What goes wrong with a page is said on a page, with the status it would have as JSON."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from corpus.errors import BaliError
from index.errors import FilterError
from service.errors import BusyError, UnknownError
from service.pages.rendering import page

_TITLES = {
    404: "There is no such thing here",
    422: "It cannot be shown as asked",
    503: "The service is not ready",
}
_LONGEST_FIELD = 100  # characters of a field's name that are repeated


class PageRoute(APIRoute):
    """A route whose reader is a person."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI has it."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except UnknownError as error:
                return problem_page(request, 404, str(error))
            except FilterError as error:
                return problem_page(request, 422, str(error))
            except (RequestValidationError, ValidationError) as error:
                return problem_page(request, 422, _said(error))
            except HTTPException as error:
                return problem_page(request, error.status_code, error.detail, error.headers)
            except BusyError as error:
                return problem_page(request, 503, str(error), BusyError.HEADERS)
            except BaliError as error:
                return problem_page(request, 503, str(error))

        return handled


def page_router() -> APIRouter:
    """A router for pages; they are no part of the described interface."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def _said(error: RequestValidationError | ValidationError) -> str:
    first = error.errors()[0]
    place = first["loc"][1:] if isinstance(error, RequestValidationError) else first["loc"]
    field = ".".join(map(str, place))[:_LONGEST_FIELD]
    said = str(first["msg"]).removeprefix("Value error, ")
    return f"{field}: {said}" if field else said


def problem_page(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """What is wrong, for a person to read."""
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    response = page(request, "problem", status, title=title, detail=detail)
    response.headers.update(headers or {})
    return response
