"""Scores a BEIR collection with the production encoder, index and search.

Five systems side by side: `lexical` and `dense`, by which the search proposes its candidates; `rrf`, their ranks
fused; `fused`, the sum of both, standardised; and `full`, the results of `index.search`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG
from numpy.typing import NDArray

from corpus.types import Document, Passage
from eval.beir.collection import Collection
from eval.metrics.statistics import Estimate, estimate, estimate_auroc, randomisation_p
from index.build import EmbeddedDocument, write_index
from index.encoders.base import Encoder
from index.generation import Index, load_index
from index.passages.store import indexed_text
from index.retrieval.quantizer import Codes, Quantizer
from index.search import search

DEPTH = 100
SYSTEMS = ("lexical", "dense", "rrf", "fused", "full")
MEASURES: Mapping[str, ir_measures.Measure] = {
    "nDCG@10": nDCG @ 10,
    "RR@10": RR @ 10,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@100": R @ 100,
}
_TOGETHER = 256  # texts embedded at once: their token vectors are in memory until they are codes

Run = Mapping[str, Mapping[str, float]]
"""Query id -> document id -> score."""


@dataclass(frozen=True, slots=True)
class Score:
    """A system's mean of a measure, and p of the paired randomisation test against the full search."""

    estimate: Estimate
    p: float


@dataclass(frozen=True, slots=True)
class Scores:
    """System -> measure -> score, and system -> AUROC of its best score as a sign of an answerable query."""

    scores: Mapping[str, Mapping[str, Score]]
    auroc: Mapping[str, Estimate]


def index_collection(
    folder: Path,
    collection: Collection,
    encoder: Encoder,
    advance: Callable[[int], None] = lambda _: None,
) -> Index:
    """The collection built under `folder` as a corpus is, a passage a document.

    `advance` hears how many more of `texts_of(collection)` are embedded.
    """
    passages, source = _passages(collection)
    quantizer = Quantizer.of(encoder)
    vectors: dict[str, NDArray[np.float32]] = {}
    codes: dict[str, Codes] = {}
    texts = texts_of(collection)
    for begin in range(0, len(texts), _TOGETHER):
        some = texts[begin : begin + _TOGETHER]
        for text, encoding in zip(some, encoder.read(some), strict=True):
            vectors[text], codes[text] = encoding.pooled, quantizer.encode(encoding.tokens)
        advance(len(some))
    placed = [_in_context(passage) for passage in passages]
    part = EmbeddedDocument(
        document=passages[0].document,
        source=source,
        passages=passages,
        vectors=np.array([vectors[passage.text] for passage in passages], np.float32),
        codes=[codes[text] for text in placed],
        pieces=[found.ids for found in encoder.pieces(placed)],
    )
    write_index(folder, [part], quantizer, encoder)
    return load_index(folder, encoder.sha256)


def texts_of(collection: Collection) -> list[str]:
    """The texts to embed, each once: every passage by itself, and in its context if it has one."""
    passages, _ = _passages(collection)
    return list(dict.fromkeys(text for passage in passages for text in (passage.text, _in_context(passage))))


def _in_context(passage: Passage) -> str:
    return indexed_text(passage).rstrip()


def _passages(collection: Collection) -> tuple[list[Passage], str]:
    """A passage a document, with the title as its context; and the source, the texts one below the other."""
    source = "\n".join(entry.text for entry in collection.documents.values())
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    document = Document(
        id="collection", title="", issuer="", kind="collection", period=(0, 0), file="", sha256=sha256
    )
    passages, start = [], 0
    for name, entry in collection.documents.items():
        end = start + len(entry.text)
        passages.append(
            Passage(
                id=name,
                document=document,
                text=entry.text,
                start=start,
                end=end,
                section=(),
                kind="paragraph",
                fields={},
                context=entry.title,
            )
        )
        start = end + 1
    return passages, source


