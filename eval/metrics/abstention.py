"""Measures of knowing when not to answer.

`confidence` and `correct` are arrays with one entry a question. An answer is correct when the question is
answerable and the answer right: any answer to an unanswerable question is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

BINS = 10


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """AUROC = P(confidence of an answerable > of an unanswerable question) + P(equal) / 2.

    By the Mann-Whitney statistic (Hanley & McNeil, Radiology 1982). 0.5 is chance. NaN if either is empty.
    """
    if not answerable or not unanswerable:
        return float("nan")
    return float(aurocs(np.asarray(answerable, dtype=float), np.asarray(unanswerable, dtype=float)))


def aurocs(answerable: Floats, unanswerable: Floats, axis: int = -1) -> Floats:
    """`auroc` along an axis, for many samples at once."""
    n, m = answerable.shape[axis], unanswerable.shape[axis]
    ranks = np.moveaxis(rankdata(np.concatenate([answerable, unanswerable], axis=axis), axis=axis), axis, -1)
    return np.asarray((ranks[..., :n].sum(axis=-1) - n * (n + 1) / 2) / (n * m))


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
    return float(eces(np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)))


def eces(confidence: Floats, correct: Floats, axis: int = -1) -> Floats:
    """`ece` along an axis, for many samples at once; n * |accuracy - confidence| is |sum(correct - confidence)|."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [np.abs(((correct - confidence) * (places == place)).sum(axis=axis)) for place in range(BINS)]
    return np.asarray(np.sum(gaps, axis=0) / confidence.shape[axis])
