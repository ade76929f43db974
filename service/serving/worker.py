"""What a worker process does: tasks, one after the other on each of its lanes, as long as the service runs.

On a lane go messages of a length and so many bytes: a line of JSON and what a client has sent, one way, a line of JSON and
the response the other way. An empty message says that the answer is no longer wanted, or that there is none.
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
from service.observability.request_context import RequestContext, during
from service.serving import malloc as heap
from service.serving.cancellation import CancellableEncoder
from service.serving.current_index import CurrentIndex
from service.serving.tasks import Task
from service.settings import Settings

_LOG = logging.getLogger(__name__)
FOR_THE_SERVICE = (
    signal.SIGINT,
    signal.SIGTERM,
)  # of a terminal, and of whoever ends all that belongs together
LENGTH = struct.Struct("!I")
NOTHING = b""
_LOOK = 0.05  # seconds between two looks at whether the answer is still wanted
_TRIMMED = 20.0  # seconds between two times that memory which is free is given back


class TaskHeader(NamedTuple):
    """The first line of a message to a worker: a task, on which generation, and for which request."""

    task: str
    generation: str
    request: str
    route: str
    key: str | None


class TaskResult(NamedTuple):
    """The first line of a reply: the last line of the audit log that was written for it, and what it said."""

    audited: str | None
    statuses: Sequence[str]


class Worker:
    """What the threads of a worker process have in common."""

    def __init__(self, opened: CurrentIndex, tasks: Sequence[Task[Any]], settings: Settings) -> None:
        self._opened = opened
        self._tasks: Mapping[str, Task[Any]] = {task.name: task for task in tasks}
        self._audit, self._metrics = audit_of(settings), Metrics()  # the service counts for itself
        self._as_text = settings.audit_questions == "text"

    def work(self, lanes: Sequence[socket.socket]) -> None:
        """Do what comes on the lanes, a thread each, until all are closed."""
        for one in FOR_THE_SERVICE:
            signal.signal(one, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FOR_THE_SERVICE)
        gc.freeze()  # what is shared with the service is not written to
        trimmed = time.monotonic()
        with ThreadPoolExecutor(len(lanes)) as threads:
            followed = [threads.submit(self._follow, lane) for lane in lanes]
            while wait(followed, SYNCED).not_done:
                self._opened.refresh()
                self._sync()
                if time.monotonic() - trimmed > _TRIMMED:
                    heap.trim()
                    trimmed = time.monotonic()
        self._audit.close()

    def _sync(self) -> None:
        try:
            self._audit.sync()
        except OSError:
            _LOG.exception("the audit log could not be had on the disk")  # and is tried again

    def _follow(self, lane: socket.socket) -> None:
        with lane:
            while (message := _received(lane)) is not None:
                if message != NOTHING:  # to stop what is done already
                    reply = self._reply(message, lane)
                    lane.sendall(LENGTH.pack(len(reply)) + reply)

    def _reply(self, message: bytes, lane: socket.socket) -> bytes:
        try:
            head, _, sent = message.partition(b"\n")
            asked = TaskHeader(*json.loads(head))
            task = self._tasks[asked.task]
            index, encoder = self._open(asked.generation)
            call = RequestContext(
                asked.request, asked.route, self._audit, self._metrics, self._as_text, asked.key
            )
            with during(call):
                request = task.request.model_validate(json.loads(sent))
                response = task.run(index, CancellableEncoder(encoder, _Told(lane)), request)
            done = json.dumps(TaskResult(call.audited, call.statuses))
            return f"{done}\n{response.model_dump_json()}".encode()
        except (BaliError, ClientDisconnect):  # the service meets it again, and says what it is
            return NOTHING
        except Exception:
            _LOG.exception("a worker could not do what the service does now")
            return NOTHING

    def _open(self, id: str) -> OpenIndex:
        """What is published, if it is the generation of this id. Raises `UnknownError`."""
        if self._opened.pair[0].id != id:
            self._opened.refresh()
        pair = self._opened.pair
        if pair[0].id != id:
            raise UnknownError("is not open", where=id, remedy="the service answers from it")
        return pair


class _Told:
    """Whether the service has said that the answer is no longer wanted."""

    def __init__(self, lane: socket.socket) -> None:
        self._lane, self._next = lane, time.monotonic() + _LOOK

    def is_set(self) -> bool:
        if (now := time.monotonic()) < self._next:
            return False
        self._next = now + _LOOK
        try:
            self._lane.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True


def _received(lane: socket.socket) -> bytes | None:
    """The next message; None where the service has ended."""
    head = _exactly(lane, LENGTH.size)
    return None if head is None else _exactly(lane, LENGTH.unpack(head)[0])


def _exactly(lane: socket.socket, count: int) -> bytes | None:
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
