"""The interface of a system that is judged: ranked spans of the source documents, and cited answers."""

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

    @classmethod
    def of(cls, result: Any) -> "Retrieved":
        """From a search result of the service or of its contract: a `passage` and a `score`."""
        passage = result.passage
        return cls(passage.id, passage.document.id, passage.start, passage.end, passage.text, result.score)


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

    @classmethod
    def of(cls, cited: Any) -> "Citation":
        """From a citation of the service or of its contract; a quote that its passage does not have stands nowhere."""
        passage, quote = cited.passage, cited.quote
        within = passage.text.find(quote)
        start, end = passage.start + within, passage.start + within + len(quote)
        place = (start, end) if within >= 0 else (-1, -1)
        return cls(quote, cited.quote_sha256, passage.document.id, *place)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said: `confidence` is 0..1, `question` the standalone question that it searched for."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]

    @classmethod
    def of(cls, said: Any) -> "Answer":
        """From an answer of the service or of its contract."""
        citations = tuple(map(Citation.of, said.citations))
        return cls(said.status, said.text, said.confidence, said.question, citations)


class Answerer(Protocol):
    """A question answering system. `messages` alternate user and assistant; the last is the user's."""

    name: str

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer: ...
