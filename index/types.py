"""Vectors, and the encoding of a text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoding:
    """The vectors of a text.

    `pooled` is a unit vector of shape (dimensions,). For each word piece with a letter or a digit, in order, `ids` of
    shape (pieces,) has its id in the vocabulary, `spans` of shape (pieces, 2) its characters in the text, and `tokens`
    of shape (pieces, token_dimensions) its contextual unit vector. A model trained for late interaction chooses its
    pieces itself; they all count `alike`.
    """

    pooled: Vectors
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    tokens: Vectors
    alike: bool = False
