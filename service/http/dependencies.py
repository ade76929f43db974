"""What routes depend on: the index that is open when the request comes."""

from typing import Annotated

from fastapi import Depends, Request

from index.opening import OpenIndex
from service.serving.current_index import CurrentIndex


def state(request: Request) -> CurrentIndex:
    """What the application of `request` has opened."""
    opened: CurrentIndex = request.app.state.opened
    return opened


async def pair(request: Request) -> OpenIndex:
    """The generation that `request` is answered from, and its encoder; a coroutine, so that no thread is called for."""
    found = state(request).pair
    request.state.generation = found[0].id
    return found


Open = Annotated[OpenIndex, Depends(pair)]
