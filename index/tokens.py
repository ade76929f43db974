"""Late interaction: each word piece of a question against those of a passage.

It is ColBERT's MaxSim (Khattab & Zaharia 2020) with weights. The contextual vectors of all word pieces of a
passage are kept in few bytes: projected on a few axes, four bits an axis. The axes depend on the model alone, so
vectors can be taken over from one generation to the next: for the packaged model they were trained on questions
(`python -m eval.axes`), for another they are those along which the vectors of its own vocabulary vary most.
"""

import mmap
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import from_npy, from_rows, to_npy
from index.drafts import Draft
from index.encoder import Encoder, Encoding, Vectors, unit
from index.files import Files, expect
from index.lexical import FUNCTION_WORDS
from index.lookups import Lookups

_BASIS, _CODES = "tokens/basis.npy", "tokens/codes.bin"
_STARTS, _FREQUENCIES = "tokens/starts.npy", "tokens/frequencies.npy"
AXES = 112
_TRAINED = Path(__file__).with_name("axes")
# words of the vocabulary that the axes are learned from, and in one text
_PROBE_WORDS, _PROBE_LENGTH = 8192, 64
_FUNCTION_WORD = 0.1  # what a function word of a question counts, beside other words
_SEED = 20020228
_BLOCK = 2048  # codes unpacked at a time: they stay in the processor's cache

Codes = NDArray[np.uint8]


def axes_path(model_sha256: str) -> Path:
    """Where the axes trained for a model lie, an array of shape (token dimensions, AXES), or would."""
    return _TRAINED / f"{model_sha256[:16]}.npy"


class Quantizer:
    """Contextual vectors ↔ codes of `AXES` / 2 bytes; all count as unit vectors, lengths are not kept.

    A model of fewer dimensions has as many axes, less one if they are odd: two share a byte.
    """

    def __init__(self, basis: Vectors) -> None:
        self.basis = basis

    @classmethod
    def of(cls, encoder: Encoder) -> "Quantizer":
        """With the axes trained for the encoder's weights, or learned where there are none."""
        return cls.trained(encoder.sha256) or cls.learn(encoder)

    @classmethod
    def trained(cls, model_sha256: str) -> "Quantizer | None":
        """With the axes that come with the project for a model, if any do."""
        path = axes_path(model_sha256)
        return cls(np.load(path, allow_pickle=False).astype(np.float32)) if path.is_file() else None

    @classmethod
    def learn(cls, encoder: Encoder) -> "Quantizer":
        """From the vectors of words of the model's vocabulary, drawn and mixed with a fixed seed."""
        random = np.random.default_rng(_SEED)
        words = encoder.vocabulary()
        drawn = [words[n] for n in random.permutation(len(words))[:_PROBE_WORDS]]
        texts = [" ".join(drawn[n : n + _PROBE_LENGTH]) for n in range(0, len(drawn), _PROBE_LENGTH)]
        vectors = np.concatenate([encoding.tokens for encoding in encoder.read(texts)]).astype(np.float64)
        count = min(AXES, vectors.shape[1] // 2 * 2)
        axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :count]
        mixed, _ = np.linalg.qr(
            random.normal(size=(axes.shape[1], axes.shape[1]))
        )  # spreads the variance evenly
        return cls((axes @ mixed).astype(np.float16).astype(np.float32))

    def encode(self, vectors: Vectors) -> Codes:
        """Codes of shape (n, axes / 2): a coordinate in sixteenths of the largest of its vector, two in a byte."""
        projected = vectors @ self.basis
        largest = np.abs(projected).max(axis=1, keepdims=True, initial=1e-9)
        levels = np.clip(np.floor(projected / largest * 7.5) + 8, 0, 15).astype(np.uint8)
        half = levels.shape[1] // 2
        return np.asarray(levels[:, :half] << 4 | levels[:, half:], np.uint8)

    def cosines(self, vectors: Vectors, codes: Codes) -> Vectors:
        """Of shape (codes, vectors)."""
        projected = np.ascontiguousarray(unit(vectors @ self.basis).T)
        cosines = np.empty((len(codes), len(vectors)), np.float32)
        room = np.empty((min(_BLOCK, len(codes)), 2 * codes.shape[1]), np.float32)
        for begin in range(0, len(codes), _BLOCK):
            block = codes[begin : begin + _BLOCK]
            levels = _levels(block, room[: len(block)])
            lengths = np.sqrt(np.einsum("ij,ij->i", levels, levels))
            np.matmul(levels, projected, out=cosines[begin : begin + _BLOCK])
            cosines[begin : begin + _BLOCK] /= lengths[:, None]
        return cosines

    def decode(self, codes: Codes) -> Vectors:
        """Unit vectors on the axes, of shape (n, axes)."""
        return unit(_levels(codes, np.empty((len(codes), 2 * codes.shape[1]), np.float32)))