def run_collection(
    collection: Collection,
    index: Index,
    encoder: Encoder,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, dict[str, dict[str, float]]]:
    """System -> query -> document -> score, at most `DEPTH` a query, never the query itself (as in BEIR)."""
    runs: dict[str, dict[str, dict[str, float]]] = {system: {} for system in SYSTEMS}
    for query, text in collection.queries.items():
        lexical = index.lexical.scores(text)
        dense = index.dense.scores(encoder.encode([text])[0])
        runs["lexical"][query] = _top(index, np.where(lexical > 0, lexical, -np.inf), query)
        runs["dense"][query] = _top(index, dense, query)
        runs["rrf"][query] = reciprocal_rank_fusion([runs["lexical"][query], runs["dense"][query]])
        runs["fused"][query] = _top(index, _standardised(lexical) + _standardised(dense), query)
        found = search(index, encoder, text, DEPTH + 1).results
        runs["full"][query] = {
            result.passage.id: result.score for result in found if result.passage.id != query
        }
        advance(1)
    return runs


def score_collection(collection: Collection, runs: Mapping[str, Run]) -> Scores:
    """The scores of each system, on the judged queries; AUROC where some queries are unanswerable."""
    scores: dict[str, dict[str, Score]] = {}
    for measure in MEASURES:
        values = {system: _by_query(measure, run, collection) for system, run in runs.items()}
        for system, found in values.items():
            scores.setdefault(system, {})[measure] = _score(found, values["full"])
    best = {
        system: {query: max(found.values(), default=0.0) for query, found in run.items()}
        for system, run in runs.items()
    }
    auroc = {
        system: estimate_auroc(
            [score for query, score in found.items() if query not in collection.unanswerable],
            [score for query, score in found.items() if query in collection.unanswerable],
        )
        for system, found in best.items()
        if collection.unanswerable
    }
    return Scores(scores, auroc)


def average_scores(judged: Sequence[tuple[Collection, Mapping[str, Run]]], measure: str) -> dict[str, Score]:
    """System -> its mean over collections, each of which counts the same, however many queries it has."""
    weighted: dict[str, list[float]] = {}
    queries = sum(len(collection.qrels) for collection, _ in judged)
    for collection, runs in judged:
        weight = queries / (len(judged) * len(collection.qrels))
        for system, run in runs.items():
            values = _by_query(measure, run, collection)
            weighted.setdefault(system, []).extend(weight * value for value in values)
    return {system: _score(values, weighted["full"]) for system, values in weighted.items()}


def _by_query(measure: str, run: Run, collection: Collection) -> list[float]:
    """The measure of every judged query, as trec_eval computes it; 0 where nothing was returned."""
    found = ir_measures.iter_calc([MEASURES[measure]], collection.qrels, run)
    values = {metric.query_id: float(metric.value) for metric in found}
    return [values.get(query, 0.0) for query in collection.qrels]


def reciprocal_rank_fusion(scores: Sequence[Mapping[str, float]], k: int = 60) -> dict[str, float]:
    """The sum over rankings of 1 / (k + rank), ranks from 1 (Cormack, Clarke & Buettcher, SIGIR 2009)."""
    fused: dict[str, float] = {}
    for ranking in scores:
        for rank, document in enumerate(ranked(ranking), 1):
            fused[document] = fused.get(document, 0.0) + 1 / (k + rank)
    return fused


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Document ids, best first; ties by descending id, as in trec_eval."""
    return sorted(scores, key=lambda document: (scores[document], document), reverse=True)


def _score(values: Sequence[float], full: Sequence[float]) -> Score:
    return Score(estimate(values), randomisation_p(values, full) if len(values) > 1 else 1.0)


def _top(index: Index, scores: NDArray[np.float32], query: str) -> dict[str, float]:
    best = np.argsort(-scores, kind="stable")[: DEPTH + 1]
    found = ((index.passages[n].id, float(scores[n])) for n in best if np.isfinite(scores[n]))
    return dict([(document, score) for document, score in found if document != query][:DEPTH])


def _standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores with mean 0 and deviation 1, so that two kinds can be added."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
