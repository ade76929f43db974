"""The line in which work for the processor waits: as much at a time as there are cores, the rest in order, never too much."""

import os
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from service.errors import BusyError

T = TypeVar("T")

WAITING = 128  # at a fortieth of a second each, they are served within two seconds on two cores


class Line:
    """Runs work in threads, `at_once` of it.

    By default that is one more than there are cores: while one waits for the interpreter, another has the model run.
    """

    def __init__(self, at_once: int = 0, waiting: int = WAITING) -> None:
        self._places = anyio.CapacityLimiter(at_once or len(os.sched_getaffinity(0)) + 1)
        self._waiting = waiting
        self.refused = 0  # so far, because too many waited

    @property
    def length(self) -> int:
        """How many wait now."""
        return self._places.statistics().tasks_waiting

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, once it was its turn. Raises `BusyError` at once where too much waits already."""
        self.admit()
        return await anyio.to_thread.run_sync(work, limiter=self._places)

    def admit(self) -> None:
        """Raises `BusyError` where too much waits already."""
        if self.length >= self._waiting:
            self.refused += 1
            raise BusyError(
                f"{self._waiting} requests wait already",
                where="the service",
                remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
            )
