"""Processes beside the service's own that answer for it: each has an interpreter, so that every core has something to do.

They are forked when the service has opened what it answers from, so they share its memory. What a worker cannot do, since
it has ended, or has another generation open, or since the task fails, the service does itself, and fails as the task does.
"""

import asyncio
import json
import logging
import os
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any, cast

from starlette.requests import ClientDisconnect

from corpus.errors import BaliError
from index.onnx_encoder import OnnxEncoder
from service.opened import Opened
from service.settings import Settings
from service.task import Task
from service.wanted import Wanted
from service.worker import LENGTH, NOTHING, Asked, Done, Worker

_LOG = logging.getLogger(__name__)
_LANES = 2  # of a process: while one waits for a task or the interpreter, the other has the model run


def worth_having(opened: Opened) -> int:
    """How many processes there should be: one a core, unless there is one core, or nothing is open that can be forked."""
    cores = len(os.sched_getaffinity(0))
    if cores == 1 or sys.platform != "linux":
        return 0
    try:
        _, encoder = opened.pair
    except BaliError:
        return 0
    return (
        cores if isinstance(encoder, OnnxEncoder) and encoder.reranker is None else 0
    )  # others have threads


class Workers:
    """All lanes to worker processes; in the event loop, once they are connected."""

    def __init__(self, lanes: "Sequence[Lane]" = ()) -> None:
        self._lanes = lanes
        self._idle: list[Lane] = []
        self._waiting: deque[asyncio.Future[Lane]] = deque()

    @classmethod
    def forked(
        cls, opened: Opened, tasks: Sequence[Task[Any]], settings: Settings, processes: int
    ) -> "Workers":
        """In so many processes, from one that has no other threads; they end with it."""
        context, lanes = get_context("fork"), list[Lane]()
        worker = Worker(opened, tasks, settings)
        for _ in range(processes):
            pairs = [socket.socketpair() for _ in range(_LANES)]
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            kept = [*ours, *(lane.socket for lane in lanes)]
            process = context.Process(target=_work, args=(worker, theirs, kept), daemon=True)
            process.start()
            for end in theirs:
                end.close()
            lanes += [Lane(process, end) for end in ours]
        return cls(lanes)

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def alive(self) -> int:
        """How many lanes lead to a process that has not ended, as the system says."""
        return sum(lane.process.is_alive() for lane in self._lanes)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Have the event loop follow all lanes; at the end the processes end."""
        for lane in self._lanes:
            await lane.connect(self._free)
            self._free(lane)
        try:
            yield
        finally:
            for lane in self._lanes:
                lane.close()

    async def do(self, asked: Asked, sent: bytes, wanted: Wanted) -> tuple[Done, bytes] | None:
        """What comes of what was asked and sent, once a lane is idle; None where no worker can do it.

        Raises `ClientDisconnect` where it is no longer wanted by then.
        """
        if (lane := await self._idle_lane()) is None:
            return None
        if wanted.is_no_longer:
            self._free(lane)
            raise ClientDisconnect
        reply = await lane.ask(json.dumps(asdict(asked)).encode() + b"\n" + sent, wanted)
        if reply == NOTHING:
            return None
        head, _, response = reply.partition(b"\n")
        return Done(**json.loads(head)), response

    async def _idle_lane(self) -> "Lane | None":
        """A lane that leads somewhere, for whoever came first; None where none does any more."""
        while not all(lane.ended for lane in self._lanes):
            if not (lane := await self._next()).ended:
                return lane
        if self._lanes:
            self._free(self._lanes[0])  # for others who wait
        return None

    async def _next(self) -> "Lane":
        if self._idle:
            return self._idle.pop()  # the last one has all at hand
        turn: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free(turn.result())
            raise

    def _free(self, lane: "Lane") -> None:
        while self._waiting:
            if not (turn := self._waiting.popleft()).done():
                turn.set_result(lane)
                return
        self._idle.append(lane)


class Lane(asyncio.Protocol):
    """A way to a worker process, on which one task at a time is asked for."""

    def __init__(self, process: BaseProcess, end: socket.socket) -> None:
        self.process, self.socket = process, end
        self.ended = False
        self._closing = False
        self._got = bytearray()
        self._reply: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None
        self._idle: Callable[[Lane], None] = lambda _: None

    async def connect(self, idle: Callable[["Lane"], None]) -> None:
        """Have the event loop follow this; `idle` is told after each task, also where nobody waits for its reply any more."""
        self._idle = idle
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self.socket)

    async def ask(self, message: bytes, wanted: Wanted) -> bytes:
        """The reply to a message, or nothing; the worker is told to stop once it is no longer wanted."""
        self._got.clear()
        self._reply = asyncio.get_running_loop().create_future()
        self._send(message)
        with wanted.telling(lambda: self._send(NOTHING)):
            return await asyncio.shield(self._reply)

    def _send(self, message: bytes) -> None:
        if self._transport:
            self._transport.write(LENGTH.pack(len(message)) + message)

    def close(self) -> None:
        """Have the worker see that the service ends."""
        self._closing = True
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio has it."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        self._got += data
        if len(self._got) >= LENGTH.size and len(self._got) == LENGTH.size + LENGTH.unpack_from(self._got)[0]:
            self._give(bytes(self._got[LENGTH.size :]))

    def connection_lost(self, _: Exception | None) -> None:
        """As asyncio has it."""
        self.ended = True
        if not self._closing:
            _LOG.error("a worker has ended; the service goes on without it")
        self._give(NOTHING)

    def _give(self, reply: bytes) -> None:
        if self._reply and not self._reply.done():
            self._reply.set_result(reply)
            self._idle(self)


def _work(worker: Worker, theirs: Sequence[socket.socket], others: Sequence[socket.socket]) -> None:
    for other in others:
        other.close()  # else a worker would not see that the service has ended
    worker.work(theirs)
