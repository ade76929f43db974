"""Late interaction: each word piece of a question is compared with those of a passage.

This is ColBERT's MaxSim (Khattab & Zaharia 2020) with weights, on the codes by `index/retrieval/quantizer.py` of the
contextual vectors of all word pieces of a passage.
"""

import mmap
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.retrieval.maxsim_onnx import Product, model
from index.retrieval.quantizer import Codes, Quantizer
from index.storage.arrays import from_npy, from_rows, to_npy
from index.storage.drafts import Draft
from index.storage.files import Files, expect
from index.storage.mapped_pages import MappedPages
from index.terms import FUNCTION_WORDS
from index.types import Encoding, Vectors

_BASIS, _CODES = "tokens/basis.npy", "tokens/codes.bin"
_STARTS, _FREQUENCIES = "tokens/starts.npy", "tokens/frequencies.npy"
_PRODUCT = "tokens/product.onnx"
_FUNCTION_WORD = 0.1  # weight of a function word in a question, relative to other words
# up to so many codes are kept unpacked too, in at most 30 MB: unpacking takes as long as comparing
_UNPACKED_UP_TO = 65_536


@dataclass(frozen=True, slots=True)
class TokenSimilarities:
    """Cosines of the word pieces of a question, in several readings, with those of passages.

    `cosines` has shape (pieces of all readings, pieces of all passages). Passage n has `lengths[n]` pieces, from
    `begins[n]` on; `readings` has the number of pieces of each reading.
    """

    cosines: Vectors
    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]
    readings: Sequence[int]

    def nearest(self) -> Vectors:
        """Of shape (passages, pieces of all readings): the largest cosine with any piece of the passage."""
        some = self.lengths > 0
        if some.all() and self.cosines.size:
            return np.maximum.reduceat(self.cosines, self.begins, axis=1).T
        nearest = np.zeros((len(self.cosines), len(some)), np.float32)
        if self.cosines.size:
            nearest[:, some] = np.maximum.reduceat(self.cosines, self.begins[some], axis=1)
        return nearest.T

    def scores(self, weights: Sequence[Vectors]) -> Vectors:
        """The score of each passage for its best reading, of shape (passages,).

        It is the mean of the nearest cosines of the reading's pieces, by their `TokenIndex.weights`.
        """
        nearest, begin, scores = self.nearest(), 0, []
        for one, pieces in zip(weights, self.readings, strict=True):
            scores.append(np.einsum("rp,p->r", nearest[:, begin : begin + pieces], one))
            begin += pieces
        return np.asarray(scores[0] if len(scores) == 1 else np.max(scores, axis=0), np.float32)

    def with_first(self, passage: int) -> Vectors:
        """Of shape (pieces of the passage, pieces of the first reading)."""
        begin = self.begins[passage]
        return self.cosines[: self.readings[0], begin : begin + self.lengths[passage]].T


class TokensWriter:
    """Writes the codes of passages to a draft, some passages at a time."""

    def __init__(self, draft: Draft, quantizer: Quantizer) -> None:
        self._draft, self._quantizer = draft, quantizer
        self._codes = draft.open(_CODES)
        self._lengths = array("i")
        self._frequencies: Counter[int] = Counter()

    def add(self, codes: Sequence[Codes], pieces: Sequence[NDArray[np.int32]]) -> None:
        """The codes of the next passages, with the ids of their word pieces."""
        self._codes.write(np.concatenate(codes).reshape(-1).data)
        self._lengths.extend(map(len, codes))
        self._frequencies.update(_frequencies(pieces))

    def finish(self) -> None:
        """Write all files, when every passage was added."""
        self._codes.finish()
        count = sum(self._lengths)
        if _is_small(count):
            self._draft.write(_PRODUCT, model(self._quantizer, count))
        table = np.array(sorted(self._frequencies.items()), np.int32).reshape(-1, 2).T
        self._draft.write(_BASIS, *to_npy(self._quantizer.basis.astype(np.float16)))
        self._draft.write(_STARTS, *to_npy(_starts(self._lengths)))
        self._draft.write(_FREQUENCIES, *to_npy(table))


def _is_small(codes: int) -> bool:
    return 0 < codes <= _UNPACKED_UP_TO


