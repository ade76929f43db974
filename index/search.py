"""A question → scored passages: filter, score by two kinds of evidence, fuse, rank."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage
from index.encoder import Encoder, Encoding
from index.filters import Filter
from index.generation import Generation
from index.lexical import terms

_LEXICAL_WEIGHT = 0.1  # of shares in 0..1, beside cosines
_DENSE_WEIGHT = 0.1
_CANDIDATES = 100  # by each kind of evidence
_EXHAUSTIVE = 250  # so many passages are all compared
_WORD = re.compile(r"\w+(?:['’]\w+)?")


@dataclass(frozen=True, slots=True)
class Highlight:
    """The characters `start:end` of a passage's text that the question speaks of."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Result:
    """A ranked passage; ranks count from 1."""

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The best passages for `query`, best first, and the facets of all passages that pass the filter.

    `encoding` is what the model made of the query.
    """

    query: str
    generation: str
    results: tuple[Result, ...]
    facets: dict[str, list[tuple[str, int]]]
    encoding: Encoding


def search(
    generation: Generation, encoder: Encoder, query: str, top_k: int = 10, filter: Filter | None = None
) -> SearchResults:
    """The `top_k` passages of `generation` that best answer `query`.

    Equal scores rank in the order of the documents, so the same question always gets the same answer.
    """
    rows = np.flatnonzero(generation.fields.mask(filter or Filter()))
    encoding = encoder.read([query])[0]
    dense = generation.dense.scores(encoding.pooled)
    lexical = generation.lexical.scores(query)
    candidates = _candidates(rows, dense, lexical)
    scores = (
        generation.tokens.scores(encoding, candidates)
        + _LEXICAL_WEIGHT * lexical[candidates]
        + _DENSE_WEIGHT * dense[candidates]
    ) / (1 + _LEXICAL_WEIGHT + _DENSE_WEIGHT)
    best = np.lexsort((candidates, -scores))[:top_k]
    results = tuple(
        _result(rank, float(scores[n]), generation.passages[candidates[n]], query)
        for rank, n in enumerate(best, 1)
    )
    return SearchResults(query, generation.id, results, generation.fields.facets(rows), encoding)


def _candidates(
    rows: NDArray[np.intp], dense: NDArray[np.float32], lexical: NDArray[np.float32]
) -> NDArray[np.intp]:
    """The rows worth a closer look, in order: the best by either kind of evidence, or all if they are few."""
    if len(rows) <= _EXHAUSTIVE:
        return rows
    return np.union1d(
        *(rows[np.argpartition(-scores[rows], _CANDIDATES)[:_CANDIDATES]] for scores in (dense, lexical))
    )


def _result(rank: int, score: float, passage: Passage, query: str) -> Result:
    return Result(rank, score, passage, tuple(_highlights(passage.text, frozenset(terms(query)))))


def _highlights(text: str, wanted: frozenset[str]) -> list[Highlight]:
    """The words of `text` that the question has too."""
    return [
        Highlight(match.start(), match.end())
        for match in _WORD.finditer(text)
        if any(term in wanted for term in terms(match.group()))
    ]
