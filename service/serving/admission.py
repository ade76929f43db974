"""The line in which work for the processor waits: as much at a time as there are cores, the rest in order, never too much."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

from service.errors import BusyError

T = TypeVar("T")

WAITING = 128  # at an eightieth of a second each, they are served within a second on two cores


class AdmissionQueue:
    """Runs work in threads, `at_once` of it.

    By default that is one more than there are cores: while one waits for the interpreter, another has the model run.
    A thread that is done takes what is next itself: it need not wait for the event loop, which has all requests to read.
    """

    def __init__(self, at_once: int = 0, waiting: int = WAITING) -> None:
        self._at_once = at_once or len(os.sched_getaffinity(0)) + 1
        self._threads = ThreadPoolExecutor(self._at_once, "line")
        self._waiting = waiting
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
        with self.place():
            return await asyncio.wrap_future(self._threads.submit(copy_context().run, work))

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for what is worked on elsewhere, in its turn. Raises `BusyError` where too much waits already."""
        if self.full:
            raise self.refusal()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def refusal(self) -> BusyError:
        """What is said to whom is not admitted, who is counted."""
        self.refused += 1
        return BusyError(
            f"{self._waiting} requests wait already",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        )
