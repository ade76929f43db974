"""Processes beside the service's own that answer for it: each has an interpreter, so that every core has something to do.

They are forked when the service has opened what it answers from, so they share its memory. What a worker cannot do, since
it has ended, or has another generation open, or since the task fails, the service does itself, and fails as the task does.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any, cast

from starlette.requests import ClientDisconnect

from corpus.errors import BaliError
from index.encoders.onnx import OnnxEncoder
from service.errors import BusyError
from service.serving.cancellation import CancellationToken
from service.serving.current_index import CurrentIndex
from service.serving.tasks import Task
from service.serving.worker import FOR_THE_SERVICE, LENGTH, NOTHING, TaskHeader, TaskResult, Worker
from service.settings import Settings

_LOG = logging.getLogger(__name__)
_GRACE = 2.0  # seconds in which a worker stops that is told to
_ENDING = 5.0  # seconds in which workers end when the service does
_TRIED = 2  # workers, for a task that ends them
_LANES = 2  # of a process: while one waits for a task or the interpreter, the other has the model run


def worker_count(opened: CurrentIndex, settings: Settings) -> int:
    """How many processes there should be: as many as are set, or one a core; none where what is open cannot be forked."""
    if sys.platform != "linux":
        return 0
    cores = len(os.sched_getaffinity(0))
    try:
        _, encoder = opened.pair
    except BaliError:
        return 0
    if not isinstance(encoder, OnnxEncoder) or encoder.reranker is not None:  # others have threads
        return 0
    return settings.workers if settings.workers is not None else cores if cores > 1 else 0


class WorkerPool:
    """All worker processes, by the lanes to them; in the event loop, while they are connected."""

    def __init__(self, lanes: "Sequence[Lane]" = ()) -> None:
        self.processes = tuple(dict.fromkeys(lane.process for lane in lanes))
        self.missed = 0  # tasks that no worker could do, so far
        self._lanes = list(lanes)  # that lead to a process
        self._idle: list[Lane] = []
        self._waiting: deque[asyncio.Future[Lane | None]] = deque()

    @classmethod
    def forked(
        cls, opened: CurrentIndex, tasks: Sequence[Task[Any]], settings: Settings, processes: int
    ) -> "WorkerPool":
        """In so many processes, from one that has no other threads of Python's; they end with it."""
        context, lanes = get_context("fork"), list[Lane]()
        worker = Worker(opened, tasks, settings)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_SERVICE)  # until a worker ignores them
        for _ in range(processes):
            pairs = [socket.socketpair() for _ in range(_LANES)]
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            kept = [*ours, *(lane.socket for lane in lanes)]
            process = context.Process(target=_work, args=(worker, theirs, kept), daemon=True)
            process.start()
            for end in theirs:
                end.close()
            lanes += [Lane(process, end) for end in ours]
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return cls(lanes)

    @property
    def lanes(self) -> int:
        """How many tasks are done at once."""
        return len(self._lanes)

    @property
    def alive(self) -> int:
        """How many processes have not ended."""
        return len({lane.process for lane in self._lanes})

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Have the event loop follow all lanes; at the end the processes have ended."""
        try:
            for lane in list(self._lanes):
                await lane.connect(self)
                self.free(lane)
            yield
        finally:
            lanes, self._lanes, self._idle = self._lanes, [], []
            for lane in lanes:
                lane.close()
            await asyncio.to_thread(_end, self.processes)

    async def do(
        self, asked: TaskHeader, sent: bytes, wanted: CancellationToken
    ) -> tuple[TaskResult, bytes] | None:
        """What comes of what was asked and sent, once a lane is idle; None where no worker can do it.

        Raises `ClientDisconnect` where it is no longer wanted by then, and `BusyError` where it ended two workers: a third
        is not risked, nor the service.
        """
        message = json.dumps(asked).encode() + b"\n" + sent
        for _ in range(_TRIED):
            if (lane := await self._next(wanted)) is None:
                break
            reply = await lane.ask(message, wanted)
            if not lane.ended:
                break
        else:
            raise BusyError(f"{_TRIED} workers have ended", where="the service", remedy="ask something else")
        if lane is None or reply == NOTHING:
            if wanted.is_no_longer:
                raise ClientDisconnect
            self.missed += 1
            return None
        head, _, response = reply.partition(b"\n")
        return TaskResult(*json.loads(head)), response

    async def _next(self, wanted: CancellationToken) -> "Lane | None":
        """An idle lane, for whoever came first; None where there is no lane any more."""
        if not self._lanes:
            return None
        if self._idle:
            return self._take()
        turn: asyncio.Future[Lane | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            with wanted.telling(partial(_give_up, turn)):
                return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and (lane := turn.result()):
                self.free(lane)
            raise

    def _take(self) -> "Lane":
        """An idle lane of the process that is least busy; of these, the last that was, which has all at hand."""
        idle = Counter(lane.process for lane in self._idle)
        lane = max(reversed(self._idle), key=lambda one: idle[one.process])
        self._idle.remove(lane)
        return lane

    def free(self, lane: "Lane") -> None:
        """`lane` can be given to the next who waits."""
        if lane.ended:
            return
        while self._waiting:
            if not (turn := self._waiting.popleft()).done():
                turn.set_result(lane)
                return
        self._idle.append(lane)

    def lost(self, process: BaseProcess) -> None:
        """A process has ended, or does now."""
        _LOG.error("a worker has ended; the service goes on without it")
        process.kill()
        asyncio.get_running_loop().call_later(1.0, process.join, 0)  # by when the system has ended it
        for lane in [lane for lane in self._lanes if lane.process is process]:
            self._lanes.remove(lane)
            if lane in self._idle:
                self._idle.remove(lane)
            lane.end()
        if not self._lanes:
            for turn in self._waiting:
                if not turn.done():
                    turn.set_result(None)
            self._waiting.clear()


class Lane(asyncio.Protocol):
    """A way to a worker process, on which one task at a time is asked for."""

    def __init__(self, process: BaseProcess, end: socket.socket) -> None:
        self.process, self.socket = process, end
        self.ended = False
        self._workers: WorkerPool | None = None
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._reply: asyncio.Future[bytes] | None = None

    async def connect(self, workers: WorkerPool) -> None:
        """Have the event loop follow this; `workers` are told when it is free, or lost."""
        self._workers = workers
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self.socket)

    async def ask(self, message: bytes, wanted: CancellationToken) -> bytes:
        """The reply to a message, or nothing.

        Once it is no longer wanted, the worker is told to stop; one that does not is ended.
        """
        if self.ended:
            return NOTHING
        self._got.clear()
        self._reply = reply = asyncio.get_running_loop().create_future()
        self._send(message)
        with wanted.telling(self._stop):
            try:
                return await asyncio.shield(reply)
            except asyncio.CancelledError:
                self._stop()
                raise

    def _stop(self) -> None:
        if self.ended:
            return
        self._send(NOTHING)
        asyncio.get_running_loop().call_later(_GRACE, self._end_unless, self._reply)

    def _end_unless(self, reply: "asyncio.Future[bytes] | None") -> None:
        if reply and not reply.done():
            self.process.kill()

    def _send(self, message: bytes) -> None:
        assert self._transport is not None
        self._transport.write(LENGTH.pack(len(message)) + message)

    def close(self) -> None:
        """Have the worker see that the service ends."""
        self._workers = None
        self.end()

    def end(self) -> None:
        """Nothing comes on this any more."""
        self.ended = True
        if self._transport:
            self._transport.close()
        if self._reply and not self._reply.done():
            self._reply.set_result(NOTHING)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio has it."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        self._got += data
        if len(self._got) >= LENGTH.size and len(self._got) == LENGTH.size + LENGTH.unpack_from(self._got)[0]:
            if self._reply and not self._reply.done():
                self._reply.set_result(bytes(self._got[LENGTH.size :]))
            if self._workers:
                self._workers.free(self)

    def connection_lost(self, _: Exception | None) -> None:
        """As asyncio has it."""
        if self._workers and not self.ended:
            self._workers.lost(self.process)


def _give_up(turn: "asyncio.Future[Lane | None]") -> None:
    if not turn.done():
        turn.set_exception(ClientDisconnect())


def _work(worker: Worker, theirs: Sequence[socket.socket], others: Sequence[socket.socket]) -> None:
    for other in others:
        other.close()  # else a worker would not see that the service has ended
    worker.work(theirs)


def _end(processes: Sequence[BaseProcess]) -> None:
    """Wait until they have ended, which they do when their lanes are closed; but not for ever."""
    until = time.monotonic() + _ENDING
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
