"""This service judged in process, by the public entry points of `index` and `service` alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.systems.protocol import Answer, Retrieved
from index.encoders.base import Encoder
from index.encoders.models import Models
from index.generation import Index
from index.opening import open_index
from index.passages.filters import Filter
from index.search import search
from service.chat import answer


class InProcess:
    """The index in use under `var`. Raises GenerationError, ModelError."""

    name = "bali"

    def __init__(self, var: Path, models: Models) -> None:
        self._index, self._encoder = open_index(var, models)

    def search(self, query: str, top_k: int, filter: Mapping[str, Any] | None = None) -> list[Retrieved]:
        return retrieve(self._index, self._encoder, query, top_k, filter)

    def answer(self, messages: Sequence[Mapping[str, str]]) -> Answer:
        """The answer to the conversation, as by `POST /chat`."""
        turns = [(message["role"], message["content"]) for message in messages]
        return Answer.of(answer(self._index, self._encoder, turns))

    def encode(self, question: str) -> object:
        """Only encode a question, to know how much of the latency is the model's."""
        return self._encoder.encode([question])


def retrieve(
    index: Index, encoder: Encoder, query: str, top_k: int, filter: Mapping[str, Any] | None = None
) -> list[Retrieved]:
    """The results of `index.search`, as they are judged; `filter` is the contract's."""
    return [
        Retrieved.of(result) for result in search(index, encoder, query, top_k, to_filter(filter)).results
    ]


def to_filter(filter: Mapping[str, Any] | None) -> Filter:
    """The contract's Filter as the index takes it."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in (filter or {}).items()
    }
    return Filter(**given)
