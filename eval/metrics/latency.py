"""How long a system took, reported apart from its accuracy, since it differs from run to run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 95th percentile in milliseconds, of `n` calls."""

    p50: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Of searching, of answering, and of only encoding the same questions, where known."""

    search: Percentiles
    answer: Percentiles | None
    encode: Percentiles | None

    @property
    def ratio(self) -> float | None:
        """Median search time / median time to encode the question: 1 would be a search that costs nothing."""
        return self.search.p50 / self.encode.p50 if self.encode else None


def percentiles(seconds: Sequence[float]) -> Percentiles | None:
    """Percentiles of durations given in seconds (linear interpolation); None of none."""
    if not seconds:
        return None
    p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
    return Percentiles(float(p50), float(p95), len(seconds))
