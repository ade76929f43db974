"""The state of the service, and RFC 9457 problems."""

from typing import Literal

from pydantic import Field

from service.schemas.base import Model


class Health(Model):
    """What state the service is in."""

    status: Literal["alive", "ready", "degraded"]
    generation: str | None = None
    detail: str | None = Field(None, description="why it is degraded")


class Problem(Model):
    """An RFC 9457 problem: what is wrong, where, and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = Field(default=[])
