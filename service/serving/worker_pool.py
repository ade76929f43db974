"""Worker processes that answer for the service: each has an interpreter of its own, so that all cores have work.

They are forked after the service has opened its index, so they share its memory. A task that no worker can run the service
runs itself: the worker has ended, has another index open, or the task fails, as it then does in the service.
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
from service.serving.worker import NOTHING, SERVICE_SIGNALS, TaskHeader, TaskResult, Worker, frame, framed
from service.settings import Settings

_LOG = logging.getLogger(__name__)
_GRACE = 2.0  # seconds that a worker has to stop a cancelled task
_STOP_TIME = 5.0  # seconds that workers have to end with the service
_ATTEMPTS = 2  # workers that one task may end
_LANES = 2  # of a process: while one waits for a task or the interpreter, the other has the model run


def worker_count(current: CurrentIndex, settings: Settings) -> int:
    """The number of processes: as set, or one for each core; 0 if the open index cannot be forked."""
    if sys.platform != "linux":
        return 0
    cores = len(os.sched_getaffinity(0))
    try:
        _, encoder = current.pair
    except BaliError:
        return 0
    if not isinstance(encoder, OnnxEncoder) or encoder.reranker is not None:  # others have threads
        return 0
    return settings.workers if settings.workers is not None else cores if cores > 1 else 0


class WorkerPool:
    """All worker processes and the lanes to them; used in the event loop while `connected`."""

    def __init__(self, lanes: "Sequence[Lane]" = ()) -> None:
        self.processes = tuple(dict.fromkeys(lane.process for lane in lanes))
        self.missed = 0  # tasks that no worker could run, since the start
        self._lanes = list(lanes)  # to processes that have not ended
        self._idle: list[Lane] = []
        self._waiting: deque[asyncio.Future[Lane | None]] = deque()

    @classmethod
    def forked(
        cls, current: CurrentIndex, tasks: Sequence[Task[Any]], settings: Settings, processes: int
    ) -> "WorkerPool":
        """A pool of new processes, which end with this one. It must have no other Python threads."""
        context, lanes = get_context("fork"), list[Lane]()
        worker = Worker(current, tasks, settings)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SERVICE_SIGNALS)  # until a worker ignores them
        for _ in range(processes):
            pairs = [socket.socketpair() for _ in range(_LANES)]
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            not_theirs = [*ours, *(lane.socket for lane in lanes)]
            process = context.Process(target=_work, args=(worker, theirs, not_theirs), daemon=True)
            process.start()
            for end in theirs:
                end.close()
            lanes += [Lane(process, end) for end in ours]
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return cls(lanes)

    @property
    def lanes(self) -> int:
        """How many tasks can run at once."""
        return len(self._lanes)

    @property
    def alive(self) -> int:
        """How many processes have not ended."""
        return len({lane.process for lane in self._lanes})

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Serve all lanes in the event loop; the processes have ended after the block."""
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

    async def run(
        self, header: TaskHeader, body: bytes, token: CancellationToken
    ) -> tuple[TaskResult, bytes] | None:
        """The result and response of a task, once a lane is idle; None if no worker can run it.

        Raises ClientDisconnect after cancellation, and BusyError if the task ended two workers: neither a third one nor the
        service is risked.
        """
        message = json.dumps(header).encode() + b"\n" + body
        for _ in range(_ATTEMPTS):
            lane = await self._next(token)
            if lane is None:
                break
            reply = await lane.send(message, token)
            if not lane.ended:
                break
        else:
            raise BusyError(
                f"{_ATTEMPTS} workers have ended", where="the service", remedy="ask something else"
            )
        if lane is None or reply == NOTHING:
            if token.cancelled:
                raise ClientDisconnect
            self.missed += 1
            return None
        first_line, _, response = reply.partition(b"\n")
        return TaskResult(*json.loads(first_line)), response

    async def _next(self, token: CancellationToken) -> "Lane | None":
        """An idle lane, in order of arrival; None if no lane is left."""
        if not self._lanes:
            return None
        if self._idle:
            return self._take()
        turn: asyncio.Future[Lane | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            with token.on_cancel(lambda: _give_up(turn)):
                return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and (lane := turn.result()):
                self.free(lane)
            raise

    def _take(self) -> "Lane":
        """An idle lane of the least busy process; of several, the one used last, whose caches are warm."""
        idle = Counter(lane.process for lane in self._idle)
        lane = max(reversed(self._idle), key=lambda one: idle[one.process])
        self._idle.remove(lane)
        return lane

    def free(self, lane: "Lane") -> None:
        """Give `lane` to the next task that waits."""
        if lane.ended:
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(lane)
                return
        self._idle.append(lane)

    def lost(self, process: BaseProcess) -> None:
        """Give up a process that has ended, or ends now."""
        _LOG.error("a worker has ended; the service goes on without it")
        process.kill()
        asyncio.get_running_loop().call_later(1.0, process.join, 0)  # by then the system has ended it
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
    """A socket to a worker process, for one task at a time."""

    def __init__(self, process: BaseProcess, end: socket.socket) -> None:
        self.process, self.socket = process, end
        self.ended = False
        self._pool: WorkerPool | None = None
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._reply: asyncio.Future[bytes] | None = None

    async def connect(self, pool: WorkerPool) -> None:
        """Serve this lane in the event loop; `pool` is told when it is free or lost."""
        self._pool = pool
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self.socket)

    async def send(self, message: bytes, token: CancellationToken) -> bytes:
        """The reply to a message, or nothing.

        On cancellation the worker is told to stop; a worker that does not stop is killed.
        """
        if self.ended:
            return NOTHING
        self._received.clear()
        self._reply = reply = asyncio.get_running_loop().create_future()
        self._send(message)
        with token.on_cancel(self._stop):
            try:
                return await asyncio.shield(reply)
            except asyncio.CancelledError:
                self._stop()
                raise

    def _stop(self) -> None:
        if self.ended:
            return
        self._send(NOTHING)
        asyncio.get_running_loop().call_later(_GRACE, self._kill_unless, self._reply)

    def _kill_unless(self, reply: "asyncio.Future[bytes] | None") -> None:
        if reply and not reply.done():
            self.process.kill()

    def _send(self, message: bytes) -> None:
        assert self._transport is not None
        self._transport.write(frame(message))

    def close(self) -> None:
        """Close the lane because the service ends."""
        self._pool = None
        self.end()

    def end(self) -> None:
        """Close the lane; a task that waits for its reply gets nothing."""
        self.ended = True
        if self._transport:
            self._transport.close()
        if self._reply and not self._reply.done():
            self._reply.set_result(NOTHING)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        message = framed(self._received)
        if message is not None:
            if self._reply and not self._reply.done():
                self._reply.set_result(message)
            if self._pool:
                self._pool.free(self)

    def connection_lost(self, _: Exception | None) -> None:
        if self._pool and not self.ended:
            self._pool.lost(self.process)


def _give_up(turn: "asyncio.Future[Lane | None]") -> None:
    if not turn.done():
        turn.set_exception(ClientDisconnect())


def _work(worker: Worker, lanes: Sequence[socket.socket], others: Sequence[socket.socket]) -> None:
    for other in others:
        other.close()  # else the worker would not notice the end of the service
    worker.work(lanes)


def _end(processes: Sequence[BaseProcess]) -> None:
    """Wait for processes whose lanes are closed to end, and kill those that take too long."""
    until = time.monotonic() + _STOP_TIME
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
