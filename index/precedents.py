"""Which passages of other documents carry on what a passage commits to: its forerunner, its result, its next step.

Likeness of two passages is read off what a generation holds of both, so nothing is embedded again. How much each
kind counts is fitted to labelled pairs (`python -m eval.training.precedents`; docs/precedents.md has the figures).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.text.markup import plain
from corpus.types import Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.retrieval.highlights import Highlight, highlights
from index.retrieval.top_k import top_k
from index.types import Encoding, Vectors

FEATURES = ("words", "late", "late_back", "dense", "words_beside", "late_beside", "same_issuer")
Certainty = Literal["clear", "possibly"]
_FIT = Path(__file__).with_suffix(".json")
_EXHAUSTIVE = 300  # passages of other documents; so many are all compared
_CANDIDATES = 100  # of more: the nearest by the single vector, and by words


@dataclass(frozen=True, slots=True)
class Fit:
    """A logistic model of `FEATURES`; at `clear` and above a pair is one, at `possibly` it may be.

    Where even the best chance in a document is below `absent`, nothing there carries on.
    """

    weights: tuple[float, ...]
    bias: float
    absent: float
    possibly: float
    clear: float

    def chances(self, features: Vectors) -> Vectors:
        """Of shape (pairs,), in 0..1."""
        return np.asarray(1 / (1 + np.exp(-(features @ np.array(self.weights) + self.bias))), np.float32)

    def certainty(self, chance: float) -> Certainty | None:
        """How sure it is that a pair of this chance is one, or None where it is not taken for one."""
        if chance >= self.clear:
            return "clear"
        return "possibly" if chance >= self.possibly else None


@cache
def shipped_fit() -> Fit:
    """The fit that comes with the project."""
    known = json.loads(_FIT.read_text("utf-8"))
    weights = tuple(known["weights"][name] for name in FEATURES)
    return Fit(weights, known["bias"], known["absent"], known["possibly"], known["clear"])


@dataclass(frozen=True, slots=True)
class Compared:
    """`chance`, in 0..1, that one passage carries on the other; `nearness` of what both are about, as `nearness`."""

    chance: float
    nearness: float


def nearness(features: Vectors) -> Vectors:
    """How near passages come in their subject, of shape (pairs,), in standard deviations above those compared.

    The chance is no measure of that: it asks for the same commitment, in documents of the same body.
    """
    words, late = FEATURES.index("words"), FEATURES.index("late")
    return np.asarray((features[:, words] + features[:, late]) / 2, np.float32)


def said(passage: Passage) -> tuple[int, int]:
    """The characters of a passage's text that say what is done: of a row its action, else the whole."""
    header = passage.roles.get("text")
    position = 0
    for cell in passage.text.split("\t") if header else []:
        if plain(cell).strip() == passage.fields[header or ""]:
            return position, position + len(cell)
        position += len(cell) + 1
    return 0, len(passage.text)


