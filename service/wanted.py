"""Whether an answer is still wanted: until its client goes, or for as long as an answer may take."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.requests import ClientDisconnect, Request

from service.errors import BusyError

ANSWER_TIME = 30.0  # seconds, those in the line among them


class Wanted:
    """Whether an answer is; threads may ask."""

    def __init__(self) -> None:
        self.is_no_longer = False
        self.is_late = False
        self._told: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """Whether it no longer is."""
        return self.is_no_longer

    def no_longer(self) -> None:
        """From now on it is not."""
        self.is_no_longer = True
        for tell in self._told:
            tell()

    def too_late(self) -> None:
        """From now on it is not, since it took too long."""
        self.is_late = True
        self.no_longer()

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """`tell` is called, in the event loop, when it no longer is, if that is within, or at once."""
        if self.is_no_longer:
            tell()
        self._told.append(tell)
        try:
            yield
        finally:
            self._told.remove(tell)


@asynccontextmanager
async def wanted(request: Request | None = None) -> AsyncIterator[Wanted]:
    """Until `request`, whose body has been read, is left by its client, or time is up.

    Raises `BusyError` instead of `ClientDisconnect` where it is the time.
    """
    answer = Wanted()
    watching = asyncio.create_task(_watch(request, answer)) if request else None
    timer = asyncio.get_running_loop().call_later(ANSWER_TIME, answer.too_late)
    try:
        yield answer
    except ClientDisconnect:
        if not answer.is_late:
            raise
        raise BusyError(
            f"no answer within {ANSWER_TIME:g} seconds",
            where="the service",
            remedy=f"try again in {BusyError.RETRY_AFTER} seconds",
        ) from None
    finally:
        timer.cancel()
        if watching:
            watching.cancel()


async def _watch(request: Request, answer: Wanted) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    answer.no_longer()
