"""Citations: quotations that anyone can check."""

import hashlib
from dataclasses import dataclass

from corpus.types import Passage


@dataclass(frozen=True, slots=True)
class Citation:
    """`quote` is characters of `passage.text`; `marker` is its number in the answer."""

    marker: int
    quote: str
    passage: Passage

    @property
    def quote_sha256(self) -> str:
        """SHA-256 of the quotation as UTF-8."""
        return hashlib.sha256(self.quote.encode()).hexdigest()
