"""A worker process: it runs tasks one after another on each of its lanes, until the service ends.

A lane is a socket. Wire format of a message: its length in 4 bytes, a JSON header line, the body. The service sends a
`TaskHeader` and the client's body; the worker sends a `TaskResult` and the response. An empty message from the service
cancels the task; an empty message from the worker means that it could not run it.
"""

import gc
import json
import logging
import signal
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, NamedTuple

from starlette.requests import ClientDisconnect

from corpus.errors import BaliError
from index.opening import OpenIndex
from service.errors import UnknownError
from service.observability.audit_log import SYNCED, audit_of
from service.observability.metrics import Metrics
from service.observability.request_context import RequestContext, request_scope
from service.serving import malloc
from service.serving.cancellation import CancellableEncoder
from service.serving.current_index import CurrentIndex
from service.serving.tasks import Task
from service.settings import Settings

_LOG = logging.getLogger(__name__)
# a terminal or a supervisor sends these to the whole group; workers leave them to the service
SERVICE_SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTHING = b""  # the empty message
_LENGTH = struct.Struct("!I")
_CANCEL_INTERVAL = 0.05  # seconds between two looks for a cancellation
_TRIM_INTERVAL = 20.0  # seconds between two times that free memory goes back to the system


class TaskHeader(NamedTuple):
    """The header of a message to a worker: the task, the generation it must have open, and the request."""

    task: str
    generation: str
    request: str
    route: str
    key: str | None


class TaskResult(NamedTuple):
    """The header of a reply: the last audit line that was written for it, and the statuses of its answers."""

    audited: str | None
    statuses: Sequence[str]


class Worker:
    """The state that the threads of a worker process share."""

    def __init__(self, current: CurrentIndex, tasks: Sequence[Task[Any]], settings: Settings) -> None:
        self._current = current
        self._tasks: Mapping[str, Task[Any]] = {task.name: task for task in tasks}
        self._audit, self._metrics = audit_of(settings), Metrics()  # the service exports its own metrics
        self._as_text = settings.audit_questions == "text"

    def work(self, lanes: Sequence[socket.socket]) -> None:
        """Serve each lane in a thread of its own, until all lanes are closed."""
        for number in SERVICE_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SERVICE_SIGNALS)
        gc.freeze()  # else the collector would write to memory that is shared with the service
        trimmed = time.monotonic()
        with ThreadPoolExecutor(len(lanes)) as threads:
            running = [threads.submit(self._serve, lane) for lane in lanes]
            while wait(running, SYNCED).not_done:
                self._current.refresh()
                self._sync()
                if time.monotonic() - trimmed > _TRIM_INTERVAL:
                    malloc.trim()
                    trimmed = time.monotonic()
        self._audit.close()

    def _sync(self) -> None:
        try:
            self._audit.sync()
        except OSError:
            _LOG.exception("the audit log could not be had on the disk")  # the next round tries again

    def _serve(self, lane: socket.socket) -> None:
        with lane:
            for message in iter(lambda: read_frame(lane), None):
                if message != NOTHING:  # a cancellation that came too late
                    lane.sendall(frame(self._reply(message, lane)))

    def _reply(self, message: bytes, lane: socket.socket) -> bytes:
        try:
            first_line, _, body = message.partition(b"\n")
            header = TaskHeader(*json.loads(first_line))
            task = self._tasks[header.task]
            index, encoder = self._open(header.generation)
            context = RequestContext(
                header.request, header.route, self._audit, self._metrics, self._as_text, header.key
            )
            with request_scope(context):
                request = task.request.model_validate(json.loads(body))
                response = task.run(index, CancellableEncoder(encoder, _LaneCancellation(lane)), request)
            result = json.dumps(TaskResult(context.audited, context.statuses))
            return f"{result}\n{response.model_dump_json()}".encode()
        except (BaliError, ClientDisconnect):  # the service runs into it too, and answers with it
            return NOTHING
        except Exception:
            _LOG.exception("a worker could not do what the service does now")
            return NOTHING

    def _open(self, id: str) -> OpenIndex:
        """The published index, if it has this id. Raises UnknownError."""
        if self._current.pair[0].id != id:
            self._current.refresh()
        pair = self._current.pair
        if pair[0].id != id:
            raise UnknownError("is not open", where=id, remedy="the service answers from it")
        return pair


class _LaneCancellation:
    """Whether the service has sent a cancellation, or closed the lane."""

    def __init__(self, lane: socket.socket) -> None:
        self._lane, self._next = lane, time.monotonic() + _CANCEL_INTERVAL

    @property
    def cancelled(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _CANCEL_INTERVAL
        try:
            self._lane.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True


def frame(message: bytes) -> bytes:
    return _LENGTH.pack(len(message)) + message


def framed(data: bytes | bytearray) -> bytes | None:
    """The message in `data`, once all of it has come."""
    whole = len(data) >= _LENGTH.size and len(data) == _LENGTH.size + _LENGTH.unpack_from(data)[0]
    return bytes(data[_LENGTH.size :]) if whole else None


def read_frame(lane: socket.socket) -> bytes | None:
    """The next message; None once the service has ended."""
    length = _read_exactly(lane, _LENGTH.size)
    return None if length is None else _read_exactly(lane, _LENGTH.unpack(length)[0])


def _read_exactly(lane: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        try:
            more = lane.recv(count - len(data), socket.MSG_WAITALL)
        except OSError:
            return None
        if not more:
            return None
        data += more
    return data
