"""The largest of many values, without sorting them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256  # values; their largest are compared first


def top_k(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """The places of the `count` largest values, in order; of equal ones at the limit, the first."""
    if len(values) <= count:
        return np.arange(len(values))
    blocks = len(values) // _BLOCK
    if blocks > 4 * count:
        # at least `count` values are no smaller than the count-th largest of the blocks' maxima
        highest = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(highest, blocks - count)[blocks - count]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    some = values[places]
    bound = np.partition(some, len(some) - count)[len(some) - count]
    above, equal = places[some > bound], places[some == bound]
    return np.sort(np.concatenate([above, equal[: count - len(above)]]))
