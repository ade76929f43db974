"""Errors as RFC 9457 problem documents: the problem and the fields at fault, without internals.

Below `/v1/` the same errors have OpenAI's shape.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from corpus.errors import BaliError
from index.errors import FilterError
from service.errors import BusyError, UnknownError
from service.http.openai_errors import Refused, refusal
from service.http.security_headers import HEADERS
from service.schemas.status import Problem

MEDIA_TYPE = "application/problem+json"
_MAX_ERRORS = 20
_MAX_FIELD = 200  # characters of a field's path
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request cannot be answered",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    },
    "5XX": {
        "description": "The service cannot answer now",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    },
}


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(FilterError, _problem(422))
    app.add_exception_handler(UnknownError, _problem(404))
    app.add_exception_handler(BusyError, _problem(503, BusyError.HEADERS))
    app.add_exception_handler(BaliError, _problem(503))
    app.add_exception_handler(ClientDisconnect, _disconnected)
    app.add_exception_handler(Exception, _unforeseen)


def failure(
    scope: Scope,
    status: int,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response for an error, in the shape that the path's clients expect."""
    if scope["path"].startswith("/v1/"):
        field = errors[0]["field"].removeprefix("body.") if errors else None
        openai_status = 400 if status == 422 else status
        return refusal(openai_status, detail.removeprefix("body."), field, headers=headers)
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


async def http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Refused):
        return refusal(error.status_code, error.detail, error.param, error.code)
    return failure(request.scope, error.status_code, error.detail, headers=error.headers)


def _problem(
    status: int, headers: Mapping[str, str] | None = None
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def respond(request: Request, error: Exception) -> Response:
        return failure(request.scope, status, str(error), headers=headers)

    return respond


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": _field(e["loc"]), "problem": e["msg"]} for e in error.errors()[:_MAX_ERRORS]]
    first = errors[0]
    return failure(request.scope, 422, f"{first['field']}: {first['problem']}", errors)


def _field(place: Sequence[int | str]) -> str:
    """The path of a field. It may be any text, so it is cut, and lone surrogates, which UTF-8 lacks, are escaped."""
    field = ".".join(str(part) for part in place)[:_MAX_FIELD]
    return field.encode("utf-8", "backslashreplace").decode("utf-8")


async def _disconnected(_: Request, __: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it: the client has disconnected


async def _unforeseen(request: Request, _: Exception) -> JSONResponse:
    """This response bypasses the middleware, so its headers are added here."""
    id = request.scope.get("state", {}).get("request_id", "")
    headers = {**HEADERS, "X-Request-ID": id}
    return failure(request.scope, 500, "an error in the service; its log has the details", headers=headers)
