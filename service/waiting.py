"""Answering beside the event loop, and only for as long as the client waits for it."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from index.encoder import Encoder
from index.opening import Pair
from service.calls import answered
from service.errors import BusyError
from service.line import Line
from service.task import Task
from service.watched import Watched
from service.workers import Workers

T = TypeVar("T")
Q = TypeVar("Q", bound=BaseModel)

ANSWER_TIME = 30.0  # seconds, those in the line among them


async def respond(request: Request, open: Pair, task: Task[Q], asked: Q) -> Response:
    """The response of `task`, by a worker process where there is one; `asked` is what `request` has sent."""
    generation, encoder = open
    workers: Workers = request.app.state.workers
    sent = await request.body()

    def work(watched: Watched) -> bytes:
        done = workers.do(task.name, generation.id, sent, watched.gone)
        if done is None:
            return task.run(generation, watched, asked).model_dump_json().encode()
        for one in done.noted:
            answered(one.question, one.generation, one.passages, one.status)
        return done.response

    return Response(await in_line(request, encoder, work), media_type="application/json")


async def in_line(request: Request, encoder: Encoder, work: Callable[[Watched], T]) -> T:
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
    line: Line, encoder: Encoder, work: Callable[[Watched], T], gone: threading.Event | None = None
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
