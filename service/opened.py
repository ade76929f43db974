"""What every face of the service answers from: one open generation and its encoder."""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from corpus.errors import BaliError
from index.encoder import Encoder
from index.generation import Generation, open_generation
from index.opening import open_index
from service.settings import Settings


class Opened:
    """What the service answers from; `problem` says why when nothing could be opened. `since` is Unix time."""

    def __init__(self, settings: Settings, make_encoder: Callable[[], Encoder] | None = None) -> None:
        self.since = int(time.time())
        self.problem: BaliError | None = None
        self._pair: tuple[Generation, Encoder] | None = None
        try:
            if make_encoder:
                encoder = make_encoder()
                self._pair = open_generation(settings.var, encoder.sha256), encoder
            else:
                self._pair = open_index(settings.var, settings.models)
        except BaliError as error:
            self.problem = error

    @property
    def pair(self) -> tuple[Generation, Encoder]:
        """The open generation and the encoder it was built with; raises the `problem` there is instead."""
        if self._pair is None:
            assert self.problem is not None
            raise self.problem.with_traceback(None)  # else every raise would lengthen the one it has
        return self._pair


def state(request: Request) -> Opened:
    """What the application of `request` has opened."""
    opened: Opened = request.app.state.opened
    return opened


def pair(request: Request) -> tuple[Generation, Encoder]:
    """The generation that `request` is answered from, and its encoder."""
    return state(request).pair


Open = Annotated[tuple[Generation, Encoder], Depends(pair)]
