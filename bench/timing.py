"""Which questions benchmarks ask, and how long work takes by two clocks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.encoders.weights import EMBEDDING, PACKAGED, locate


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds by the clock on the wall, and of the processor; or ratios of both."""

    wall: float
    cpu: float

    def over(self, limit: "Timing") -> "Timing":
        return Timing(self.wall / limit.wall, self.cpu / limit.cpu)


def timed(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> Timing:
    """`clock` gives the seconds of the processor, by default those of this process."""
    wall, cpu = time.perf_counter(), clock()
    work()
    return Timing(time.perf_counter() - wall, clock() - cpu)


def median(timings: Sequence[Timing]) -> Timing:
    return Timing(*np.median([(one.wall, one.cpu) for one in timings], axis=0).tolist())


def gold_questions() -> list[str]:
    return [question.text for question in read_gold(GOLD, DOCUMENTS).questions]


def stock_model() -> Any:
    """The packaged model as sentence-transformers runs it."""
    from sentence_transformers import SentenceTransformer  # takes seconds

    return SentenceTransformer(str(locate(PACKAGED, EMBEDDING)), device="cpu", local_files_only=True)
