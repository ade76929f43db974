"""A question → scored passages: filter → candidates → late interaction and other evidence → rank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.types import Passage
from index.encoders.base import Encoder
from index.encoders.reranker import Reranker
from index.generation import Index
from index.passages.filters import Filter
from index.passages.store import indexed_text
from index.queries.preferences import WEIGHTS, Preference, asked_for
from index.retrieval.highlights import Highlight, highlights
from index.retrieval.top_k import top_k
from index.types import Encoding, Vectors

_CANDIDATES = 80  # by the single vector, and by words
_EXHAUSTIVE = 300  # so many passages are all looked at
_CONTENDERS = 50  # so many of them are weighed by what else the question wishes
_DECIMALS = 6  # scores that differ by less are equal
_A_FEW = 3  # passages


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each kind of evidence counts: cosines, but for `lexical`, a share in 0..1, and `beside`, scores.

    `dense` is for passages that need no context: the single vector is of the bare text, so it counts less, by the
    square of `Index.own_share`, the more of a corpus' sense lies in titles, headings and columns.

    `judged` is for what the reranker says, in 0..1, where there is one: it decides wherever it is sure, and among
    what it takes to be as good, the rest does.

    `wishes` multiplies the gains of preferences; in a conversation `own_words` is for the question as it was asked,
    and `place` for lying near the last answer. With 0 a kind is left out.
    """

    late: float = 1.0
    lexical: float = 0.1
    dense: float = 0.9
    beside: float = 0.05
    judged: float = 1.0
    wishes: float = 1.0
    own_words: float = 1.0
    place: float = 0.15
    reworded: bool = True


DEFAULT = Evidence()