def _levels(codes: Codes, levels: Vectors) -> Vectors:
    """Written into `levels`, and given back."""
    half = codes.shape[1]
    levels[:, :half] = codes >> 4
    levels[:, half:] = codes & 15
    levels -= 7.5
    return levels


class TokensWriter:
    """Writes the codes of passages to a draft, a few passages at a time, within its context."""

    def __init__(self, draft: Draft, quantizer: Quantizer) -> None:
        self._draft = draft
        self._quantizer = quantizer
        self._lengths = array("i")
        self._frequencies: Counter[int] = Counter()
        self._open = ExitStack()

    def __enter__(self) -> "TokensWriter":
        self._codes = self._open.enter_context(self._draft.streaming(_CODES))
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, codes: Sequence[Codes], pieces: Sequence[NDArray[np.int32]]) -> None:
        """The codes of the next passages, and the ids of their word pieces."""
        self._codes.write(np.concatenate(codes).reshape(-1).data)
        self._lengths.extend(map(len, codes))
        self._frequencies.update(_frequencies(pieces))

    def finish(self) -> None:
        """Write what is known when all were added."""
        table = np.array(sorted(self._frequencies.items()), np.int32).reshape(-1, 2).T
        self._draft.write(_BASIS, *to_npy(self._quantizer.basis.astype(np.float16)))
        self._draft.write(_STARTS, *to_npy(_starts(self._lengths)))
        self._draft.write(_FREQUENCIES, *to_npy(table))


