"""Two runs on the same questions: is the difference more than chance, and which questions made it?"""

from collections.abc import Iterator
from dataclasses import dataclass

from eval.metrics.statistics import randomisation_p
from eval.runs.results import SETS, Judged, Results, ResultsError, SetName, in_set

LESS_IS_BETTER = frozenset({"false answer", "false refusal", "length"})
"""Measures of which less is better (`length`: neither, but less to read)."""

TELLING: dict[SetName, tuple[str, ...]] = {
    "questions": ("RR@10", "found@1200c", "right", "cited right", "false answer"),
    "precedents": ("nDCG@10", "recall@10"),
    "conversations": ("RR@10", "found@1200c", "right", "cited right"),
}
"""The measures by which a single question is won or lost."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the `n` questions that both runs have: means, p of the paired randomisation test,
    and how many questions `ours` won, lost, or drew."""

    set: SetName
    measure: str
    ours: float
    theirs: float
    p: float
    wins: int
    losses: int
    ties: int


@dataclass(frozen=True, slots=True)
class Change:
    """A question on which the two runs differ: measure -> (ours, theirs), and both judgements whole."""

    measures: dict[str, tuple[float, float]]
    ours: Judged
    theirs: Judged

    @property
    def won(self) -> bool:
        """Whether the first measure that differs is in favour of ours."""
        measure, (ours, theirs) = next(iter(self.measures.items()))
        return better(measure, ours, theirs)


def better(measure: str, ours: float, theirs: float) -> bool:
    return ours < theirs if measure in LESS_IS_BETTER else ours > theirs


def differences(ours: Results, theirs: Results) -> list[Difference]:
    """Each measure that both runs have. Raises ResultsError if they were not asked the same."""
    found = []
    for name in SETS:
        pairs = paired(ours, theirs, name)
        measures = {
            measure: None for one, other in pairs for measure in one.measures if measure in other.measures
        }
        for measure in measures:
            values = [
                (one.measures[measure], other.measures[measure])
                for one, other in pairs
                if measure in one.measures and measure in other.measures
            ]
            if values:
                found.append(_difference(name, measure, values))
    return found


def changes(ours: Results, theirs: Results) -> list[Change]:
    """The questions on which a telling measure differs, the lost ones first, in the order of the gold."""
    found = list(_changes(ours, theirs))
    return sorted(found, key=lambda change: change.won)


def paired(ours: Results, theirs: Results, name: SetName) -> list[tuple[Judged, Judged]]:
    """The questions of a set that both judged, in order. Raises ResultsError if the gold data differ."""
    if ours.gold != theirs.gold:
        raise ResultsError(
            "were judged by different gold data or sources",
            where=f"{ours.system} and {theirs.system}",
            remedy="run both on the same gold folder and documents",
        )
    others = {entry.id: entry for entry in in_set(theirs, name)}
    return [(entry, others[entry.id]) for entry in in_set(ours, name) if entry.id in others]


def _changes(ours: Results, theirs: Results) -> Iterator[Change]:
    for name in SETS:
        for one, other in paired(ours, theirs, name):
            differing = {
                measure: (one.measures[measure], other.measures[measure])
                for measure in TELLING[name]
                if measure in one.measures
                and measure in other.measures
                and one.measures[measure] != other.measures[measure]
            }
            if differing:
                yield Change(differing, one, other)


def _difference(name: SetName, measure: str, values: list[tuple[float, float]]) -> Difference:
    ours, theirs = [one for one, _ in values], [other for _, other in values]
    wins = sum(better(measure, one, other) for one, other in values)
    losses = sum(better(measure, other, one) for one, other in values)
    return Difference(
        name,
        measure,
        sum(ours) / len(ours),
        sum(theirs) / len(theirs),
        randomisation_p(ours, theirs) if len(values) > 1 else 1.0,
        wins,
        losses,
        len(values) - wins - losses,
    )
