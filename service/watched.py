"""The encoder as one answer has it: for as long as somebody waits for the answer."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from starlette.requests import ClientDisconnect

from index.encoder import Encoder, Encoding, Vectors
from index.files import Files
from index.reranker import Reranker
from index.wordpieces import Pieces


class Signal(Protocol):
    """Whether something has happened; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Whether it has."""
        ...


class Watched:
    """`encoder` until `gone` is set; from then on every call of the model raises `ClientDisconnect`.

    A thread cannot be interrupted, but nearly all of an answer's time is spent in the model, which is called
    several times for each question of a conversation.
    """

    def __init__(self, encoder: Encoder, gone: Signal) -> None:
        self._encoder, self._gone = encoder, gone
        self.name, self.sha256, self.max_tokens = encoder.name, encoder.sha256, encoder.max_tokens
        self.dimensions, self.token_dimensions = encoder.dimensions, encoder.token_dimensions

    @property
    def exported(self) -> Files | None:
        """As `Encoder.exported`."""
        return self._encoder.exported

    @property
    def reranker(self) -> Reranker | None:
        """As `Encoder.reranker`."""
        return self._wanted().reranker

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """As `Encoder.encode`."""
        return self._wanted().encode(texts, advance)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read`."""
        return self._wanted().read(texts)

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read_questions`."""
        return self._wanted().read_questions(texts)

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """As `Encoder.pieces`."""
        return self._wanted().pieces(texts)

    def vocabulary(self) -> Collection[str]:
        """As `Encoder.vocabulary`."""
        return self._wanted().vocabulary()

    def _wanted(self) -> Encoder:
        if self._gone.is_set():
            raise ClientDisconnect
        return self._encoder