def _starts(lengths: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _frequencies(pieces: Iterable[NDArray[np.int32]]) -> dict[int, int]:
    """By word piece, how many passages have it."""
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
        data: bytes | mmap.mmap = b"",
    ):
        self.quantizer = quantizer
        self._codes = codes
        self._starts = starts
        self._frequencies = frequencies
        self._lookups = Lookups(data)

    @classmethod
    def of(
        cls, quantizer: Quantizer, codes: Sequence[Codes], pieces: Sequence[NDArray[np.int32]]
    ) -> "TokenIndex":
        """In memory, from the codes of each passage and the ids of its word pieces, in order."""
        return cls(quantizer, np.concatenate(codes), _starts(map(len, codes)), _frequencies(pieces))

    @classmethod
    def load(cls, files: Files) -> "TokenIndex":
        """From proved files. Raises `GenerationError`."""
        with files.parsing(_BASIS) as data:
            basis = from_npy(data, "float16", 2).astype(np.float32)
            expect(basis.shape[1] % 2 == 0, f"has {basis.shape[1]} axes, of which two share a byte")
            expect(bool(np.isfinite(basis).all()), "an axis is not finite")
        with files.mapping(_CODES) as mapped:
            codes: Codes = from_rows(mapped, "uint8", basis.shape[1] // 2)
        with files.parsing(_STARTS) as data:
            starts = from_npy(data, "int64", 1)
            ends = len(starts) > 1 and starts[0] == 0 and starts[-1] == len(codes)
            expect(bool(ends and (np.diff(starts) >= 0).all()), "does not divide the codes")
        with files.parsing(_FREQUENCIES) as data:
            ids, counts = from_npy(data, "int32", 2)
            expect(bool((np.diff(ids) > 0).all() and (ids[:1] >= 0).all()), "ids are not in order")
            expect(bool(((counts > 0) & (counts < len(starts))).all()), "counts other passages")
        frequencies = dict(zip(ids.tolist(), counts.tolist(), strict=True))
        return cls(Quantizer(basis), codes, starts, frequencies, mapped)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def vectors(self, row: int) -> Vectors:
        """The word pieces of one passage on the axes, of shape (pieces, axes) and length 1."""
        return self.quantizer.decode(self.codes(row))

    def codes(self, row: int) -> Codes:
        """The codes of one passage."""
        return self._codes[self._starts[row] : self._starts[row + 1]]

    def weights(self, question: str, encoding: Encoding) -> Vectors:
        """What each word piece of a question counts: the square root of its idf, less for a function word.

        Pieces of a model that was trained for late interaction count alike, as they did in its training.
        """
        if encoding.alike:
            return np.full(len(encoding.ids), 1 / max(1, len(encoding.ids)), np.float32)
        found = np.array([self._frequencies.get(int(id), 0) for id in encoding.ids], np.float32)
        roots = np.sqrt(np.log1p((len(self) - found + 0.5) / (found + 0.5)))
        words = [question[begin:end].lower() for begin, end in encoding.spans.tolist()]
        roots *= np.where([word in FUNCTION_WORDS for word in words], _FUNCTION_WORD, 1)
        return np.asarray(roots / max(float(roots.sum()), 1e-9), np.float32)

    def scores(self, readings: Sequence[tuple[Encoding, Vectors]], rows: NDArray[np.intp]) -> Vectors:
        """How near the passages `rows` come to a question, by the reading of it they come nearest to.

        A reading is an encoding and the weights of its pieces; its score is the weighted mean over the pieces of
        their nearest cosine.
        """
        if not len(rows):
            return np.zeros(0, np.float32)
        pieces = np.concatenate([encoding.tokens for encoding, _ in readings])
        nearest = self._nearest(pieces, rows)
        ends = np.cumsum([len(weights) for _, weights in readings])
        scores = [
            np.einsum("rp,p->r", nearest[:, end - len(weights) : end], weights)
            for (_, weights), end in zip(readings, ends, strict=True)
        ]
        return np.asarray(np.max(scores, axis=0), np.float32)

    def nearest(self, query: Encoding, rows: NDArray[np.intp]) -> Vectors:
        """Of shape (rows, pieces): how near a passage comes to each word piece of the question, as a cosine."""
        return self._nearest(query.tokens, rows)

    def _nearest(self, pieces: Vectors, rows: NDArray[np.intp]) -> Vectors:
        nearest = np.zeros((len(rows), len(pieces)), np.float32)
        codes, begins, lengths = self._gathered(rows)
        some = lengths > 0
        if len(pieces) and some.any():
            cosines = self.quantizer.cosines(pieces, codes)
            nearest[some] = np.maximum.reduceat(cosines, begins[some], axis=0)
        return nearest

    def cosines(self, query: Encoding, rows: NDArray[np.intp]) -> list[Vectors]:
        """For each passage, of shape (pieces of the passage, pieces of the question)."""
        codes, begins, _ = self._gathered(rows)
        return np.split(self.quantizer.cosines(query.tokens, codes), begins[1:]) if len(rows) else []

    def _gathered(self, rows: NDArray[np.intp]) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
        """The codes of passages one after the other, where those of each begin, and how many it has."""
        starts, ends = self._starts[rows], self._starts[rows + 1]
        lengths = ends - starts
        begins = np.cumsum(lengths) - lengths
        if len(rows) and np.array_equal(starts[1:], ends[:-1]):  # neighbours: nothing needs to be copied
            return self._codes[starts[0] : ends[-1]], begins, lengths
        taken = np.repeat(starts - begins, lengths) + np.arange(lengths.sum())
        codes = self._codes[taken]
        self._lookups.add(len(rows))
        return codes, begins, lengths
