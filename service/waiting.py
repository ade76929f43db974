"""Answering beside the event loop, and only for as long as the client waits for it."""

import asyncio
import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

from index.encoder import Encoder, Encoding, Vectors
from index.files import Files
from index.filters import Filter
from index.generation import Generation
from index.reranker import Reranker
from index.wordpieces import Pieces
from service.answer import Answer, answer
from service.calls import answered
from service.errors import BusyError
from service.line import Line

T = TypeVar("T")

ANSWER_TIME = 30.0  # seconds, those in the line among them


class Watched:
    """`encoder` until `gone` is set; from then on every call of the model raises `ClientDisconnect`.

    A thread cannot be interrupted, but nearly all of an answer's time is spent in the model, which is called
    several times for each question of a conversation.
    """

    def __init__(self, encoder: Encoder, gone: threading.Event) -> None:
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


async def answer_for(
    request: Request,
    generation: Generation,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Answer:
    """As `answer`, when it is the client's turn and while it waits; written into the audit log before it is given."""

    def audited(watched: Encoder) -> Answer:
        given = answer(generation, watched, messages, filter)
        cited = [citation.passage.id for citation in given.citations]
        answered(messages[-1][1], given.generation, cited, given.status)
        return given

    return await in_line(request, encoder, audited)


async def in_line(request: Request, encoder: Encoder, work: Callable[[Encoder], T]) -> T:
    """As `in_time`, for as long as the client waits; the body of `request` has been read.

    Raises `ClientDisconnect` when the client goes first: what has not begun does not begin, what has stops.
    """
    gone = threading.Event()
    watching = asyncio.create_task(_watch(request, gone))
    try:
        return await in_time(request.app.state.line, encoder, work, gone)
    finally:
        watching.cancel()


async def in_time(
    line: Line, encoder: Encoder, work: Callable[[Encoder], T], gone: threading.Event | None = None
) -> T:
    """`work` with `encoder`, in a thread and in its turn, unless `gone` is set first.

    Raises `BusyError` where the line is too long, or the answer is not there within `ANSWER_TIME`.
    """
    gone = gone or threading.Event()
    late = threading.Event()

    def give_up() -> None:
        late.set()
        gone.set()

    timer = asyncio.get_running_loop().call_later(ANSWER_TIME, give_up)
    try:
        return await line.run(partial(work, Watched(encoder, gone)))
    except ClientDisconnect:
        if not late.is_set():
            raise
        raise BusyError(
            f"no answer within {ANSWER_TIME:g} seconds",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        ) from None
    finally:
        timer.cancel()


async def _watch(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()