@dataclass(frozen=True, slots=True)
class Result:
    """A ranked passage; ranks count from 1. A score means the same for every question: it is in -1..1."""

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What a conversation adds to a question: the words it was asked in, and the passage it is likely to be near."""

    own_words: str
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a question was understood: words put otherwise, of which the better match counts, and preferences."""

    corrected: Mapping[str, str]
    names: Mapping[str, str]
    preferences: tuple[Preference, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The best passages for `query`, best first, and the facets of all passages that pass the filter.

    `asked` is what the model made of the question as it was asked: of the query, or in a conversation of its own words.
    """

    query: str
    generation: str
    results: tuple[Result, ...]
    facets: dict[str, list[tuple[str, int]]]
    interpretation: Interpretation
    asked: Encoding


def search(
    index: Index,
    encoder: Encoder,
    query: str,
    top_k: int = 10,
    filter: Filter | None = None,
    before: Before | None = None,
    evidence: Evidence = DEFAULT,
) -> SearchResults:
    """The `top_k` passages of `generation` that best answer `query`, asked after `before` if that is given.

    Equal scores rank in the order of the documents, so the same question always gets the same answer.
    """
    dense = evidence.dense * index.own_share**2
    mask = index.fields.mask(filter or Filter())
    texts, interpretation = _understand(index, encoder, query)
    texts = texts if evidence.reworded else texts[:1]
    encodings = encoder.read_questions(texts)
    weights = [index.tokens.weights(*reading) for reading in zip(texts, encodings, strict=True)]
    lexical = index.lexical.scores(texts[0])
    for text in texts[1:]:
        np.maximum(lexical, index.lexical.scores(text), out=lexical)
    pooled = encodings[0].pooled

    rows = _candidates(index, mask, pooled, lexical)
    compared = index.tokens.compare(encodings, rows)
    late = compared.scores(weights)
    cosines = index.dense.scores(pooled, rows)
    scores = evidence.late * late + evidence.lexical * lexical[rows] + dense * cosines
    most = evidence.late + evidence.lexical + dense + evidence.beside
    scores += evidence.beside * _beside(index.passages.sections, rows, scores)
    asked = encodings[0]
    if before:
        asked = encoder.read_questions([before.own_words])[0]
        scores += _spoken_of(index, asked, before, replace(evidence, dense=dense), rows)
        most += evidence.own_words + evidence.place
    contenders = np.lexsort((rows, -scores))[: max(top_k, _CONTENDERS)]
    rows, scores = rows[contenders], scores[contenders]
    if (reranker := encoder.reranker) and evidence.judged:
        scores += evidence.judged * _judged(index, reranker, query, rows)
        most += evidence.judged
    scores += evidence.wishes * _wished(index, interpretation.preferences, rows)
    scores = np.round(np.clip(scores / most, -1, 1), _DECIMALS)
    best = np.lexsort((rows, -scores))[:top_k]

    shown = _highlights(
        encoder,
        query,
        [index.passages[row] for row in rows[best]],
        [compared.with_first(n) for n in contenders[best]],
        weights[0],
    )
    results = tuple(
        Result(rank, float(scores[n]), index.passages[rows[n]], marked)
        for rank, (n, marked) in enumerate(zip(best, shown, strict=True), 1)
    )
    return SearchResults(query, index.id, results, index.fields.facets(mask), interpretation, asked)


def _understand(index: Index, encoder: Encoder, query: str) -> tuple[list[str], Interpretation]:
    """The readings of a question, as it was asked first: spelling corrected, names spelled out, names shortened."""
    names = index.names
    corrected = names.corrected(query, encoder.vocabulary())
    full, short = names.spelled_out(corrected.text), names.abbreviated(corrected.text)
    readings = list(dict.fromkeys([query, corrected.text, full.text, short.text]))
    preferences = index.preferences.read(corrected.text)
    return readings, Interpretation(corrected.changed, {**full.changed, **short.changed}, preferences)


def _candidates(index: Index, mask: NDArray[np.bool_], pooled: Vectors, lexical: Vectors) -> NDArray[np.intp]:
    """The rows worth a closer look, in order: the best by either kind of evidence, or all if they are few."""
    passing = int(np.count_nonzero(mask))
    if passing <= _EXHAUSTIVE:
        return np.flatnonzero(mask)
    rows = None if passing == len(mask) else np.flatnonzero(mask)
    worded = top_k(lexical if rows is None else lexical[rows], _CANDIDATES)
    worded = worded if rows is None else rows[worded]
    return np.union1d(index.dense.nearest(pooled, rows, _CANDIDATES), worded)


def _beside(sections: NDArray[np.int64], rows: NDArray[np.intp], scores: Vectors) -> Vectors:
    """The mean score of the passages before and after each in its section, or its own where it stands alone.

    A passage that was no candidate counts as the worst of them. `rows` are in order.
    """
    if not len(rows):
        return scores
    here, worst = sections[rows], scores.min()
    first = np.flatnonzero(rows[1:] - rows[:-1] == 1)  # of two candidates that stand side by side
    total, count = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    for step, edge, ours, others in ((-1, 0, first + 1, first), (1, len(sections) - 1, first, first + 1)):
        together = (sections.take(rows + step, mode="clip") == here) & (rows != edge)
        known = np.full(len(rows), worst)
        known[ours] = scores[others]
        total += np.where(together, known, 0)
        count += together
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), scores), np.float32)


def _spoken_of(
    index: Index, encoding: Encoding, before: Before, evidence: Evidence, rows: NDArray[np.intp]
) -> Vectors:
    """What each passage gains by answering the question as it was asked, and by lying near the last answer."""
    words = before.own_words
    late = index.tokens.compare([encoding], rows).scores([index.tokens.weights(words, encoding)])
    lexical = index.lexical.scores(words)[rows]
    dense = index.dense.scores(encoding.pooled, rows)
    said = evidence.late * late + evidence.lexical * lexical + evidence.dense * dense
    said /= evidence.late + evidence.lexical + evidence.dense
    near = _nearness(index, before.passage, rows)
    return np.asarray(evidence.own_words * said + evidence.place * near, np.float32)


def _nearness(index: Index, passage: Passage | None, rows: NDArray[np.intp]) -> Vectors:
    """Between 0 and 1: in the same document, in the same section, a few passages away."""
    near = np.zeros(len(rows), np.float32)
    if passage is None:
        return near
    document, place = index.passages.of_document(passage.document.id), index.positions[passage.id]
    for n, row in enumerate(rows.tolist()):
        if row in document:
            together = index.passages[row].section == passage.section
            near[n] = (1.0 if abs(row - place) <= _A_FEW else 0.7) if together else 0.4
    return near


def _judged(index: Index, reranker: Reranker, query: str, rows: NDArray[np.intp]) -> Vectors:
    """What the reranker says of each passage in its context."""
    return reranker.scores(query, [indexed_text(index.passages[row]) for row in rows])


def _wished(index: Index, preferences: tuple[Preference, ...], rows: NDArray[np.intp]) -> Vectors:
    """What each passage gains by what it is wished to be; the same wish counts once."""
    gains = np.zeros(len(rows), np.float32)
    for wish in dict.fromkeys(preference.wish for preference in preferences):
        same = [preference for preference in preferences if preference.wish == wish]
        met = [index.preferences.met(preference, index.passages, rows) for preference in same]
        gains += WEIGHTS[wish] * np.any(met, axis=0).astype(np.float32)
    return gains


def _highlights(
    encoder: Encoder, query: str, passages: Sequence[Passage], cosines: Sequence[Vectors], weights: Vectors
) -> list[tuple[Highlight, ...]]:
    """The text of a passage comes before its context in what is indexed, so its pieces come first too."""
    asked, shown = asked_for(query), []
    cut = encoder.pieces([passage.text for passage in passages])
    for passage, near, pieces in zip(passages, cosines, cut, strict=True):
        shown.append(highlights(passage, asked, near, weights, pieces))
    return shown
