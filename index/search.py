"""A question → scored passages: filter, score by two kinds of evidence, fuse, rank."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage
from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.lexical import terms

_LEXICAL_WEIGHT = 1.0
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
    """The best passages for `query`, best first, and the facets of all passages that pass the filter."""

    query: str
    generation: str
    results: tuple[Result, ...]
    facets: dict[str, list[tuple[str, int]]]


def search(
    generation: Generation, encoder: Encoder, query: str, top_k: int = 10, filter: Filter | None = None
) -> SearchResults:
    """The `top_k` passages of `generation` that best answer `query`.

    Equal scores rank in the order of the documents, so the same question always gets the same answer.
    """
    mask = generation.fields.mask(filter or Filter())
    candidates = np.flatnonzero(mask)
    scores = _fuse(
        generation.dense.scores(encoder.encode([query]))[candidates],
        generation.lexical.scores(query)[candidates],
    )
    best = np.lexsort((candidates, -scores))[:top_k]
    results = tuple(
        _result(rank, float(scores[n]), generation.passages[candidates[n]], query)
        for rank, n in enumerate(best, 1)
    )
    return SearchResults(query, generation.id, results, generation.fields.facets(mask))


def _fuse(dense: NDArray[np.float32], lexical: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sum of standardised scores, which beat reciprocal rank fusion on most collections tried."""
    return _standardise(dense) + _LEXICAL_WEIGHT * _standardise(lexical)


def _standardise(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if scores.size == 0:
        return scores
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)


def _result(rank: int, score: float, passage: Passage, query: str) -> Result:
    return Result(rank, score, passage, tuple(_highlights(passage.text, frozenset(terms(query)))))


def _highlights(text: str, wanted: frozenset[str]) -> list[Highlight]:
    """The words of `text` that the question has too."""
    return [
        Highlight(match.start(), match.end())
        for match in _WORD.finditer(text)
        if any(term in wanted for term in terms(match.group()))
    ]
