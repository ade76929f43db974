"""How far a figure can be trusted: bootstrap intervals and paired randomisation tests, seeded.

The same figures give the same interval and the same p, to the last bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap, permutation_test

from eval.metrics.abstention import Floats, auroc, aurocs, ece, eces

SEED = 20221206
RESAMPLES = 2000
PERMUTATIONS = 9999


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` questions with its 95 % interval; no interval for a single question."""

    mean: float
    low: float | None
    high: float | None
    n: int


def estimate(values: Sequence[float]) -> Estimate:
    """The mean with the percentile bootstrap's 95 % interval (Efron & Tibshirani 1993; for IR: Sakai 2006).

    Raises ValueError for no values: a figure of nothing is no figure.
    """
    if not values:
        raise ValueError("no values to estimate a mean of")
    data = np.asarray(values, dtype=float)
    low, high = _interval((data,), lambda sample, axis=-1: sample.mean(axis=axis))
    return Estimate(float(data.mean()), low, high, len(values))


def estimate_auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> Estimate:
    """AUROC with a bootstrap interval that resamples both kinds of question by themselves."""
    data = (np.asarray(answerable, dtype=float), np.asarray(unanswerable, dtype=float))
    low, high = _interval(data, aurocs)
    return Estimate(auroc(answerable, unanswerable), low, high, len(answerable) + len(unanswerable))


def estimate_ece(confidence: Sequence[float], correct: Sequence[bool]) -> Estimate:
    """ECE with a bootstrap interval over questions."""
    data = (np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float))
    low, high = _interval(data, eces, paired=True)
    return Estimate(ece(confidence, correct), low, high, len(confidence))


def _interval(
    data: tuple[Floats, ...], statistic: Callable[..., object], *, paired: bool = False
) -> tuple[float | None, float | None]:
    if min(len(sample) for sample in data) < 2:
        return None, None
    result = bootstrap(
        data,
        statistic,
        n_resamples=RESAMPLES,
        vectorized=True,
        paired=paired,
        method="percentile",
        rng=np.random.default_rng(SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def randomisation_p(ours: Sequence[float], theirs: Sequence[float], *, worse: bool = False) -> float:
    """p of the paired randomisation test on the difference of the means (Smucker et al., CIKM 2007).

    Under the null hypothesis each question's two values may change places; all 2^n ways are tried if there
    are no more than 9,999, else 9,999 at random. Two-sided, or one-sided for `ours` being worse.
    """
    result = permutation_test(
        (np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)),
        lambda one, other, axis=-1: one.mean(axis=axis) - other.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        alternative="less" if worse else "two-sided",
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)
