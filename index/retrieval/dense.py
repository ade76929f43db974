"""Single vectors: inner products with all of them, or, for large corpora, with those in the nearest inverted lists.

dense/vectors.bin   the vectors, row by row, in 32-bit floats
dense/lists.faiss   above `EXACT_UP_TO`: the same vectors in FAISS's inverted lists
"""

import math
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.retrieval.top_k import top_k
from index.storage.arrays import from_rows
from index.storage.drafts import Draft
from index.storage.files import Files, expect
from index.storage.mapped_pages import MappedPages
from index.types import Vectors

VECTORS, LISTS = "dense/vectors.bin", "dense/lists.faiss"
EXACT_UP_TO = 100_000  # vectors
KIND = "IVF{lists},SQ8"
_EXACT_SHARE = 0.1  # a filter that leaves a smaller share of the vectors is searched exactly
_RECALL, _DEPTH = 0.99, 10  # the share of the true ten nearest that lists must find
_OVERSAMPLING = 2  # the lists, of eight bits a number, propose so many times the vectors wanted
_BLOCK = 8192  # vectors compared at a time
_SAMPLE = 256  # vectors that measure the recall
_TRAINING, _ITERATIONS = 64, 10  # of k-means: vectors for each list, and iterations
_FIRST_PROBES = 16


