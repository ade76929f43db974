"""Errors of a page as pages, with the status that they have as JSON."""

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
    404: "Page not found",
    422: "Invalid request",
    503: "The service is not ready",
}
_LONGEST_FIELD = 100  # characters of a field's name that are repeated


class PageRoute(APIRoute):
    """A route that answers errors with a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException as error:
                return problem_page(request, error.status_code, error.detail, error.headers)
            except (RequestValidationError, ValidationError) as error:
                return problem_page(request, 422, _invalid_field(error))
            except BaliError as error:
                headers = BusyError.HEADERS if isinstance(error, BusyError) else None
                return problem_page(request, _status(error), str(error), headers)

        return handled


def page_router() -> APIRouter:
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def _status(error: BaliError) -> int:
    return 404 if isinstance(error, UnknownError) else 422 if isinstance(error, FilterError) else 503


def _invalid_field(error: RequestValidationError | ValidationError) -> str:
    first = error.errors()[0]
    place = first["loc"][1:] if isinstance(error, RequestValidationError) else first["loc"]
    field = ".".join(map(str, place))[:_LONGEST_FIELD]
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


def problem_page(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    response = page(request, "problem", status, title=title, detail=detail)
    response.headers.update(headers or {})
    return response
