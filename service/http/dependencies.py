"""Dependencies of routes: the index that is open when the request comes."""

from typing import Annotated

from fastapi import Depends, Request

from index.opening import OpenIndex
from service.serving.current_index import CurrentIndex


def current_index(request: Request) -> CurrentIndex:
    current: CurrentIndex = request.app.state.current_index
    return current


async def current_pair(request: Request) -> OpenIndex:
    """The index that answers `request`, and its encoder. As a coroutine it needs no thread."""
    found = current_index(request).pair
    request.state.generation = found[0].id
    return found


Open = Annotated[OpenIndex, Depends(current_pair)]
