"""Single-vector evidence: inner products of unit vectors, by FAISS; exact while that is fast enough."""

import math
import threading
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.drafts import Draft
from index.encoder import Vectors
from index.files import Files, expect

FILE = "dense.faiss"
_FAISS: Any = faiss  # its stubs miss what takes arrays and names
EXACT_UP_TO = 100_000  # vectors; comparing a question with so many takes less time than encoding it
_FEW = 0.1  # a filter that leaves a smaller share of the vectors is searched exactly
_RECALL, _AT = 0.99, 10  # of the true ten nearest, the share that an inexact index must find
_BLOCK = 8192  # vectors checked at a time
_READING = threading.Lock()  # the limit of FAISS is one for all threads
_SAMPLE = 256  # vectors whose neighbours the recall is measured by


class DenseIndex:
    """Flat up to `EXACT_UP_TO` vectors, above that inverted lists of 16-bit vectors; row n is passage n.

    Filters are exact at any size: inexact indexes lose their recall when few rows are let through.
    """

    def __init__(self, index: Any) -> None:
        self._index = index
        self._flat: Vectors | None = None
        if isinstance(index, faiss.IndexFlat):
            # a view of the memory that the index owns: it must not outlive it
            memory = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
            self._flat = memory.reshape(index.ntotal, index.d)
        else:
            index.set_direct_map_type(_FAISS.DirectMap.Array)

    @classmethod
    def build(cls, vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> "DenseIndex":
        """From vectors of shape (passages, dimensions)."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        count, dimensions = vectors.shape
        flat = faiss.IndexFlatIP(dimensions)
        flat.add(vectors)
        if count <= exact_up_to:
            return cls(flat)
        lists = max(1, min(int(4 * math.sqrt(count)), count // 64))
        index: Any = faiss.index_factory(dimensions, f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        index.add(vectors)
        built = cls(index)
        index.nprobe = 1
        while built.recall(vectors) < _RECALL and index.nprobe < lists:
            index.nprobe = min(2 * index.nprobe, lists)
        return built

    @classmethod
    def load(cls, files: Files) -> "DenseIndex":
        """From proved files: FAISS itself does not notice damage. Raises `GenerationError`."""
        with files.parsing(FILE) as data:
            with _READING:
                faiss.set_deserialization_vector_byte_limit(
                    len(data)
                )  # nothing in a file is longer than the file
                index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
            known = isinstance(index, faiss.IndexFlat | faiss.IndexIVFScalarQuantizer)
            expect(known and index.is_trained, f"holds a {type(index).__name__}")
            expect(index.metric_type == faiss.METRIC_INNER_PRODUCT, "compares by another metric")
            found = cls(index)
            for begin in range(0, len(found), _BLOCK):
                rows = np.arange(begin, min(begin + _BLOCK, len(found)))
                expect(bool(np.isfinite(found.vectors(rows)).all()), "a vector is not finite")
            return found

    def save(self, draft: Draft) -> None:
        """Write the index as `FILE`."""
        draft.write(FILE, faiss.serialize_index(self._index).data)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        return int(self._index.d)

    @property
    def kind(self) -> str:
        """How it searches: "flat", or its lists and how many of them are looked into."""
        return (
            "flat" if self._flat is not None else f"IVF{self._index.nlist},SQfp16,nprobe={self._index.nprobe}"
        )

    def recall(self, vectors: Vectors) -> float:
        """Of the ten nearest by exact comparison, the share found, over a sample of `vectors` as queries."""
        sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
        exact = faiss.knn(sample, vectors, _AT, faiss.METRIC_INNER_PRODUCT)[1]
        found = self._index.search(sample, _AT)[1]
        hits = [len(set(one) & set(other)) for one, other in zip(exact.tolist(), found.tolist(), strict=True)]
        return sum(hits) / exact.size

    def vectors(self, rows: NDArray[np.intp] | None = None) -> Vectors:
        """A copy of the vectors of `rows`, all by default, of shape (rows, dimensions)."""
        if self._flat is not None:
            return np.array(self._flat if rows is None else self._flat[rows], np.float32)
        wanted = np.arange(len(self)) if rows is None else rows
        return np.asarray(self._index.reconstruct_batch(wanted.astype(np.int64)), np.float32)

    def scores(self, query: Vectors, rows: NDArray[np.intp] | None = None) -> Vectors:
        """The cosine of one query vector with the passages `rows`, all by default."""
        if self._flat is not None and (rows is None or len(rows) == len(self)):
            return np.asarray(self._flat @ query, np.float32)
        return np.asarray(self.vectors(rows) @ query, np.float32)

    def nearest(self, query: Vectors, rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
        """The `count` of `rows` nearest to one query vector, in no order."""
        if len(rows) <= count:
            return rows
        if len(rows) < _FEW * len(self):
            return rows[np.argpartition(-self.scores(query, rows), count)[:count]]
        parameters: Any = None
        if len(rows) < len(self):
            bits = np.packbits(np.isin(np.arange(len(self)), rows), bitorder="little")
            selector = _FAISS.IDSelectorBitmap(bits)
            parameters = (
                _FAISS.SearchParameters(sel=selector)
                if self._flat is not None
                else _FAISS.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
            )
        found = self._index.search(query.reshape(1, -1), count, params=parameters)[1][0]
        return np.asarray(found[found >= 0], np.intp)
