"""Processes beside the service's own that answer for it: each has an interpreter, so that every core has something to do.

They are forked when the service has opened what it answers from, so they share its memory. What a worker cannot do, since
it has ended, or has another generation open, or since the task fails, the service does itself, and fails as the task does.
"""

import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import LifoQueue
from typing import Any

from corpus.errors import BaliError
from index.onnx_encoder import OnnxEncoder
from index.opening import Pair
from service import heap
from service.errors import UnknownError
from service.noted import Answered, noting
from service.opened import Opened
from service.task import Task
from service.watched import Signal, Watched

_LOG = logging.getLogger(__name__)
_STOP, _CANNOT = b"stop", b""
_LOOK = 0.05  # seconds between two looks at whether the answer is still wanted
_NICE = 5  # the service comes first: what it does is short, and others wait for it
_THREADS = 2  # of a process: while one waits for a task or the interpreter, the other has the model run


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
    """The threads of all worker processes; what they do is asked for from threads of the service."""

    def __init__(self, workers: Sequence["Worker"] = ()) -> None:
        self._all, self._lost = workers, 0
        self._idle: LifoQueue[Worker] = LifoQueue()  # the last one has all at hand
        for worker in workers:
            self._idle.put(worker)

    @classmethod
    def forked(cls, opened: Opened, tasks: Sequence[Task[Any]], processes: int) -> "Workers":
        """In `processes`, from a process that has no other threads; they end with it."""
        context, workers = get_context("fork"), list[Worker]()
        by_name = {task.name: task for task in tasks}
        for _ in range(processes):
            pairs = [context.Pipe() for _ in range(_THREADS)]
            ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
            kept = [*ours, *(worker.connection for worker in workers)]
            process = context.Process(target=_work_all, args=(theirs, kept, opened, by_name), daemon=True)
            process.start()
            for connection in theirs:
                connection.close()
            workers += [Worker(process, connection) for connection in ours]
        return cls(workers)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def alive(self) -> int:
        """How many have not ended, as the system says."""
        return sum(worker.process.is_alive() for worker in self._all)

    def do(self, task: str, generation: str, sent: bytes, gone: Signal) -> "Done | None":
        """What comes of a task for the JSON that was sent, once a worker is idle; None if it cannot do it."""
        if self._lost == len(self._all):
            return None
        worker = self._idle.get()
        try:
            reply = worker.do(json.dumps([task, generation]).encode() + b"\n" + sent, gone)
        finally:
            if worker.ended:
                self._lost = sum(one.ended for one in self._all)
            if not worker.ended or self._lost == len(self._all):  # then it stays, for those who wait
                self._idle.put(worker)
        if reply == _CANNOT:
            return None
        noted, _, response = reply.partition(b"\n")
        return Done(response, [Answered(*one) for one in json.loads(noted)])


@dataclass(frozen=True, slots=True)
class Done:
    """The JSON of a response, and what the audit log is to have of it."""

    response: bytes
    noted: Sequence[Answered]


class Worker:
    """A thread of a process, as the service has it; used by one thread at a time."""

    def __init__(self, process: BaseProcess, connection: "Connection[bytes, bytes]") -> None:
        self.connection = connection
        self.ended = False
        self.process = process

    def do(self, message: bytes, gone: Signal) -> bytes:
        """The reply to a message; once `gone` is set, the worker is told to stop."""
        if self.ended:
            return _CANNOT
        try:
            self.connection.send_bytes(message)
            told = False
            while not self.connection.poll(_LOOK):
                if gone.is_set() and not told:
                    self.connection.send_bytes(_STOP)
                    told = True
            return self.connection.recv_bytes()
        except (OSError, EOFError):
            self.ended = True
            self.process.join(1)
            _LOG.error("a worker has ended (%s); the service goes on without it", self.process.exitcode)
            return _CANNOT


class _Told:
    """Whether the service has said that the answer is no longer wanted."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection

    def is_set(self) -> bool:
        return self._connection.poll()


def _work_all(
    connections: "Sequence[Connection[bytes, bytes]]",
    others: "Sequence[Connection[bytes, bytes]]",
    opened: Opened,
    tasks: Mapping[str, Task[Any]],
) -> None:
    """What a process does until the service has ended: a thread for each of `connections`."""
    for other in others:
        other.close()  # else a worker would not see that the service has ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal, for the service
    gc.freeze()  # what is shared is not written to
    os.nice(_NICE)
    with ThreadPoolExecutor(len(connections)) as threads:
        for connection in connections:
            threads.submit(_work, connection, opened, tasks)


def _work(connection: "Connection[bytes, bytes]", opened: Opened, tasks: Mapping[str, Task[Any]]) -> None:
    while True:
        try:
            message = connection.recv_bytes()
            if message != _STOP:
                connection.send_bytes(_reply(message, connection, opened, tasks))
        except (OSError, EOFError):
            return


def _reply(
    message: bytes, connection: "Connection[bytes, bytes]", opened: Opened, tasks: Mapping[str, Task[Any]]
) -> bytes:
    head, _, sent = message.partition(b"\n")
    name, id = json.loads(head)
    task = tasks[name]
    try:
        generation, encoder = _open(opened, id)
        asked = task.request.model_validate(json.loads(sent))
        with noting() as noted:
            response = task.run(generation, Watched(encoder, _Told(connection)), asked)
        return (
            json.dumps([astuple(one) for one in noted]).encode() + b"\n" + response.model_dump_json().encode()
        )
    except Exception:  # the service meets it again, and says what it is
        return _CANNOT


def _open(opened: Opened, id: str) -> Pair:
    """What is open, which is what is published now where it was not the generation of this id. Raises `UnknownError`."""
    if opened.pair[0].id != id:
        opened.refresh()
        heap.trim()
    if opened.pair[0].id != id:
        raise UnknownError("is not open", where=id, remedy="the service answers from it")
    return opened.pair
