"""Measures of knowing when not to answer.

`confidence` and `correct` are arrays with one entry a question. An answer is correct when the question is
answerable and the answer right: any answer to an unanswerable question is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

BINS = 10


def auroc(answerable: ArrayLike, unanswerable: ArrayLike) -> float:
    """AUROC = P(confidence of an answerable > of an unanswerable question) + P(equal) / 2.

    By the Mann-Whitney statistic (Hanley & McNeil, Radiology 1982). 0.5 is chance. NaN if either is empty.
    """
    positive, negative = np.asarray(answerable, dtype=float), np.asarray(unanswerable, dtype=float)
    if not positive.size or not negative.size:
        return float("nan")
    ranks = rankdata(np.concatenate([positive, negative]))[: positive.size]
    return float((ranks.sum() - positive.size * (positive.size + 1) / 2) / (positive.size * negative.size))


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only from `threshold` up: the share of questions answered, and the share of those wrong."""

    threshold: float
    coverage: float
    risk: float


def risk_coverage(confidence: Sequence[float], correct: Sequence[bool]) -> list[RiskPoint]:
    """The risk-coverage curve, one point a distinct confidence, from the most confident on.

    El-Yaniv & Wiener (JMLR 2010); Geifman & El-Yaniv (NeurIPS 2017). Equal confidences are answered together.
    """
    points = []
    for threshold in sorted(set(confidence), reverse=True):
        answered = [right for value, right in zip(confidence, correct, strict=True) if value >= threshold]
        points.append(RiskPoint(threshold, len(answered) / len(correct), 1 - sum(answered) / len(answered)))
    return points


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in one tenth of 0..1: how many, how sure, how often correct."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability(confidence: Sequence[float], correct: Sequence[bool]) -> list[Bin]:
    """The reliability diagram: ten bins of equal width, the empty ones left out (Guo et al., ICML 2017)."""
    values, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    places = np.minimum((values * BINS).astype(int), BINS - 1)
    bins = []
    for place in range(BINS):
        inside = places == place
        if inside.any():
            n, sure, often = int(inside.sum()), float(values[inside].mean()), float(right[inside].mean())
            bins.append(Bin(place / BINS, (place + 1) / BINS, n, sure, often))
    return bins


def ece(confidence: Sequence[float], correct: Sequence[bool]) -> float:
    """ECE = sum over bins of n / N * |accuracy - confidence| (expected calibration error, Guo et al.)."""
    return sum(
        part.n / len(confidence) * abs(part.accuracy - part.confidence)
        for part in reliability(confidence, correct)
    )
