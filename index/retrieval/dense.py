"""Single-vector evidence: inner products of unit vectors, compared with all while that is fast enough.

dense/vectors.bin   the vectors, row by row, in 32-bit floats
dense/lists.faiss   above `EXACT_UP_TO` the same in FAISS's inverted lists, by which the nearest are found sooner
"""

import math
import mmap
from collections.abc import Iterator
from contextlib import ExitStack
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
_FEW = 0.1  # a filter that leaves a smaller share of the vectors is searched exactly
_RECALL, _AT = 0.99, 10  # of the true ten nearest, the share that lists must find
_MORE = 2  # times as many as are wanted are found by eight bits a number, and compared anew
_BLOCK = 8192  # vectors looked at together
_SAMPLE = 256  # vectors whose neighbours the recall is measured by
_TRAINING, _ROUNDS = (
    64,
    10,
)  # vectors a list that their centres are learned from, and how often they are moved
_FIRST_PROBES = 16


class DenseIndex:
    """Row n is passage n. Filters that leave few are exact at any size: lists lose their recall there."""

    def __init__(self, vectors: Vectors, lists: Any = None, data: bytes | mmap.mmap = b"") -> None:
        self._vectors = vectors
        self._lists = lists
        self._lookups = MappedPages(data)

    @classmethod
    def build(cls, vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> "DenseIndex":
        """From vectors of shape (passages, dimensions), which are kept as they are."""
        count, dimensions = vectors.shape
        if count <= exact_up_to:
            return cls(vectors)
        import faiss

        lists = max(1, min(int(2 * math.sqrt(count)), count // 64))
        index: Any = faiss.index_factory(dimensions, KIND.format(lists=lists), faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid = _ROUNDS, _TRAINING
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
        """From proved files: FAISS itself does not notice damage. Raises `GenerationError`."""
        with files.mapping(VECTORS) as data:
            vectors = from_rows(data, "float32", dimensions)
            # a sum is finite where all it is of are
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
        """Write the lists, if there are any; the vectors are written by `VectorsWriter`."""
        if self._lists is not None:
            import faiss

            draft.write(LISTS, faiss.serialize_index(self._lists).data)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        return int(self._vectors.shape[1])

    @property
    def kind(self) -> str:
        """How it searches: "flat", or its lists and how many of them are looked into."""
        if self._lists is None:
            return "flat"
        return f"{KIND.format(lists=self._lists.nlist)},nprobe={self._lists.nprobe}"

    def recall(self, sample: Vectors) -> float:
        """Of the ten nearest to each vector of a sample by exact comparison, the share found."""
        return self._recall(sample, _nearest_of_all(self._vectors, sample))

    def _recall(self, sample: Vectors, exact: NDArray[np.intp]) -> float:
        found = [self.nearest(vector, None, _AT).tolist() for vector in sample]
        hits = [len(set(one) & set(other)) for one, other in zip(exact.tolist(), found, strict=True)]
        return sum(hits) / exact.size

    def vectors(self, rows: NDArray[np.intp] | None = None) -> Vectors:
        """The vectors of `rows`, a copy, or all as they lie on the disk, of shape (rows, dimensions)."""
        if rows is None:
            return self._vectors
        found = self._vectors[rows]
        self._lookups.add(len(rows))
        return found

    def scores(self, query: Vectors, rows: NDArray[np.intp] | None = None) -> Vectors:
        """The cosine of one query vector with the passages `rows`, all by default."""
        if rows is None or len(rows) == len(self):
            return np.asarray(self._vectors @ query, np.float32)
        return np.asarray(self.vectors(rows) @ query, np.float32)

    def nearest(self, query: Vectors, rows: NDArray[np.intp] | None, count: int) -> NDArray[np.intp]:
        """The `count` of `rows`, in order, nearest to one query vector; of all where it is None. In no order."""
        left = len(self) if rows is None else len(rows)
        if left <= count:
            return np.arange(left) if rows is None else rows
        if self._lists is not None and left >= _FEW * len(self):
            proposed = self._by_lists(query, None if left == len(self) else rows, _MORE * count)
            # what a filter lets through may lie in few lists, and far from the question
            rows = proposed if len(proposed) >= min(_MORE * count, left) else rows
        elif left >= _FEW * len(self):
            scores = _inner_products(query, self._vectors)  # read sooner all in a row than in part
            return top_k(scores, count) if rows is None else rows[top_k(scores[rows], count)]
        best = top_k(self.scores(query, rows), count)
        return best if rows is None else rows[best]

    def _by_lists(self, query: Vectors, rows: NDArray[np.intp] | None, count: int) -> NDArray[np.intp]:
        import faiss

        known: Any = faiss  # its stubs miss what takes arrays and names
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
    """Writes vectors to a draft, a few at a time, within its context; then `index` is made of them all."""

    def __init__(self, draft: Draft, dimensions: int) -> None:
        self._draft = draft
        self._dimensions = dimensions
        self._open = ExitStack()

    def __enter__(self) -> "VectorsWriter":
        self._stream = self._open.enter_context(self._draft.streaming(VECTORS))
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, vectors: Vectors) -> None:
        """The next vectors, of shape (passages, dimensions)."""
        self._stream.write(np.ascontiguousarray(vectors, np.float32).reshape(-1).data)

    def finish(self) -> DenseIndex:
        """The index of all vectors that were added, its lists written."""
        shape = self._stream.size // (4 * self._dimensions), self._dimensions
        index = DenseIndex.build(np.memmap(self._draft.folder / VECTORS, np.float32, "r", shape=shape))
        index.save_lists(self._draft)
        return index


def _inner_products(query: Vectors, vectors: Vectors) -> Vectors:
    """Of shape (vectors,), by FAISS's kernel, which takes less than half the time of linear algebra's."""
    import faiss

    known: Any = faiss
    found = np.empty(len(vectors), np.float32)
    query = np.ascontiguousarray(query, np.float32)  # a name of its own: FAISS reads its memory
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
        kept = np.argpartition(-best, min(_AT, best.shape[1]) - 1, axis=1)[:, :_AT]
        best, rows = np.take_along_axis(best, kept, 1), np.take_along_axis(rows, kept, 1)
    return rows


def _read_lists(path: Path, count: int, dimensions: int) -> Any:
    """FAISS's lists of so many vectors, mapped. Raises whatever FAISS does, and `ValueError`."""
    import faiss

    known: Any = faiss
    index = known.read_index(str(path), known.IO_FLAG_MMAP_IFC)
    expect(
        isinstance(index, known.IndexIVFScalarQuantizer) and index.is_trained,
        f"holds a {type(index).__name__}",
    )
    expect(index.metric_type == known.METRIC_INNER_PRODUCT, "compares by another metric")
    expect((index.ntotal, index.d) == (count, dimensions), "is of other vectors")
    expect(0 < index.nprobe <= index.nlist, "looks into no list")
    centres = index.quantizer.reconstruct_n(0, index.nlist)
    trained = known.vector_to_array(index.sq.trained)
    expect(bool(np.isfinite(centres).all() and np.isfinite(trained).all()), "a number is not finite")
    seen = np.zeros(count, bool)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        ids = known.rev_swig_ptr(index.invlists.get_ids(number), size) if size else np.zeros(0, np.int64)
        expect(bool(((ids >= 0) & (ids < count)).all()), "names a passage that there is not")
        seen[ids] = True
    expect(bool(seen.all()), "leaves a passage out")
    return index
