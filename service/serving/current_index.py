"""What every face of the service answers from: one open generation and its encoder, the newest there is.

A request takes the pair once and answers all of it from that; a newer pair takes its place for the requests after.
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
from index.generation import open_current, open_generation
from index.opening import OpenIndex, open_index, reopen_index
from index.storage.publishing import CURRENT
from service.serving import malloc as heap
from service.settings import Settings

_LOG = logging.getLogger(__name__)
_EVERY = 0.5  # seconds between two looks at what is published


class CurrentIndex:
    """What the service answers from, and the `problem` with what is published, if there is one.

    With a pair and a problem the service is degraded: it answers from another generation than the published one.
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
        """The open generation and the encoder it was built with; raises the `problem` there is instead."""
        if self._pair is None:
            assert self.problem is not None
            raise self.problem.with_traceback(None)  # else every raise would lengthen the one it has
        return self._pair

    def refresh(self) -> None:
        """Open what is published now, if anything was since the last call; what is damaged changes nothing.

        The pair before goes when the last request that has it ends.
        """
        with self._refreshing:
            self._refresh()

    def latest(self) -> OpenIndex:
        """As `pair`, after a refresh."""
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
            await asyncio.sleep(_EVERY)
            if self._published() != self._seen:
                await run_in_threadpool(self.refresh)
                await asyncio.sleep(_EVERY)  # by when the last request has left the generation before
                await run_in_threadpool(heap.trim)

    def _open(self, before: OpenIndex | None) -> OpenIndex:
        var, models = self._settings.var, self._settings.models
        if self._make_encoder is None:
            return reopen_index(var, models, before) if before else open_index(var, models)
        if before:
            return open_current(var, before[1].sha256), before[1]
        encoder = self._make_encoder()
        return open_generation(var, encoder.sha256), encoder

    def _published(self) -> tuple[int, int] | None:
        """Another value whenever a generation was published: a pointer is a new file each time."""
        try:
            status = (self._settings.var / CURRENT).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


@asynccontextmanager
async def following(opened: CurrentIndex) -> AsyncIterator[None]:
    """What is published meanwhile is answered from."""
    task = asyncio.create_task(opened.follow())
    try:
        yield
    finally:
        task.cancel()