class Likeness:
    """Compares passages of one generation; what it has read of a passage it keeps, so make one for each request."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._generation = index
        self._encoder = encoder
        self._documents = index.passages.document_numbers
        self._read: dict[int, tuple[Vectors, Vectors]] = {}

    def compared(self, row: int) -> dict[int, Compared]:
        """By row, what came of each passage of another document that was compared with `row`.

        Figures are rounded, so that they repeat.
        """
        rows, features = self.features(row)
        chances, near = shipped_fit().chances(features), nearness(features)
        return {
            other: Compared(round(chance, 4), round(nearly, 4))
            for other, chance, nearly in zip(rows.tolist(), chances.tolist(), near.tolist(), strict=True)
        }

    def features(self, row: int) -> tuple[NDArray[np.intp], Vectors]:
        """The passages of other documents worth comparing, and their `FEATURES` of shape (rows, features).

        All but the last are in standard deviations over these rows; `…_beside` is of the passages before and after.
        """
        index, source = self._generation, self._generation.passages[row]
        start, end = said(source)
        words = index.lexical.scores(plain(source.text[start:end]))
        rows = self._candidates(row, words)
        if not len(rows):
            return rows, np.zeros((0, len(FEATURES)), np.float32)
        late, back = self._late(row, rows)
        pooled = index.dense.vectors(np.array([row]))[0]
        dense = _standard(index.dense.scores(pooled, rows))
        worded, late, back = _standard(words[rows]), _standard(late), _standard(back)
        issuers = np.array([index.passages[n].document.issuer == source.document.issuer for n in rows])
        columns: list[Vectors] = [
            worded,
            late,
            back,
            dense,
            self._beside(rows, worded),
            self._beside(rows, late),
        ]
        return rows, np.column_stack([*columns, issuers]).astype(np.float32)

    def highlights(self, row: int, other: int) -> tuple[Highlight, ...]:
        """The clauses of `other` that come nearest to what `row` says."""
        self._take([row])
        vectors, weights = self._read[row]
        passage = self._generation.passages[other]
        pieces = self._encoder.pieces([passage.text])[0]
        there = self._generation.tokens.vectors(other)[: len(pieces.spans)]
        return highlights(passage, (), there @ vectors.T, weights, pieces)

    def _candidates(self, row: int, words: Vectors) -> NDArray[np.intp]:
        """The rows of other documents worth a closer look, in order: all if they are few."""
        others = np.flatnonzero(self._documents != self._documents[row])
        if len(others) <= _EXHAUSTIVE:
            return others
        pooled = self._generation.dense.vectors(np.array([row]))[0]
        worded = others[top_k(words[others], _CANDIDATES)]
        return np.union1d(self._generation.dense.nearest(pooled, others, _CANDIDATES), worded)

    def _late(self, row: int, rows: NDArray[np.intp]) -> tuple[Vectors, Vectors]:
        """MaxSim of the passage with each of `rows`, and of each of `rows` with it, each of shape (rows,)."""
        self._take([row, *rows.tolist()])
        vectors, weights = self._read[row]
        there = [self._read[n] for n in rows.tolist()]
        lengths = np.array([len(found) for found, _ in there])
        late, back = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
        some = lengths > 0
        if not len(vectors) or not some.any():
            return late, back
        cosines = vectors @ np.concatenate([found for found, _ in there]).T
        begins = (np.cumsum(lengths) - lengths)[some]
        late[some] = weights @ np.maximum.reduceat(cosines, begins, axis=1)
        weighted = cosines.max(axis=0) * np.concatenate([weight for _, weight in there])
        back[some] = np.add.reduceat(weighted, begins)
        return late, back

    def _take(self, rows: Sequence[int]) -> None:
        """Read the stored vectors of what each passage says, and what each piece of it counts."""
        new = [n for n in rows if n not in self._read]
        passages = [self._generation.passages[n] for n in new]
        tokens = self._generation.tokens
        for n, passage, pieces in zip(
            new, passages, self._encoder.pieces([p.text for p in passages]), strict=True
        ):
            stored = tokens.vectors(n)[
                : len(pieces.ids)
            ]  # the text comes before its context in what is indexed
            start, end = said(passage)
            spans = pieces.spans[: len(stored)]
            within = (spans[:, 0] >= start) & (spans[:, 1] <= end)
            kept = Encoding(stored[0:0], pieces.ids[: len(stored)][within], spans[within], stored[within])
            self._read[n] = kept.tokens, tokens.weights(passage.text, kept)

    def _beside(self, rows: NDArray[np.intp], values: Vectors) -> Vectors:
        """The mean value of the passages before and after each in its document, of those compared; 0 without any."""
        around, alike = np.empty((2, len(rows)), np.float32), np.empty((2, len(rows)), bool)
        for n, step in enumerate((-1, 1)):
            others = np.clip(rows + step, 0, len(self._documents) - 1)
            places = np.minimum(np.searchsorted(rows, others), len(rows) - 1)
            around[n] = np.where(rows[places] == others, values[places], np.nan)
            alike[n] = (others != rows) & (self._documents[others] == self._documents[rows])
        counted = alike & ~np.isnan(around)
        total = np.where(counted, around, 0).sum(axis=0)
        return np.asarray(total / np.maximum(counted.sum(axis=0), 1), np.float32)


def _standard(values: Vectors) -> Vectors:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), np.float32)
