"""What the harness asks of anything it judges: ranked spans of the source documents, and cited answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Status = Literal["answered", "partial", "not_found"]


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


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation offered as evidence, and where in the source it claims to stand (-1 if nowhere)."""

    quote: str
    quote_sha256: str
    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said: `confidence` is 0..1, `question` the standalone question that it searched for."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]


class Answerer(Protocol):
    """A question answering system. `messages` alternate user and assistant; the last is the user's."""

    name: str

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer: ...
