"""Errors in the shape that OpenAI's clients read: message, type, the parameter at fault and a code."""

from collections.abc import Mapping

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class Fault(BaseModel):
    """What is wrong, and in which parameter."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Refusal(BaseModel):
    """An error as OpenAI's routes answer it."""

    error: Fault


class Refused(HTTPException):
    """A completion that cannot be made: `status_code`, `detail`, and what OpenAI calls `param` and `code`."""

    def __init__(
        self, detail: str, *, param: str | None = None, code: str | None = None, status_code: int = 400
    ) -> None:
        super().__init__(status_code, detail)
        self.param, self.code = param, code


def refusal(
    status: int,
    message: str,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An error of the status as a response; statuses from 500 are the server's own."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    body = Refusal(error=Fault(message=message, type=kind, param=param, code=code))
    return JSONResponse(body.model_dump(), status, headers)
