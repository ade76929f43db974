"""A citation, and whether it holds."""

from typing import Self

from pydantic import Field

from service.answering.types import Citation as Quotation
from service.schemas.base import Model, Sha256
from service.schemas.documents import Passage


class Citation(Model):
    """A quotation and the passage it is from; `quote` stands in the passage's text to the character."""

    marker: int = Field(ge=1, description="the number that stands for it in the answer")
    quote: str = Field(min_length=1)
    quote_sha256: Sha256
    passage: Passage

    @classmethod
    def of(cls, citation: Quotation) -> Self:
        """From the answer's record."""
        return cls(
            marker=citation.marker,
            quote=citation.quote,
            quote_sha256=citation.quote_sha256,
            passage=Passage.of(citation.passage),
        )


class Verdict(Model):
    """Whether a citation holds, and why not."""

    valid: bool
    reason: str
