"""A citation, and whether it holds."""

from pydantic import Field

from service.schemas.base import Model, Sha256
from service.schemas.documents import CachedPassage


class Citation(Model):
    """A quotation and the passage it is from; `quote` stands in the passage's text to the character."""

    marker: int = Field(ge=1, description="the number that stands for it in the answer")
    quote: str = Field(min_length=1)
    quote_sha256: Sha256
    passage: CachedPassage


class Verdict(Model):
    """Whether a citation holds, and why not."""

    valid: bool
    reason: str
