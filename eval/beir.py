"""Scores a BEIR collection with the production encoder, index and search.

Four systems side by side: `lexical` and `dense`, the two kinds of evidence by which search proposes its
candidates; `fused`, the sum of both, standardised; and `full`, what `index.search` returns, with the late
interaction of token vectors and all else that it weighs.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Passage
from eval.collection import Collection
from eval.embedding import embed
from eval.ranking import Qrels, Run, ndcg, recall, reciprocal_rank
from eval.statistics import Estimate, estimate, estimate_auroc, randomisation_p
from index.build import write_generation
from index.encoder import Encoder
from index.generation import Generation, open_generation
from index.search import search

DEPTH = 100
SYSTEMS = ("lexical", "dense", "fused", "full")
MEASURES: Mapping[str, Callable[[Run, Qrels], dict[str, float]]] = {
    "nDCG@10": lambda run, qrels: ndcg(run, qrels, 10),
    "RR@10": lambda run, qrels: reciprocal_rank(run, qrels, 10),
    "recall@5": lambda run, qrels: recall(run, qrels, 5),
    "recall@10": lambda run, qrels: recall(run, qrels, 10),
    "recall@100": lambda run, qrels: recall(run, qrels, 100),
}


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
    load: Callable[[], Encoder],
    advance: Callable[[int], None] = lambda _: None,
) -> Generation:
    """The collection built under `folder` as a corpus is, a passage a document; `load` loads the encoder again."""
    passages, source = _passages(collection)
    texts = list(collection.documents.values())
    pieces = encoder.pieces(texts)
    embedded = embed(texts, pieces, encoder, load, advance)
    document = passages[0].document
    write_generation(folder, [document], {document.id: source}, passages, embedded, pieces, encoder)
    return open_generation(folder, encoder.sha256)


def _passages(collection: Collection) -> tuple[list[Passage], str]:
    """The documents as passages without context, one below the other in a single source, and that source."""
    source = "\n".join(collection.documents.values())
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    document = Document("collection", "", "", "collection", (0, 0), "", sha256)
    passages, start = [], 0
    for name, text in collection.documents.items():
        end = start + len(text)
        passages.append(Passage(name, document, text, start, end, (), "paragraph", {}, ""))
        start = end + 1
    return passages, source


def run_collection(
    collection: Collection,
    generation: Generation,
    encoder: Encoder,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, dict[str, dict[str, float]]]:
    """System -> query -> document -> score, at most `DEPTH` a query, never the query itself (as in BEIR)."""
    runs: dict[str, dict[str, dict[str, float]]] = {system: {} for system in SYSTEMS}
    for query, text in collection.queries.items():
        lexical = generation.lexical.scores(text)
        dense = generation.dense.scores(encoder.encode([text])[0])
        runs["lexical"][query] = _top(generation, np.where(lexical > 0, lexical, -np.inf), query)
        runs["dense"][query] = _top(generation, dense, query)
        runs["fused"][query] = _top(generation, _standardised(lexical) + _standardised(dense), query)
        found = search(generation, encoder, text, DEPTH + 1).results
        runs["full"][query] = {
            result.passage.id: result.score for result in found if result.passage.id != query
        }
        advance(1)
    return runs


def score_collection(collection: Collection, runs: Mapping[str, Run]) -> Scores:
    """The scores of each system, on the judged queries; AUROC where some queries are unanswerable."""
    scores: dict[str, dict[str, Score]] = {}
    for measure, function in MEASURES.items():
        values = {system: list(function(run, collection.qrels).values()) for system, run in runs.items()}
        for system, found in values.items():
            p = randomisation_p(found, values["full"]) if len(found) > 1 else 1.0
            scores.setdefault(system, {})[measure] = Score(estimate(found), p)
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


def _top(generation: Generation, scores: NDArray[np.float32], query: str) -> dict[str, float]:
    best = np.argsort(-scores, kind="stable")[: DEPTH + 1]
    found = ((generation.passages[n].id, float(scores[n])) for n in best if np.isfinite(scores[n]))
    return dict([(document, score) for document, score in found if document != query][:DEPTH])


def _standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores with mean 0 and deviation 1, so that two kinds can be added."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
