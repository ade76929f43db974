"""This service judged in process, by the public entry points of `index` and `service` alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.systems.protocol import Answer, Citation, Retrieved
from index.encoders.base import Encoder
from index.encoders.loading import Models
from index.generation import Index
from index.opening import open_index
from index.passages.filters import Filter
from index.search import DEFAULT, EvidenceWeights, search
from service.answering import types as citations
from service.chat import answer


class InProcess:
    """The generation in use under `var`. Raises GenerationError, ModelError."""

    name = "bali"

    def __init__(self, var: Path, models: Models) -> None:
        self._generation, self._encoder = open_index(var, models)

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]:
        """`index.search`."""
        return retrieve(self._generation, self._encoder, query, top_k, filter)

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """`service.answer` to the conversation, as `POST /chat` does."""
        turns = [(message["role"], message["content"]) for message in messages]
        said = answer(self._generation, self._encoder, turns)
        return Answer(
            said.status,
            said.text,
            said.confidence,
            said.question,
            tuple(_citation(citation) for citation in said.citations),
        )

    def encode(self, question: str) -> object:
        """Merely encode a question, to know what of the latency is the model's."""
        return self._encoder.encode([question])


def retrieve(
    index: Index,
    encoder: Encoder,
    query: str,
    top_k: int,
    filter: Mapping[str, Any] | None = None,
    evidence: EvidenceWeights = DEFAULT,
) -> list[Retrieved]:
    """What `index.search` returns, as it is judged; `filter` is the contract's."""
    found = search(index, encoder, query, top_k, to_filter(filter), evidence=evidence)
    return [
        Retrieved(
            result.passage.id,
            result.passage.document.id,
            result.passage.start,
            result.passage.end,
            result.passage.text,
            result.score,
        )
        for result in found.results
    ]


def _citation(cited: citations.Citation) -> Citation:
    """The citation with the place of its quote in the source."""
    passage = cited.passage
    start = passage.start + passage.text.index(cited.quote)
    return Citation(cited.quote, cited.quote_sha256, passage.document.id, start, start + len(cited.quote))


def to_filter(filter: Mapping[str, Any] | None) -> Filter:
    """The contract's Filter as the index takes it."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in (filter or {}).items()
    }
    return Filter(**given)
