"""A question → scored passages: filter, score by two kinds of evidence, fuse, rank."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage
from index.encoder import Encoder, Encoding, Vectors
from index.filters import Filter
from index.generation import Generation
from index.lexical import terms

_LEXICAL_WEIGHT = 0.1  # of shares in 0..1, beside cosines
_DENSE_WEIGHT = 0.1
_CANDIDATES = 100  # by each kind of evidence
_EXHAUSTIVE = 250  # so many passages are all compared
_TOPIC_WEIGHT = 0.3  # of what was spoken of before, beside the question itself
_PLACE_WEIGHT = 0.04  # of lying near the passage that answered before
_A_FEW = 3  # passages
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
class Before:
    """What a conversation spoke of before: its topic in words, and the passage that answered last."""

    topic: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the model made of a text, and the dense and lexical score of every passage for it."""

    encoding: Encoding
    dense: Vectors
    lexical: NDArray[np.float32]


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
    generation: Generation,
    encoder: Encoder,
    query: str,
    top_k: int = 10,
    filter: Filter | None = None,
    before: Before | None = None,
) -> SearchResults:
    """The `top_k` passages of `generation` that best answer `query`, asked after `before` if that is given.

    Equal scores rank in the order of the documents, so the same question always gets the same answer.
    """
    rows = np.flatnonzero(generation.fields.mask(filter or Filter()))
    asked = _evidence(generation, encoder, query)
    candidates = _candidates(rows, asked.dense, asked.lexical)
    scores = _fuse(generation, asked, candidates)
    if before:
        topic = _evidence(generation, encoder, before.topic)
        scores += _TOPIC_WEIGHT * _fuse(generation, topic, candidates)
        scores += _PLACE_WEIGHT * _nearness(generation, before.passage, candidates)
        scores /= 1 + _TOPIC_WEIGHT + _PLACE_WEIGHT
    best = np.lexsort((candidates, -scores))[:top_k]
    results = tuple(
        _result(rank, float(scores[n]), generation.passages[candidates[n]], query)
        for rank, n in enumerate(best, 1)
    )
    return SearchResults(query, generation.id, results, generation.fields.facets(rows), asked.encoding)


def _evidence(generation: Generation, encoder: Encoder, text: str) -> _Evidence:
    encoding = encoder.read([text])[0]
    return _Evidence(encoding, generation.dense.scores(encoding.pooled), generation.lexical.scores(text))


def _fuse(generation: Generation, evidence: _Evidence, candidates: NDArray[np.intp]) -> Vectors:
    scores = generation.tokens.scores(evidence.encoding, candidates)
    scores += _LEXICAL_WEIGHT * evidence.lexical[candidates] + _DENSE_WEIGHT * evidence.dense[candidates]
    return np.asarray(scores / (1 + _LEXICAL_WEIGHT + _DENSE_WEIGHT), np.float32)


def _nearness(generation: Generation, passage: Passage, candidates: NDArray[np.intp]) -> Vectors:
    """Between 0 and 1 for each candidate: in the same document, the same section, a few passages away."""
    place = generation.positions[passage.id]
    near = np.zeros(len(candidates), np.float32)
    for n, row in enumerate(candidates.tolist()):
        other = generation.passages[row]
        if other.document.id == passage.document.id:
            near[n] = 0.4
            if other.section == passage.section:
                near[n] = 1.0 if abs(row - place) <= _A_FEW else 0.7
    return near


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