def _starts(lengths: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _frequencies(pieces: Iterable[NDArray[np.int32]]) -> dict[int, int]:
    """The number of passages that have each word piece, by its id."""
    ids, counts = np.unique(np.concatenate([np.unique(row) for row in pieces]), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


class TokenIndex:
    """Codes of all word pieces of all passages; those of passage n are rows `starts[n]:starts[n + 1]`."""

    def __init__(
        self,
        quantizer: Quantizer,
        codes: Codes,
        starts: NDArray[np.int64],
        frequencies: Mapping[int, int],
        product: Product | None = None,
        data: bytes | mmap.mmap = b"",
    ):
        self.quantizer = quantizer
        self._codes = codes
        self._starts = starts
        found, worded = np.array([*frequencies.values(), 0], np.float32), np.count_nonzero(np.diff(starts))
        *roots, self._rarest = np.sqrt(np.log1p((worded - found + 0.5) / (found + 0.5))).tolist()
        self._roots = dict(zip(frequencies, roots, strict=True))  # of the idf of each word piece
        self._product = product
        self._lookups = MappedPages(data)

    @classmethod
    def of(
        cls, quantizer: Quantizer, codes: Sequence[Codes], pieces: Sequence[NDArray[np.int32]]
    ) -> "TokenIndex":
        """In memory, from the codes of each passage and the ids of its word pieces, in order."""
        together, product = np.concatenate(codes), None
        if _is_small(len(together)):
            product = Product(model(quantizer, len(together)), quantizer, together)
        return cls(quantizer, together, _starts(map(len, codes)), _frequencies(pieces), product)

    @classmethod
    def load(cls, files: Files) -> "TokenIndex":
        """From proved files. Raises `GenerationError`."""
        basis = _load_basis(files)
        with files.mapping(_CODES) as mapped:
            codes: Codes = from_rows(mapped, "uint8", basis.shape[1] // 2)
        starts = _load_starts(files, len(codes))
        frequencies = _load_frequencies(files, len(starts) - 1)
        quantizer, product = Quantizer(basis), None
        if _is_small(len(codes)):
            with files.parsing(_PRODUCT) as data:
                product = Product(data, quantizer, codes)
        return cls(quantizer, codes, starts, frequencies, product, mapped)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def vectors(self, row: int) -> Vectors:
        """The word pieces of one passage as unit vectors on the axes, of shape (pieces, axes)."""
        return self.quantizer.decode(self.codes(row))

    def codes(self, row: int) -> Codes:
        return self._codes[self._starts[row] : self._starts[row + 1]]

    def weights(self, question: str, encoding: Encoding) -> Vectors:
        """The weights of a question's word pieces, of sum 1: the square root of idf, less for function words.

        Pieces of a model trained for late interaction count alike, as they did in its training.
        """
        if encoding.alike:
            return np.full(len(encoding.ids), 1 / max(1, len(encoding.ids)), np.float32)
        roots = np.array([self._roots.get(id, self._rarest) for id in encoding.ids.tolist()], np.float32)
        for piece, (begin, end) in enumerate(encoding.spans.tolist()):
            if question[begin:end].lower() in FUNCTION_WORDS:
                roots[piece] *= _FUNCTION_WORD
        return np.asarray(roots / max(float(roots.sum()), 1e-9), np.float32)

    def compare(self, readings: Sequence[Encoding], rows: NDArray[np.intp]) -> TokenSimilarities:
        """The cosines of readings of a question with the passages `rows`."""
        pieces = np.concatenate([encoding.tokens for encoding in readings])
        starts, ends = self._starts[rows], self._starts[rows + 1]
        lengths = ends - starts
        begins = np.cumsum(lengths) - lengths
        if len(rows) and np.array_equal(starts[1:], ends[:-1]):  # neighbours: nothing needs to be copied
            taken: slice | NDArray[np.int64] = slice(starts[0], ends[-1])
        else:
            taken = np.repeat(starts - begins, lengths) + np.arange(lengths.sum())
        cosines = (
            self._product.of(pieces)[:, taken]
            if self._product
            else self.quantizer.cosines(pieces, self._codes[taken]).T
        )
        self._lookups.add(len(rows))
        return TokenSimilarities(cosines, begins, lengths, [len(encoding.ids) for encoding in readings])

    def nearest(self, query: Encoding, rows: NDArray[np.intp]) -> Vectors:
        """Of shape (rows, pieces): the largest cosine of each piece of the question with any piece of a passage."""
        return self.compare([query], rows).nearest()


def _load_basis(files: Files) -> Vectors:
    with files.parsing(_BASIS) as data:
        basis = from_npy(data, "float16", 2).astype(np.float32)
        expect(basis.shape[1] % 2 == 0, f"has {basis.shape[1]} axes, of which two share a byte")
        expect(bool(np.isfinite(basis).all()), "an axis is not finite")
    return basis


def _load_starts(files: Files, codes: int) -> NDArray[np.int64]:
    with files.parsing(_STARTS) as data:
        starts = from_npy(data, "int64", 1)
        ends = len(starts) > 1 and starts[0] == 0 and starts[-1] == codes
        expect(bool(ends and (np.diff(starts) >= 0).all()), "does not divide the codes")
    return starts


def _load_frequencies(files: Files, passages: int) -> dict[int, int]:
    with files.parsing(_FREQUENCIES) as data:
        ids, counts = from_npy(data, "int32", 2)
        expect(bool((np.diff(ids) > 0).all() and (ids[:1] >= 0).all()), "ids are not in order")
        expect(bool(((counts > 0) & (counts <= passages)).all()), "counts other passages")
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))
