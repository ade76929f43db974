"""Cancellation of an answer when its client disconnects or its time is over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

from starlette.requests import ClientDisconnect, Request

from index.encoders.base import Encoder
from index.encoders.reranker import Reranker
from index.encoders.tokenizer import Tokenization
from index.storage.files import Files
from index.types import Encoding, Vectors
from service.errors import BusyError

ANSWER_TIME = 30.0  # seconds, with the time in the queue


class Cancellation(Protocol):
    """Threads may ask."""

    @property
    def cancelled(self) -> bool: ...


class CancellationToken:
    """Whether an answer is cancelled. Threads may ask; only the event loop may cancel."""

    def __init__(self) -> None:
        self.cancelled = False
        self.timed_out = False
        self._callbacks: list[Callable[[], None]] = []

    def cancel(self) -> None:
        self.cancelled = True
        for callback in self._callbacks:
            callback()

    def time_out(self) -> None:
        """Cancel because the answer took too long."""
        self.timed_out = True
        self.cancel()

    @contextmanager
    def on_cancel(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` in the event loop on cancellation within the block, and at once after an earlier one."""
        if self.cancelled:
            callback()
        self._callbacks.append(callback)
        try:
            yield
        finally:
            self._callbacks.remove(callback)


@asynccontextmanager
async def cancellation_scope(request: Request | None = None) -> AsyncIterator[CancellationToken]:
    """A token that is cancelled after `ANSWER_TIME`, or when the client of `request` disconnects.

    The body of `request` must have been read. A ClientDisconnect becomes BusyError if the time was over.
    """
    token = CancellationToken()
    watcher = asyncio.create_task(_cancel_on_disconnect(request, token)) if request else None
    timer = asyncio.get_running_loop().call_later(ANSWER_TIME, token.time_out)
    try:
        yield token
    except ClientDisconnect:
        if not token.timed_out:
            raise
        raise BusyError(
            f"no answer within {ANSWER_TIME:g} seconds",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        ) from None
    finally:
        timer.cancel()
        if watcher:
            watcher.cancel()


async def _cancel_on_disconnect(request: Request, token: CancellationToken) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    token.cancel()


class CancellableEncoder:
    """An encoder that raises ClientDisconnect for every call of the model after cancellation.

    A thread cannot be interrupted, but an answer spends nearly all its time in the model, which is called several times
    for each question of a conversation.
    """

    def __init__(self, encoder: Encoder, cancellation: Cancellation) -> None:
        self._encoder, self._cancellation = encoder, cancellation
        self.name, self.sha256, self.max_tokens = encoder.name, encoder.sha256, encoder.max_tokens
        self.dimensions, self.token_dimensions = encoder.dimensions, encoder.token_dimensions

    @property
    def exported(self) -> Files | None:
        return self._encoder.exported

    @property
    def reranker(self) -> Reranker | None:
        return self._checked().reranker

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        return self._checked().encode(texts, advance)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        return self._checked().read(texts)

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        return self._checked().read_questions(texts)

    def pieces(self, texts: Sequence[str]) -> list[Tokenization]:
        return self._checked().pieces(texts)

    def vocabulary(self) -> Collection[str]:
        return self._checked().vocabulary()

    def _checked(self) -> Encoder:
        if self._cancellation.cancelled:
            raise ClientDisconnect
        return self._encoder
