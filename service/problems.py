"""Errors as RFC 9457 problem details: what is wrong, in which field, and nothing of the inside."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import FilterError
from service.schemas import Problem

MEDIA_TYPE = "application/problem+json"
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


class DeclaredSize:
    """Refuses a body that declares to be too large, before any of it is read."""

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self._app = app
        self._max = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        declared = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if declared.isdigit() and int(declared) > self._max:
            refusal = problem(413, f"the body has {declared} bytes; the limit is {self._max}")
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def install(app: FastAPI, max_body_size: int) -> None:
    """Make every error of `app` a problem document, a body over `max_body_size` bytes among them."""
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=max_body_size)
    app.add_middleware(DeclaredSize, max_body_size=max_body_size)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(FilterError, _wrong_filter)
    app.add_exception_handler(Exception, _unforeseen)


def problem(
    status: int,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document as a response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, headers=error.headers)


async def _wrong_filter(_: Request, error: Exception) -> JSONResponse:
    return problem(422, str(error))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in e["loc"]), "problem": e["msg"]} for e in error.errors()
    ]
    first = errors[0]
    return problem(422, f"{first['field']}: {first['problem']}", errors)


async def _unforeseen(_: Request, __: Exception) -> JSONResponse:
    return problem(500, "an error in the service; its log has the details")
