"""Single-vector evidence: exact inner products of unit vectors, by FAISS."""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

FILE = "dense.faiss"


class DenseIndex:
    """A flat FAISS index; row n is passage n."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> "DenseIndex":
        """From vectors of shape (passages, dimensions)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """From a folder whose hashes have been checked: FAISS itself does not notice damage."""
        return cls(faiss.read_index(str(folder / FILE)))

    def save(self, folder: Path) -> None:
        """Write the index as `FILE` under `folder`."""
        faiss.write_index(self._index, str(folder / FILE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """All vectors, of shape (passages, dimensions)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), np.float32)

    def scores(self, query: Vectors) -> NDArray[np.float32]:
        """The cosine of one query vector with every passage, of shape (passages,)."""
        found, ids = self._index.search(query.reshape(1, -1), len(self))
        scores = np.empty(len(self), np.float32)
        scores[ids[0]] = found[0]
        return scores
