"""Standard measures over a run and its judgements, as trec_eval computes them.

A run is query id -> document id -> score, judgements ("qrels") are query id -> document id -> grade.
Documents are ranked by descending score, ties by descending document id, as in trec_eval. Each function
returns query id -> value for every judged query; a query without results, or without a relevant document,
has 0. A document is relevant from grade 1.
"""

import math
from collections.abc import Mapping, Sequence

Run = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, int]]


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Document ids, best first."""
    return sorted(scores, key=lambda document: (scores[document], document), reverse=True)


def reciprocal_rank_fusion(scores: Sequence[Mapping[str, float]], k: int = 60) -> dict[str, float]:
    """The sum over rankings of 1 / (k + rank), ranks from 1 (Cormack, Clarke & Buettcher, SIGIR 2009)."""
    fused: dict[str, float] = {}
    for ranking in scores:
        for rank, document in enumerate(ranked(ranking), 1):
            fused[document] = fused.get(document, 0.0) + 1 / (k + rank)
    return fused


def gain(grade: int) -> float:
    """Exponential gain, 2^grade - 1."""
    return float(2 ** max(grade, 0) - 1)


def dcg(gains: Sequence[float]) -> float:
    """Discounted cumulative gain of gains in rank order: sum of gains[i] / log2(i + 2), i from 0."""
    return sum(value / math.log2(place + 2) for place, value in enumerate(gains))


def reciprocal_rank(run: Run, qrels: Qrels, k: int = 10) -> dict[str, float]:
    """RR@k = 1 / rank of the first relevant document, 0 beyond k (Voorhees, TREC-8, 1999)."""
    values = {}
    for query, grades in qrels.items():
        relevant = [grades.get(document, 0) > 0 for document in ranked(run.get(query, {}))[:k]]
        values[query] = 1 / (relevant.index(True) + 1) if True in relevant else 0.0
    return values


def ndcg(run: Run, qrels: Qrels, k: int = 10) -> dict[str, float]:
    """nDCG@k = DCG@k / ideal DCG@k, with the grade itself as gain (Jarvelin & Kekalainen 2002; BEIR)."""
    values = {}
    for query, grades in qrels.items():
        ideal = dcg(sorted((max(grade, 0) for grade in grades.values()), reverse=True)[:k])
        gained = dcg([max(grades.get(document, 0), 0) for document in ranked(run.get(query, {}))[:k]])
        values[query] = gained / ideal if ideal else 0.0
    return values


def recall(run: Run, qrels: Qrels, k: int) -> dict[str, float]:
    """recall@k = relevant documents among the first k / relevant documents."""
    values = {}
    for query, grades in qrels.items():
        relevant = {document for document, grade in grades.items() if grade > 0}
        values[query] = (
            len(relevant & set(ranked(run.get(query, {}))[:k])) / len(relevant) if relevant else 0.0
        )
    return values
