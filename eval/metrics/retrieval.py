"""Measures of retrieval by character spans.

`evidence` is a list of alternatives, each the quotes that are all needed; `results` come best first. A quote
counts as read when `spans.COVERED` of its characters lie in what was read. All values lie in 0..1, and
nothing returned is 0.
"""

import math
from collections.abc import Sequence

from eval.metrics.spans import (
    COVERED,
    Evidence,
    Quote,
    coverage,
    is_covered,
    is_placed,
    read_characters,
    read_passages,
)
from eval.systems.protocol import Retrieved

HIT_DEPTHS = (1, 3, 5, 10)
READING_LENGTHS = (300, 600, 1200, 2400)
RECALL_DEPTHS = (5, 10, 20)


def covering_rank(quotes: Sequence[Quote], results: Sequence[Retrieved]) -> list[int | None]:
    """For each quote the smallest k such that the first k results together cover it, or None."""
    ranks: list[int | None] = [None] * len(quotes)
    for rank, result in enumerate(results, 1):
        if not is_placed(result):
            continue
        read = read_passages(results[:rank])
        for n, quote in enumerate(quotes):
            if ranks[n] is None and quote.document == result.document and coverage(quote, read) >= COVERED:
                ranks[n] = rank
    return ranks


def first_hit(evidence: Evidence, results: Sequence[Retrieved]) -> int | None:
    """The smallest k such that the first k results cover some quote of some alternative, or None."""
    quotes = [quote for alternative in evidence for quote in alternative]
    return min((rank for rank in covering_rank(quotes, results) if rank is not None), default=None)


def hit(evidence: Evidence, results: Sequence[Retrieved], k: int) -> float:
    """hit@k (success@k): 1 if some quote of some alternative is covered by the first k results, else 0.

    Large passages win it for free: read it beside `found`.
    """
    rank = first_hit(evidence, results)
    return float(rank is not None and rank <= k)


def reciprocal_rank(evidence: Evidence, results: Sequence[Retrieved], k: int = 10) -> float:
    """RR@k = 1 / (the first rank with a hit), 0 beyond k (Voorhees, TREC-8 QA track, 1999)."""
    rank = first_hit(evidence, results)
    return 1 / rank if rank is not None and rank <= k else 0.0


def found(evidence: Evidence, results: Sequence[Retrieved], characters: int) -> float:
    """found@Nc: 1 if the first N characters of the results, in order, cover every quote of one alternative.

    The last passage is cut at N characters. It asks what a reader, or a model's context, pays for: the answer
    within so much text, however it is cut into passages.
    """
    read = read_characters(results, characters)
    return float(any(all(is_covered(quote, read) for quote in alternative) for alternative in evidence))


def ndcg(relevant: Sequence[tuple[Quote, int]], results: Sequence[Retrieved], k: int = 10) -> float:
    """nDCG@k = DCG@k / ideal DCG@k, of graded gold passages, each counted once.

    DCG@k = sum over ranks r <= k of g(r) / log2(1 + r) (Jarvelin & Kekalainen, TOIS 2002), where g(r) is the
    largest gain 2^grade - 1 (Burges et al., ICML 2005) of the gold passages that become covered at rank r. A
    rank has one gain, as in any nDCG: a large passage over several gold passages is credited with the best,
    and the others are not counted again. `recall` counts them all.
    """
    ranks = covering_rank([quote for quote, _ in relevant], results[:k])
    gains = [0.0] * k
    for (_, grade), rank in zip(relevant, ranks, strict=True):
        if rank is not None:
            gains[rank - 1] = max(gains[rank - 1], gain(grade))
    ideal = dcg(sorted((gain(grade) for _, grade in relevant), reverse=True)[:k])
    return dcg(gains) / ideal if ideal else 0.0


def gain(grade: int) -> float:
    """Exponential gain, 2^grade - 1."""
    return float(2 ** max(grade, 0) - 1)


def dcg(gains: Sequence[float]) -> float:
    """Discounted cumulative gain of gains in rank order: sum of gains[i] / log2(i + 2), i from 0."""
    return sum(value / math.log2(place + 2) for place, value in enumerate(gains))


def recall(relevant: Sequence[tuple[Quote, int]], results: Sequence[Retrieved], k: int) -> float:
    """recall@k = min(1, covered by the first k / min(k, number relevant)); BEIR's R_cap@k (Thakur et al.)."""
    ranks = covering_rank([quote for quote, _ in relevant], results[:k])
    return min(1.0, sum(rank is not None for rank in ranks) / min(k, len(relevant)))


def judge_evidence(evidence: Evidence, results: Sequence[Retrieved]) -> dict[str, float]:
    """hit@k, RR@10 and found@Nc of one answerable question."""
    return (
        {f"hit@{k}": hit(evidence, results, k) for k in HIT_DEPTHS}
        | {"RR@10": reciprocal_rank(evidence, results, 10)}
        | {f"found@{n}c": found(evidence, results, n) for n in READING_LENGTHS}
    )


def judge_precedent(relevant: Sequence[tuple[Quote, int]], results: Sequence[Retrieved]) -> dict[str, float]:
    """nDCG@10 and recall@k of one query for precedent."""
    return {"nDCG@10": ndcg(relevant, results, 10)} | {
        f"recall@{k}": recall(relevant, results, k) for k in RECALL_DEPTHS
    }
