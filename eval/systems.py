"""What the harness asks of anything it judges: ranked spans of the source documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One ranked result: the characters `start:end` of the source of `document`, and the text returned.

    A chunk that could not be mapped back to its source has `start == end == -1`.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    score: float


class System(Protocol):
    """A retrieval system under judgement. Results come best first; `filter` is the contract's Filter."""

    name: str

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]: ...
