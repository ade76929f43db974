"""Contextual vectors of word pieces in few bytes: projected on a few axes, four bits an axis.

The axes depend on the model alone, so an index can take over the codes of the one before. For the packaged model they
were trained on questions (`python -m eval.training.axes`); for another they are those along which the vectors of its
own vocabulary vary most.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Encoder, unit
from index.encoders.weights import family
from index.types import Vectors

AXES = 112
_TRAINED = Path(__file__).with_name("axes")
# words of the vocabulary that the axes are learned from, and in one text
_PROBE_WORDS, _PROBE_LENGTH = 8192, 64
_SEED = 20020228
_BLOCK = 2048  # codes unpacked at a time, so that they stay in the processor's cache

Codes = NDArray[np.uint8]


def axes_path(model_sha256: str) -> Path:
    """The path of the axes trained for a model, an array of shape (token dimensions, AXES); it need not exist."""
    return _TRAINED / f"{family(model_sha256)}.npy"


class Quantizer:
    """Contextual vectors ↔ codes of `AXES` / 2 bytes, which do not keep lengths: all count as unit vectors.

    A model of fewer dimensions has one axis for each, rounded down to an even number, since two share a byte.
    """

    def __init__(self, basis: Vectors) -> None:
        self.basis = basis

    @classmethod
    def of(cls, encoder: Encoder) -> "Quantizer":
        """With the axes trained for the encoder's weights, or else learned ones."""
        return cls.trained(encoder.sha256) or cls.learn(encoder)

    @classmethod
    def trained(cls, model_sha256: str) -> "Quantizer | None":
        """With the axes that come with the project for a model, or None."""
        path = axes_path(model_sha256)
        return cls(np.load(path, allow_pickle=False).astype(np.float32)) if path.is_file() else None

    @classmethod
    def learn(cls, encoder: Encoder) -> "Quantizer":
        """From the vectors of words of the model's vocabulary, drawn and mixed with a fixed seed."""
        random = np.random.default_rng(_SEED)
        words = list(encoder.vocabulary())
        drawn = [words[n] for n in random.permutation(len(words))[:_PROBE_WORDS]]
        texts = [" ".join(drawn[n : n + _PROBE_LENGTH]) for n in range(0, len(drawn), _PROBE_LENGTH)]
        vectors = np.concatenate([encoding.tokens for encoding in encoder.read(texts)]).astype(np.float64)
        count = min(AXES, vectors.shape[1] // 2 * 2)
        axes = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :count]
        # mixing spreads the variance evenly
        mixed, _ = np.linalg.qr(random.normal(size=(axes.shape[1], axes.shape[1])))
        return cls((axes @ mixed).astype(np.float16).astype(np.float32))

    def encode(self, vectors: Vectors) -> Codes:
        """Codes of shape (n, axes / 2), two axes in a byte: coordinates relative to the largest, in sixteen levels."""
        projected = vectors @ self.basis
        largest = np.abs(projected).max(axis=1, keepdims=True, initial=1e-9)
        levels = np.clip(np.floor(projected / largest * 7.5) + 8, 0, 15).astype(np.uint8)
        half = levels.shape[1] // 2
        return np.asarray(levels[:, :half] << 4 | levels[:, half:], np.uint8)

    def cosines(self, vectors: Vectors, codes: Codes) -> Vectors:
        """The cosines, of shape (codes, vectors)."""
        projected = np.ascontiguousarray(self.project(vectors).T)
        cosines = np.empty((len(codes), len(vectors)), np.float32)
        room = np.empty((min(_BLOCK, len(codes)), 2 * codes.shape[1]), np.float32)
        for begin in range(0, len(codes), _BLOCK):
            block = codes[begin : begin + _BLOCK]
            levels = _levels(block, room[: len(block)])
            lengths = np.sqrt(np.einsum("ij,ij->i", levels, levels))
            np.matmul(levels, projected, out=cosines[begin : begin + _BLOCK])
            cosines[begin : begin + _BLOCK] /= lengths[:, None]
        return cosines

    def project(self, vectors: Vectors) -> Vectors:
        """`vectors` as unit vectors on the axes, of shape (n, axes)."""
        return unit(vectors @ self.basis)

    def decode(self, codes: Codes) -> Vectors:
        """Unit vectors on the axes, of shape (n, axes)."""
        return unit(_levels(codes, np.empty((len(codes), 2 * codes.shape[1]), np.float32)))


def _levels(codes: Codes, levels: Vectors) -> Vectors:
    half = codes.shape[1]
    levels[:, :half] = codes >> 4
    levels[:, half:] = codes & 15
    levels -= 7.5
    return levels
