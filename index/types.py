"""Vectors, and what a model gives for a text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the model gives for a text.

    `pooled` is a unit vector of shape (dimensions,). For each word piece that holds a letter or a digit, in
    order, `ids` of shape (pieces,) has its id in the vocabulary, `spans` of shape (pieces, 2) its characters
    in the text, and `tokens` of shape (pieces, token_dimensions) its contextual vector, of length 1. A model that
    was trained for late interaction chooses its pieces itself, and they are all to count `alike`.
    """

    pooled: Vectors
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    tokens: Vectors
    alike: bool = False
