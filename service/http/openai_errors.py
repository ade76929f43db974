"""Errors in OpenAI's shape: message, type, the parameter at fault and a code."""

from collections.abc import Mapping

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class Fault(BaseModel):
    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Refusal(BaseModel):
    """The body of an error response."""

    error: Fault


class Refused(HTTPException):
    """A refused completion, with the parameter at fault and OpenAI's code."""

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
    """The response for an error; statuses from 500 are server errors."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    body = Refusal(error=Fault(message=message, type=kind, param=param, code=code))
    return JSONResponse(body.model_dump(), status, headers)
