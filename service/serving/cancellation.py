"""Cancellation of an answer, when its client goes or its time is over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

from starlette.requests import ClientDisconnect, Request

from index.encoders.base import Encoder
from index.encoders.reranker import Reranker
from index.encoders.tokenizer import Pieces
from index.storage.files import Files
from index.types import Encoding, Vectors
from service.errors import BusyError

ANSWER_TIME = 30.0  # seconds, those in the line among them


class CancellationToken:
    """Whether an answer is; threads may ask."""

    def __init__(self) -> None:
        self.is_no_longer = False
        self.is_late = False
        self._told: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """Whether it no longer is."""
        return self.is_no_longer

    def no_longer(self) -> None:
        """From now on it is not."""
        self.is_no_longer = True
        for tell in self._told:
            tell()

    def too_late(self) -> None:
        """From now on it is not, since it took too long."""
        self.is_late = True
        self.no_longer()

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """`tell` is called, in the event loop, when it no longer is, if that is within, or at once."""
        if self.is_no_longer:
            tell()
        self._told.append(tell)
        try:
            yield
        finally:
            self._told.remove(tell)


@asynccontextmanager
async def cancelled_with(request: Request | None = None) -> AsyncIterator[CancellationToken]:
    """Until `request`, whose body has been read, is left by its client, or time is up.

    Raises `BusyError` instead of `ClientDisconnect` where it is the time.
    """
    answer = CancellationToken()
    watching = asyncio.create_task(_watch(request, answer)) if request else None
    timer = asyncio.get_running_loop().call_later(ANSWER_TIME, answer.too_late)
    try:
        yield answer
    except ClientDisconnect:
        if not answer.is_late:
            raise
        raise BusyError(
            f"no answer within {ANSWER_TIME:g} seconds",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        ) from None
    finally:
        timer.cancel()
        if watching:
            watching.cancel()


async def _watch(request: Request, answer: CancellationToken) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    answer.no_longer()


class Signal(Protocol):
    """Whether something has happened; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Whether it has."""
        ...


class CancellableEncoder:
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
