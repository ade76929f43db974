"""The index that all interfaces answer from, with its encoder: the newest one that was published.

A request takes the pair once and is answered from it as a whole. A newer pair serves the requests after it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi.concurrency import run_in_threadpool

from corpus.errors import BaliError
from index.encoders.base import Encoder
from index.errors import GenerationError
from index.generation import load_current_index, load_index
from index.opening import OpenIndex, open_index, reopen_index
from index.storage.publishing import CURRENT
from service.serving import malloc
from service.settings import Settings

_LOG = logging.getLogger(__name__)
_INTERVAL = 0.5  # seconds between two looks at the published index


class CurrentIndex:
    """The open index and its encoder, and the `problem` with the published index, if any.

    With a pair and a problem the service is degraded: it answers from another index than the published one.
    Without a pair it cannot answer. `since` is Unix time.
    """

    def __init__(self, settings: Settings, make_encoder: Callable[[], Encoder] | None = None) -> None:
        self.since = int(time.time())
        self.problem: BaliError | None = None
        self._settings = settings
        self._make_encoder = make_encoder
        self._pair: OpenIndex | None = None
        self._seen: tuple[int, int] | None = None
        self._refreshing = threading.Lock()
        self.refresh()

    @property
    def pair(self) -> OpenIndex:
        """The open index and the encoder that built it. Raises the `problem` if no index is open."""
        if self._pair is None:
            assert self.problem is not None
            raise self.problem.with_traceback(None)  # else every raise would lengthen the one it has
        return self._pair

    def refresh(self) -> None:
        """Open the published index if it changed since the last call; a damaged one changes nothing.

        The old pair is freed when the last request that has it ends.
        """
        with self._refreshing:
            self._refresh()

    def latest(self) -> OpenIndex:
        """The pair after a refresh."""
        self.refresh()
        return self.pair

    def _refresh(self) -> None:
        published = self._published()
        if self._pair is not None and published == self._seen:
            return
        self._seen = published
        try:
            self._pair = self._open(self._pair)
            self.problem = self._pair[0].instead_of
        except BaliError as error:
            self.problem = error
        except Exception as error:
            self.problem = GenerationError(
                f"could not be opened ({type(error).__name__})",
                where=str(self._settings.var),
                remedy="see the log of the service",
            )
            _LOG.exception("what is published could not be opened")

    async def follow(self) -> None:
        """Refresh for as long as the service runs."""
        while True:
            await asyncio.sleep(_INTERVAL)
            if self._published() != self._seen:
                await run_in_threadpool(self.refresh)
                await asyncio.sleep(_INTERVAL)  # the last requests on the old index end meanwhile
                await run_in_threadpool(malloc.trim)

    def _open(self, before: OpenIndex | None) -> OpenIndex:
        var, models = self._settings.var, self._settings.models
        if self._make_encoder is None:
            return reopen_index(var, models, before) if before else open_index(var, models)
        if before:
            return load_current_index(var, before[1].sha256), before[1]
        encoder = self._make_encoder()
        return load_index(var, encoder.sha256), encoder

    def _published(self) -> tuple[int, int] | None:
        """A value that differs after each publication: the pointer is a new file each time."""
        try:
            status = (self._settings.var / CURRENT).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


@asynccontextmanager
async def following(current: CurrentIndex) -> AsyncIterator[None]:
    """Open newly published indexes within the block."""
    task = asyncio.create_task(current.follow())
    try:
        yield
    finally:
        task.cancel()
