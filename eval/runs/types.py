"""The results and answers of a system to all questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.runs.trec import Runs
from eval.systems.protocol import Answer


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """What a system returned: results and answers by query id, and how long each call took, in seconds."""

    system: str
    results: Runs
    answers: Mapping[str, Answer]
    search_seconds: Sequence[float] = ()
    answer_seconds: Sequence[float] = ()
