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
from index.queries.preferences import WEIGHTS, Preference, requested_columns
from index.retrieval.highlights import Highlight, highlights
from index.retrieval.late_interaction import TokenSimilarities
from index.retrieval.top_k import top_k
from index.types import Encoding, Vectors

_CANDIDATES = 80  # by the single vector, and by words
_EXHAUSTIVE = 300  # up to so many passages are all candidates
_CONTENDERS = 50  # so many of the best candidates are reranked, and gain by preferences
_DECIMALS = 6  # scores that differ by less are equal
_NEARBY = 3  # passages


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """The weight of each kind of evidence; 0 leaves a kind out.

    `late` and `dense` weigh cosines, `lexical` BM25's share in 0..1, `beside` the scores of neighbouring passages.
    `dense` is multiplied by the square of `Index.own_share`: the single vector is of the bare text, so it tells less
    where titles, headings and columns tell more. `judged` weighs the reranker's chances in 0..1: where it is sure it
    decides, else the rest does. `wishes` multiplies the gains of preferences. In a conversation `own_words` weighs the
    score of the question as it was asked, and `place` lying near the last answer. `reworded` adds the readings of the
    question in other words.
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


DEFAULT = EvidenceWeights()


@dataclass(frozen=True, slots=True)
class Result:
    """A ranked passage; ranks count from 1. A score means the same for every question: it is in -1..1."""

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """What a conversation adds to a question: its words as asked, and a passage that the answer is likely near."""

    own_words: str
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a question was understood: corrected spellings, names put otherwise, and preferences."""

    corrected: Mapping[str, str]
    names: Mapping[str, str]
    preferences: tuple[Preference, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The best passages for `query`, best first, and the facets of all passages that pass the filter.

    `asked` is the encoding of the question as it was asked: of the query, or in a conversation of its own words.
    """

    query: str
    generation: str
    results: tuple[Result, ...]
    facets: dict[str, list[tuple[str, int]]]
    interpretation: Interpretation
    asked: Encoding


class _Scores:
    """A weighted sum of evidence about passages, of shape (passages,), with the most it can come to."""

    def __init__(self, values: Vectors, most: float = 0.0) -> None:
        self.values, self.most = values, most

    def add(self, weight: float, values: Vectors) -> None:
        self.values += weight * values
        self.most += weight

    def add_sum(self, other: "_Scores") -> None:
        self.values += other.values
        self.most += other.most

    def of(self, places: NDArray[np.intp]) -> "_Scores":
        return _Scores(self.values[places], self.most)

    def normalised(self) -> Vectors:
        return np.asarray(self.values / self.most, np.float32)


@dataclass(frozen=True, slots=True)
class _Readings:
    """A question in one or several wordings, the first as it stands, with the weights of their word pieces.

    `lexical`, of shape (passages,), is the best BM25 score of any of them.
    """

    encodings: Sequence[Encoding]
    weights: Sequence[Vectors]
    lexical: Vectors

    @classmethod
    def of(cls, index: Index, encoder: Encoder, texts: Sequence[str]) -> "_Readings":
        encodings = encoder.read_questions(texts)
        weights = [index.tokens.weights(*reading) for reading in zip(texts, encodings, strict=True)]
        lexical = index.lexical.scores(texts[0])
        for text in texts[1:]:
            np.maximum(lexical, index.lexical.scores(text), out=lexical)
        return cls(encodings, weights, lexical)


def search(
    index: Index,
    encoder: Encoder,
    query: str,
    top_k: int = 10,
    filter: Filter | None = None,
    before: ConversationContext | None = None,
    evidence: EvidenceWeights = DEFAULT,
) -> SearchResults:
    """The `top_k` passages of `index` that best answer `query`, asked after `before` if that is given.

    Equal scores rank in the order of the documents, so the same question always gets the same answer.
    """
    evidence = replace(evidence, dense=evidence.dense * index.own_share**2)
    mask = index.fields.mask(filter or Filter())
    texts, interpretation = _understand(index, encoder, query)
    question = _Readings.of(index, encoder, texts if evidence.reworded else texts[:1])
    asked = question.encodings[0]

    rows = _candidates(index, mask, asked.pooled, question.lexical)
    compared = index.tokens.compare(question.encodings, rows)
    scores = _weighed(index, question, compared, evidence, rows)
    scores.add(evidence.beside, _beside(index.passages.sections, rows, scores.values))
    if before:
        own = _Readings.of(index, encoder, [before.own_words])
        asked = own.encodings[0]
        scores.add_sum(_after(index, own, before.passage, evidence, rows))

    contenders = _order(rows, scores.values)[: max(top_k, _CONTENDERS)]
    rows, scores = rows[contenders], scores.of(contenders)
    if encoder.reranker and evidence.judged:
        scores.add(evidence.judged, _judged(index, encoder.reranker, query, rows))
    scores.values += evidence.wishes * _gains(index, interpretation.preferences, rows)
    final = np.asarray(np.round(np.clip(scores.normalised(), -1, 1), _DECIMALS), np.float32)
    best = _order(rows, final)[:top_k]

    passages = [index.passages[row] for row in rows[best]]
    cosines = [compared.with_first(n) for n in contenders[best]]
    marked = _highlights(encoder, query, passages, cosines, question.weights[0])
    found = zip(final[best].tolist(), passages, marked, strict=True)
    results = tuple(Result(rank, *one) for rank, one in enumerate(found, 1))
    return SearchResults(query, index.id, results, index.fields.facets(mask), interpretation, asked)


def _understand(index: Index, encoder: Encoder, query: str) -> tuple[list[str], Interpretation]:
    """The wordings of a question: as it stands first, then spelling corrected, names spelled out, names shortened."""
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
    rows = None if passing == np.count_nonzero(index.passages.searched) else np.flatnonzero(mask)
    worded = top_k(lexical if rows is None else lexical[rows], _CANDIDATES)
    worded = worded if rows is None else rows[worded]
    found = np.union1d(index.dense.nearest(pooled, rows, _CANDIDATES), worded)
    return found[mask[found]]


def _order(rows: NDArray[np.intp], scores: Vectors) -> NDArray[np.intp]:
    """The places of the scores, best first, equal ones in the order of `rows`."""
    return np.lexsort((rows, -scores))


def _weighed(
    index: Index,
    question: _Readings,
    compared: TokenSimilarities,
    evidence: EvidenceWeights,
    rows: NDArray[np.intp],
) -> _Scores:
    """Late interaction, words in common and single vectors of `rows`, compared with a question."""
    scores = _Scores(np.zeros(len(rows), np.float32))
    scores.add(evidence.late, compared.scores(question.weights))
    scores.add(evidence.lexical, question.lexical[rows])
    scores.add(evidence.dense, index.dense.scores(question.encodings[0].pooled, rows))
    return scores


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


def _after(
    index: Index, own: _Readings, passage: Passage | None, evidence: EvidenceWeights, rows: NDArray[np.intp]
) -> _Scores:
    """The evidence of a conversation: answering the question in its own words, and lying near the last answer."""
    compared = index.tokens.compare(own.encodings, rows)
    scores = _Scores(np.zeros(len(rows), np.float32))
    scores.add(evidence.own_words, _weighed(index, own, compared, evidence, rows).normalised())
    scores.add(evidence.place, _nearness(index, passage, rows))
    return scores


def _nearness(index: Index, passage: Passage | None, rows: NDArray[np.intp]) -> Vectors:
    """Between 0 and 1: in the same document, in the same section, a few passages away."""
    near = np.zeros(len(rows), np.float32)
    if passage is None:
        return near
    document, place = index.passages.of_document(passage.document.id), index.positions[passage.id]
    for n, row in enumerate(rows.tolist()):
        if row in document:
            together = index.passages[row].section == passage.section
            near[n] = (1.0 if abs(row - place) <= _NEARBY else 0.7) if together else 0.4
    return near


def _judged(index: Index, reranker: Reranker, query: str, rows: NDArray[np.intp]) -> Vectors:
    """The reranker's score of each passage in its context."""
    return reranker.scores(query, [indexed_text(index.passages[row]) for row in rows])


def _gains(index: Index, preferences: tuple[Preference, ...], rows: NDArray[np.intp]) -> Vectors:
    """The gain of each passage by the preferences it meets; the same wish counts once."""
    gains = np.zeros(len(rows), np.float32)
    for wish in dict.fromkeys(preference.wish for preference in preferences):
        same = [preference for preference in preferences if preference.wish == wish]
        met = [index.preferences.met(preference, index.passages, rows) for preference in same]
        gains += WEIGHTS[wish] * np.any(met, axis=0).astype(np.float32)
    return gains


def _highlights(
    encoder: Encoder, query: str, passages: Sequence[Passage], cosines: Sequence[Vectors], weights: Vectors
) -> list[tuple[Highlight, ...]]:
    asked, cut = requested_columns(query), encoder.pieces([passage.text for passage in passages])
    return [
        highlights(passage, asked, near, weights, pieces)
        for passage, near, pieces in zip(passages, cosines, cut, strict=True)
    ]
