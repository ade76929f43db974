"""Single-vector evidence: exact inner products of unit vectors, by FAISS."""

from pathlib import Path
from typing import cast

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

FILE = "dense.faiss"


class DenseIndex:
    """A flat FAISS index; row n is passage n."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        # a view of the memory that the index owns: it must not outlive it
        self._vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(
            index.ntotal, index.d
        )

    @classmethod
    def build(cls, vectors: Vectors) -> "DenseIndex":
        """From vectors of shape (passages, dimensions)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> "DenseIndex":
        """From a folder whose hashes have been checked: FAISS itself does not notice damage."""
        return cls(cast(faiss.IndexFlatIP, faiss.read_index(str(folder / FILE))))

    def save(self, folder: Path) -> None:
        """Write the index as `FILE` under `folder`."""
        faiss.write_index(self._index, str(folder / FILE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        return int(self._index.d)

    def vectors(self, rows: NDArray[np.intp] | slice = slice(None)) -> Vectors:
        """A copy of the vectors of `rows`, all by default, of shape (rows, dimensions)."""
        return np.array(self._vectors[rows], np.float32)

    def scores(self, query: Vectors) -> Vectors:
        """The cosine of one query vector with every passage, of shape (passages,)."""
        return np.asarray(self._vectors @ query, np.float32)
