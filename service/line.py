"""The line in which work for the processor waits: as much at a time as there are cores, the rest in order, never too much."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from service.errors import BusyError

T = TypeVar("T")

WAITING = 128  # at an eightieth of a second each, they are served within a second on two cores


class Line:
    """Runs work in threads, `at_once` of it.

    By default that is one more than there are cores: while one waits for the interpreter, another has the model run.
    A thread that is done takes what is next itself: it need not wait for the event loop, which has all requests to read.
    """

    def __init__(self, at_once: int = 0, waiting: int = WAITING) -> None:
        self._at_once = at_once or len(os.sched_getaffinity(0)) + 1
        self._threads = ThreadPoolExecutor(self._at_once, "line")
        self._waiting = waiting
        self._counting = threading.Lock()
        self._inside = 0  # what waits, and what is worked on
        self.refused = 0  # so far, because too many waited

    @property
    def length(self) -> int:
        """How many wait now."""
        return max(0, self._inside - self._at_once)

    @property
    def full(self) -> bool:
        """Whether too much waits already."""
        return self.length >= self._waiting

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, once it was its turn. Raises `BusyError` at once where too much waits already."""
        self.admit()
        self._count(1)
        given = self._threads.submit(copy_context().run, work)
        given.add_done_callback(lambda _: self._count(-1))
        return await asyncio.wrap_future(given)

    def _count(self, more: int) -> None:
        with self._counting:
            self._inside += more

    def admit(self) -> None:
        """Raises `BusyError` where too much waits already."""
        if self.full:
            raise self.refusal()

    def refusal(self) -> BusyError:
        """What is said to whom is not admitted, who is counted."""
        self.refused += 1
        return BusyError(
            f"{self._waiting} requests wait already",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        )
