"""Late interaction: each word piece of a question against those of a passage.

It is ColBERT's MaxSim (Khattab & Zaharia 2020) with weights. The contextual vectors of all word pieces of a
passage are kept in few bytes: projected on the axes along which the model's vectors vary most, four bits an
axis. The axes are learned from the model's own vocabulary, so they are the same for every corpus, and vectors
can be taken over from one generation to the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, Encoding, Vectors, unit

FOLDER = "tokens"
AXES = 128
_PROBE_WORDS, _PROBE_LENGTH = (
    8192,
    64,
)  # words of the vocabulary that the axes are learned from, and in one text
_SEED = 20020228

Codes = NDArray[np.uint8]

# Four bits say a coordinate in sixteenths of the largest of its vector; two of them make a byte.
_NIBBLES = np.arange(16, dtype=np.float32) - 7.5
_PAIRS = np.stack([np.repeat(_NIBBLES, 16), np.tile(_NIBBLES, 16)], axis=1)


class Quantizer:
    """Contextual vectors ↔ codes of `AXES` / 2 bytes; all count as unit vectors, lengths are not kept."""

    def __init__(self, basis: Vectors) -> None:
        self.basis = basis

    @classmethod
    def learn(cls, encoder: Encoder) -> "Quantizer":
        """From the vectors of words of the model's vocabulary, drawn and mixed with a fixed seed."""
        random = np.random.default_rng(_SEED)
        words = encoder.vocabulary()
        drawn = [words[n] for n in random.permutation(len(words))[:_PROBE_WORDS]]
        texts = [" ".join(drawn[n : n + _PROBE_LENGTH]) for n in range(0, len(drawn), _PROBE_LENGTH)]
        vectors = np.concatenate([encoding.tokens for encoding in encoder.read(texts)]).astype(np.float64)
        axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :AXES]
        mixed, _ = np.linalg.qr(
            random.normal(size=(axes.shape[1], axes.shape[1]))
        )  # spreads the variance evenly
        return cls((axes @ mixed).astype(np.float16).astype(np.float32))

    def project(self, vectors: Vectors) -> Vectors:
        """Unit vectors of shape (n, axes)."""
        return unit(vectors @ self.basis)

    def encode(self, vectors: Vectors) -> Codes:
        """Codes of shape (n, axes / 2)."""
        projected = vectors @ self.basis
        largest = np.abs(projected).max(axis=1, keepdims=True, initial=1e-9)
        levels = np.clip(np.floor(projected / largest * 7.5) + 8, 0, 15).astype(np.uint8)
        return np.asarray(levels[:, ::2] << 4 | levels[:, 1::2], np.uint8)

    @staticmethod
    def decode(codes: Codes) -> Vectors:
        """Unit vectors of shape (n, axes)."""
        return unit(_PAIRS[codes].reshape(len(codes), -1))


class TokenIndex:
    """Codes of all word pieces of all passages; those of passage n are rows `starts[n]:starts[n + 1]`."""

    def __init__(
        self, quantizer: Quantizer, codes: Codes, starts: NDArray[np.int64], frequencies: Mapping[int, int]
    ):
        self.quantizer = quantizer
        self._codes = codes
        self._starts = starts
        self._frequencies = frequencies

    @classmethod
    def build(
        cls, quantizer: Quantizer, codes: Sequence[Codes], pieces: Iterable[NDArray[np.int32]]
    ) -> "TokenIndex":
        """From the codes of each passage and the ids of its word pieces, in order."""
        starts = np.cumsum([0, *(len(rows) for rows in codes)], dtype=np.int64)
        ids, counts = np.unique(np.concatenate([np.unique(row) for row in pieces]), return_counts=True)
        return cls(
            quantizer, np.concatenate(codes), starts, dict(zip(ids.tolist(), counts.tolist(), strict=True))
        )

    @classmethod
    def load(cls, folder: Path) -> "TokenIndex":
        """From a folder whose hashes have been checked; the codes stay on disk until they are asked for."""
        ids, counts = np.load(folder / FOLDER / "frequencies.npy", allow_pickle=False)
        return cls(
            Quantizer(np.load(folder / FOLDER / "basis.npy", allow_pickle=False).astype(np.float32)),
            np.load(folder / FOLDER / "codes.npy", mmap_mode="r", allow_pickle=False),
            np.load(folder / FOLDER / "starts.npy", allow_pickle=False),
            dict(zip(ids.tolist(), counts.tolist(), strict=True)),
        )

    def save(self, folder: Path) -> None:
        """Write the index below `folder`."""
        (folder / FOLDER).mkdir()
        np.save(folder / FOLDER / "basis.npy", self.quantizer.basis.astype(np.float16))
        np.save(folder / FOLDER / "codes.npy", self._codes)
        np.save(folder / FOLDER / "starts.npy", self._starts)
        table = np.array([list(self._frequencies.keys()), list(self._frequencies.values())], np.int32)
        np.save(folder / FOLDER / "frequencies.npy", table)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def codes(self, row: int) -> Codes:
        """The codes of one passage."""
        return self._codes[self._starts[row] : self._starts[row + 1]]

    def weights(self, ids: NDArray[np.int32]) -> Vectors:
        """What each word piece of a question counts: the square root of its idf, all together 1."""
        found = np.array([self._frequencies.get(int(id), 0) for id in ids], np.float32)
        roots = np.sqrt(np.log1p((len(self) - found + 0.5) / (found + 0.5)))
        return np.asarray(roots / max(float(roots.sum()), 1e-9), np.float32)

    def scores(self, query: Encoding, rows: NDArray[np.intp]) -> Vectors:
        """For the passages `rows`, the weighted mean over the question's pieces of their nearest cosine."""
        return self.nearest(query, rows) @ self.weights(query.ids)

    def nearest(self, query: Encoding, rows: NDArray[np.intp]) -> Vectors:
        """Of shape (rows, pieces): how near a passage comes to each word piece of the question, as a cosine."""
        nearest = np.zeros((len(rows), len(query.ids)), np.float32)
        if nearest.size == 0:
            return nearest
        lengths = self._starts[rows + 1] - self._starts[rows]
        begins = np.cumsum(lengths) - lengths
        taken = np.repeat(self._starts[rows] - begins, lengths) + np.arange(lengths.sum())
        cosines = self.quantizer.project(query.tokens) @ Quantizer.decode(self._codes[taken]).T
        some = lengths > 0
        nearest[some] = np.maximum.reduceat(cosines, begins[some], axis=1).T
        return nearest
