"""A bounded queue for CPU work: one thread per core plus one; full means 503."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from service.errors import BusyError

T = TypeVar("T")

MOST_WAITING = 128  # at an eightieth of a second each, two cores serve them within a second


class AdmissionQueue:
    """Runs work in threads, in order of arrival.

    By default there is one thread more than cores: while one waits for the interpreter, another has the model run.
    A thread takes its next work itself, without the event loop, which has all requests to read.
    """

    def __init__(self, threads: int = 0, most_waiting: int = MOST_WAITING) -> None:
        self._threads = threads or len(os.sched_getaffinity(0)) + 1
        self._executor = ThreadPoolExecutor(self._threads, "work")
        self._most_waiting = most_waiting
        self._admitted = 0  # waiting or running
        self.refused = 0  # since the start

    @property
    def length(self) -> int:
        """The number of those that wait."""
        return max(0, self._admitted - self._threads)

    @property
    def full(self) -> bool:
        return self.length >= self._most_waiting

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, run in its turn. Raises BusyError at once if the queue is full."""
        with self.admitted():
            return await asyncio.wrap_future(self._executor.submit(copy_context().run, work))

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Count work that runs elsewhere. Raises BusyError if the queue is full."""
        if self.full:
            raise self.refusal()
        self._admitted += 1
        try:
            yield
        finally:
            self._admitted -= 1

    def refusal(self) -> BusyError:
        """The error for a request that is not admitted; counts it."""
        self.refused += 1
        return BusyError(
            f"{self._most_waiting} requests wait already",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        )