class DenseIndex:
    """Row n is passage n. Where a filter leaves few rows the search is exact: lists lose their recall there."""

    def __init__(self, vectors: Vectors, lists: Any = None, data: bytes | mmap.mmap = b"") -> None:
        self._vectors = vectors
        self._lists = lists
        self._lookups = MappedPages(data)

    @classmethod
    def build(cls, vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> "DenseIndex":
        """From vectors of shape (passages, dimensions), without a copy."""
        count, dimensions = vectors.shape
        if count <= exact_up_to:
            return cls(vectors)
        import faiss

        lists = max(1, min(int(2 * math.sqrt(count)), count // 64))
        index: Any = faiss.index_factory(dimensions, KIND.format(lists=lists), faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid = _ITERATIONS, _TRAINING
        index.train(np.array(vectors[:: max(1, count // (_TRAINING * lists))], np.float32))
        for _, block in _blocks(vectors):
            index.add(np.array(block))
        built = cls(vectors, index)
        index.nprobe = min(_FIRST_PROBES, lists)
        sample = vectors[:: max(1, count // _SAMPLE)]
        exact = _nearest_of_all(vectors, sample)
        while built._recall(sample, exact) < _RECALL and index.nprobe < lists:
            index.nprobe = min(2 * index.nprobe, lists)
        return built

    @classmethod
    def load(cls, files: Files, dimensions: int) -> "DenseIndex":
        """From proved files, since FAISS does not notice damage. Raises `GenerationError`."""
        with files.mapping(VECTORS) as data:
            vectors = from_rows(data, "float32", dimensions)
            # a sum is finite only if all its terms are
            ones = np.ones(dimensions, np.float32)
            expect(
                all(np.isfinite(block @ ones).all() for _, block in _blocks(vectors)),
                "a vector is not finite",
            )
        if LISTS not in files.names():
            return cls(vectors)
        with files.proving(LISTS) as path:
            return cls(vectors, _read_lists(path, *vectors.shape), data)

    def save_lists(self, draft: Draft) -> None:
        """Write the lists, if there are any."""
        if self._lists is not None:
            import faiss

            draft.write(LISTS, faiss.serialize_index(self._lists).data)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._vectors.shape[1])

    @property
    def kind(self) -> str:
        """How it searches: "flat", or the lists and how many of them are probed."""
        if self._lists is None:
            return "flat"
        return f"{KIND.format(lists=self._lists.nlist)},nprobe={self._lists.nprobe}"

    def recall(self, sample: Vectors) -> float:
        """The share of the true ten nearest to each vector of a sample that is found."""
        return self._recall(sample, _nearest_of_all(self._vectors, sample))

    def _recall(self, sample: Vectors, exact: NDArray[np.intp]) -> float:
        found = [self.nearest(vector, None, _DEPTH).tolist() for vector in sample]
        hits = [len(set(one) & set(other)) for one, other in zip(exact.tolist(), found, strict=True)]
        return sum(hits) / exact.size

    def vectors(self, rows: NDArray[np.intp] | None = None) -> Vectors:
        """A copy of the vectors of `rows`, or all as mapped, of shape (rows, dimensions)."""
        if rows is None:
            return self._vectors
        found = self._vectors[rows]
        self._lookups.add(len(rows))
        return found

    def scores(self, query: Vectors, rows: NDArray[np.intp] | None = None) -> Vectors:
        """The cosines of one query vector with the passages `rows`, all by default."""
        if rows is None or len(rows) == len(self):
            return np.asarray(self._vectors @ query, np.float32)
        return np.asarray(self.vectors(rows) @ query, np.float32)

    def nearest(self, query: Vectors, rows: NDArray[np.intp] | None, count: int) -> NDArray[np.intp]:
        """The `count` of `rows` nearest to one query vector, in no order; `rows` are in order, None means all."""
        left = len(self) if rows is None else len(rows)
        if left <= count:
            return np.arange(left) if rows is None else rows
        if self._lists is not None and left >= _EXACT_SHARE * len(self):
            proposed = self._by_lists(query, None if left == len(self) else rows, _OVERSAMPLING * count)
            # the rows of a filter may lie in few lists, far from the question
            rows = proposed if len(proposed) >= min(_OVERSAMPLING * count, left) else rows
        elif left >= _EXACT_SHARE * len(self):
            scores = _inner_products(query, self._vectors)  # all in a row are read sooner than a part
            return top_k(scores, count) if rows is None else rows[top_k(scores[rows], count)]
        best = top_k(self.scores(query, rows), count)
        return best if rows is None else rows[best]

    def _by_lists(self, query: Vectors, rows: NDArray[np.intp] | None, count: int) -> NDArray[np.intp]:
        import faiss

        known: Any = faiss  # its stubs lack functions of arrays
        parameters = None
        if rows is not None:
            passing = np.zeros(len(self), bool)
            passing[rows] = True
            bits = np.packbits(passing, bitorder="little")
            selector = known.IDSelectorBitmap(bits)
            more = math.ceil(self._lists.nprobe * len(self) / len(rows))
            parameters = known.SearchParametersIVF(sel=selector, nprobe=min(self._lists.nlist, more))
        found = self._lists.search(query.reshape(1, -1), count, params=parameters)[1][0]
        return np.sort(found[found >= 0]).astype(np.intp)


class VectorsWriter:
    """Writes vectors to a draft, some at a time; then makes the index of them all."""

    def __init__(self, draft: Draft, dimensions: int) -> None:
        self._draft, self._dimensions = draft, dimensions
        self._stream = draft.open(VECTORS)

    def add(self, vectors: Vectors) -> None:
        """The next vectors, of shape (passages, dimensions)."""
        self._stream.write(np.ascontiguousarray(vectors, np.float32).reshape(-1).data)

    def finish(self) -> DenseIndex:
        """The index of all vectors added, its lists written."""
        self._stream.finish()
        shape = self._stream.size // (4 * self._dimensions), self._dimensions
        index = DenseIndex.build(np.memmap(self._draft.folder / VECTORS, np.float32, "r", shape=shape))
        index.save_lists(self._draft)
        return index


def _inner_products(query: Vectors, vectors: Vectors) -> Vectors:
    """Of shape (vectors,), by FAISS's kernel: less than half the time of NumPy's."""
    import faiss

    known: Any = faiss
    found = np.empty(len(vectors), np.float32)
    query = np.ascontiguousarray(query, np.float32)  # kept in a variable: FAISS reads its memory
    pointers = map(known.swig_ptr, (found, query, vectors))
    known.fvec_inner_products_ny(*pointers, vectors.shape[1], vectors.shape[0])
    return found


def _blocks(vectors: Vectors) -> Iterator[tuple[int, Vectors]]:
    for begin in range(0, len(vectors), _BLOCK):
        yield begin, vectors[begin : begin + _BLOCK]


def _nearest_of_all(vectors: Vectors, sample: Vectors) -> NDArray[np.intp]:
    """The rows of the ten nearest to each of a sample, of shape (sample, 10)."""
    best = np.full((len(sample), 0), 0, np.float32)
    rows = np.full((len(sample), 0), 0, np.intp)
    for begin, block in _blocks(vectors):
        best = np.concatenate([best, sample @ block.T], axis=1)
        rows = np.concatenate([rows, np.tile(np.arange(begin, begin + len(block)), (len(sample), 1))], axis=1)
        kept = np.argpartition(-best, min(_DEPTH, best.shape[1]) - 1, axis=1)[:, :_DEPTH]
        best, rows = np.take_along_axis(best, kept, 1), np.take_along_axis(rows, kept, 1)
    return rows


def _read_lists(path: Path, count: int, dimensions: int) -> Any:
    """FAISS's lists of `count` vectors, mapped. Raises FAISS's errors, and `ValueError`."""
    import faiss

    known: Any = faiss
    index = known.read_index(str(path), known.IO_FLAG_MMAP_IFC)
    expect(
        isinstance(index, known.IndexIVFScalarQuantizer) and index.is_trained,
        f"holds a {type(index).__name__}",
    )
    expect(index.metric_type == known.METRIC_INNER_PRODUCT, "compares by another metric")
    expect((index.ntotal, index.d) == (count, dimensions), "is of other vectors")
    expect(0 < index.nprobe <= index.nlist, "probes no list")
    centres = index.quantizer.reconstruct_n(0, index.nlist)
    trained = known.vector_to_array(index.sq.trained)
    expect(bool(np.isfinite(centres).all() and np.isfinite(trained).all()), "a number is not finite")
    seen = np.zeros(count, bool)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        ids = known.rev_swig_ptr(index.invlists.get_ids(number), size) if size else np.zeros(0, np.int64)
        expect(bool(((ids >= 0) & (ids < count)).all()), "names an unknown passage")
        seen[ids] = True
    expect(bool(seen.all()), "leaves a passage out")
    return index
