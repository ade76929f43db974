"""Which passages of other documents continue a passage: its forerunner, its result, its next step.

The features of a pair come from the stored vectors and words of both passages, so nothing is embedded again. Their
weights are fitted to labelled pairs (`python -m eval.training.precedents`; docs/precedents.md has the figures).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.cells import Span, cell_of
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
_EXHAUSTIVE = 300  # up to so many passages of other documents are all compared
_CANDIDATES = 100  # of more, so many by the single vector, and by words


@dataclass(frozen=True, slots=True)
class PrecedentModel:
    """A logistic model of `FEATURES`, with the least chances of a clear and of a possible precedent.

    Where even the best chance in a document is below `absent`, the document has none.
    """

    weights: tuple[float, ...]
    bias: float
    absent: float
    possibly: float
    clear: float

    def chances(self, features: Vectors) -> Vectors:
        """Of shape (pairs,), in 0..1, for features of shape (pairs, features)."""
        return np.asarray(1 / (1 + np.exp(-(features @ np.array(self.weights) + self.bias))), np.float32)

    def certainty(self, chance: float) -> Certainty | None:
        """How certain a pair of this chance is, or None where it is no precedent."""
        if chance >= self.clear:
            return "clear"
        return "possibly" if chance >= self.possibly else None


@cache
def precedent_model() -> PrecedentModel:
    """The model that comes with the project."""
    known = json.loads(_FIT.read_text("utf-8"))
    weights = tuple(known["weights"][name] for name in FEATURES)
    return PrecedentModel(weights, known["bias"], known["absent"], known["possibly"], known["clear"])


@dataclass(frozen=True, slots=True)
class PairScore:
    """The chance, in 0..1, that one passage continues the other, and the `nearness` of their subjects."""

    chance: float
    nearness: float


def nearness(features: Vectors) -> Vectors:
    """How near two passages are in their subject, of shape (pairs,), in standard deviations above those compared.

    The chance does not measure that: it is of the same commitment, in documents of the same body.
    """
    words, late = FEATURES.index("words"), FEATURES.index("late")
    return np.asarray((features[:, words] + features[:, late]) / 2, np.float32)


def action_span(passage: Passage) -> Span:
    """The characters of a passage's text that say what is done: the action of a row, else the whole."""
    return cell_of(passage, "text") or (0, len(passage.text))


class Likeness:
    """Compares passages of one index. It keeps the vectors of those compared: make one for each request."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._documents = index.passages.document_numbers
        self._loaded: dict[int, tuple[Vectors, Vectors]] = {}

    def compared(self, row: int) -> dict[int, PairScore]:
        """The passages of other documents compared with `row`, by row; figures are rounded, so that they repeat."""
        rows, features = self.features(row)
        chances, near = precedent_model().chances(features), nearness(features)
        return {
            other: PairScore(round(chance, 4), round(nearly, 4))
            for other, chance, nearly in zip(rows.tolist(), chances.tolist(), near.tolist(), strict=True)
        }

    def features(self, row: int) -> tuple[NDArray[np.intp], Vectors]:
        """The passages of other documents worth comparing, and their `FEATURES` of shape (rows, features).

        All but the last are in standard deviations over these rows; `…_beside` is of the passages before and after.
        """
        index, source = self._index, self._index.passages[row]
        start, end = action_span(source)
        words = index.lexical.scores(plain(source.text[start:end]))
        rows = self._candidates(row, words)
        if not len(rows):
            return rows, np.zeros((0, len(FEATURES)), np.float32)
        late, back = self._late(row, rows)
        pooled = index.dense.vectors(np.array([row]))[0]
        dense = _standard(index.dense.scores(pooled, rows))
        worded, late, back = _standard(words[rows]), _standard(late), _standard(back)
        beside = self._beside(rows, worded), self._beside(rows, late)
        issuers = np.array([index.passages[n].document.issuer == source.document.issuer for n in rows])
        columns = [worded, late, back, dense, *beside, issuers]
        return rows, np.column_stack(columns).astype(np.float32)

    def highlights(self, row: int, other: int) -> tuple[Highlight, ...]:
        """The clauses of `other` that are nearest to the action of `row`."""
        self._load([row])
        vectors, weights = self._loaded[row]
        passage = self._index.passages[other]
        pieces = self._encoder.pieces([passage.text])[0]
        there = self._index.tokens.vectors(other)[: len(pieces.spans)]
        return highlights(passage, (), there @ vectors.T, weights, pieces)

    def _candidates(self, row: int, words: Vectors) -> NDArray[np.intp]:
        """The rows of other documents worth comparing, in order: all if they are few."""
        others = np.flatnonzero(self._index.passages.searched & (self._documents != self._documents[row]))
        if len(others) <= _EXHAUSTIVE:
            return others
        pooled = self._index.dense.vectors(np.array([row]))[0]
        worded = others[top_k(words[others], _CANDIDATES)]
        return np.union1d(self._index.dense.nearest(pooled, others, _CANDIDATES), worded)

    def _late(self, row: int, rows: NDArray[np.intp]) -> tuple[Vectors, Vectors]:
        """MaxSim of the passage with each of `rows`, and of each of `rows` with it, each of shape (rows,)."""
        self._load([row, *rows.tolist()])
        vectors, weights = self._loaded[row]
        there = [self._loaded[n] for n in rows.tolist()]
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

    def _load(self, rows: Sequence[int]) -> None:
        """Load the stored token vectors of each passage's action, and the weights of its word pieces."""
        new = [n for n in rows if n not in self._loaded]
        passages = [self._index.passages[n] for n in new]
        cut = self._encoder.pieces([passage.text for passage in passages])
        for n, passage, pieces in zip(new, passages, cut, strict=True):
            # the text precedes its context in what is indexed, and so do its pieces
            stored = self._index.tokens.vectors(n)[: len(pieces.ids)]
            start, end = action_span(passage)
            spans = pieces.spans[: len(stored)]
            within = (spans[:, 0] >= start) & (spans[:, 1] <= end)
            kept = Encoding(stored[0:0], pieces.ids[: len(stored)][within], spans[within], stored[within])
            self._loaded[n] = kept.tokens, self._index.tokens.weights(passage.text, kept)

    def _beside(self, rows: NDArray[np.intp], values: Vectors) -> Vectors:
        """The mean value of the compared passages right before and after each in its document; 0 where there are none."""
        around, alike = np.empty((2, len(rows)), np.float32), np.empty((2, len(rows)), bool)
        searched = np.flatnonzero(self._index.passages.searched)
        here = np.searchsorted(searched, rows)
        for n, step in enumerate((-1, 1)):
            others = searched[np.clip(here + step, 0, len(searched) - 1)]
            places = np.minimum(np.searchsorted(rows, others), len(rows) - 1)
            around[n] = np.where(rows[places] == others, values[places], np.nan)
            alike[n] = (others != rows) & (self._documents[others] == self._documents[rows])
        counted = alike & ~np.isnan(around)
        total = np.where(counted, around, 0).sum(axis=0)
        return np.asarray(total / np.maximum(counted.sum(axis=0), 1), np.float32)


def _standard(values: Vectors) -> Vectors:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), np.float32)
