"""A tiny deterministic encoder: hashed character trigrams. Similar words get similar vectors; nothing is loaded."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from index.encoder import Vectors


class TinyEncoder:
    """Counts what it encodes, so that tests see what was computed again."""

    name = "tiny"
    dimensions = 64
    max_tokens = 400

    def __init__(self, sha256: str = "0" * 64) -> None:
        self.sha256 = sha256
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), 64)."""
        self.encoded.extend(texts)
        vectors = np.array([self._vector(text) for text in texts], np.float32).reshape(
            len(texts), self.dimensions
        )
        if advance:
            advance(len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text."""
        return [len(text.split()) for text in texts]

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimensions, 1e-6, np.float32)
        padded = f"  {text.lower()} "
        for n in range(len(padded) - 2):
            vector[hashlib.sha256(padded[n : n + 3].encode()).digest()[0] % self.dimensions] += 1
        return vector / np.linalg.norm(vector)
