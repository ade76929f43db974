"""The gate of continuous integration: accuracy must not fall below the committed baseline beyond noise.

The system is deterministic, so the noise is that of the questions: had we asked others like them, would the
fall still be there? A measure fails when the one-sided paired randomisation test says so at 5 %. The baseline
is compared on the questions that have not changed since, so that gold data may be added to.
"""

from dataclasses import dataclass
from pathlib import Path

from eval.metrics.statistics import randomisation_p
from eval.runs.compare import LESS_IS_BETTER, TELLING
from eval.runs.results import SETS, Judged, Results, ResultsError, SetName, in_set

ALPHA = 0.05
GATED: dict[SetName, tuple[str, ...]] = {
    name: (*measures, "exact") if name != "precedents" else measures for name, measures in TELLING.items()
}


@dataclass(frozen=True, slots=True)
class Fall:
    """A measure that fell: its means, p of the fall being chance, and the ids of the questions that lost."""

    set: SetName
    measure: str
    now: float
    before: float
    p: float
    lost: tuple[str, ...]

    @property
    def beyond_noise(self) -> bool:
        return self.p < ALPHA


def falls(now: Results, baseline: Results) -> list[Fall]:
    """Every gated measure of which the mean is worse than the baseline's, on the questions of both.

    Where the baseline has a measure and this run has not (nothing was answered, say), the worst is assumed.

    Raises ResultsError if the two have no question in common.
    """
    found = []
    common = 0
    for name in SETS:
        pairs = _unchanged(now, baseline, name)
        common += len(pairs)
        for measure in GATED[name]:
            fall = _fall(name, measure, pairs)
            if fall:
                found.append(fall)
    if not common:
        raise ResultsError(
            "has no question in common with this run", where="the baseline", remedy="save a new baseline"
        )
    return found


def baseline_path(folder: Path) -> Path:
    """The results file that `baseline.txt` in the folder names. Raises ResultsError if there is none."""
    pointer = folder / "baseline.txt"
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ResultsError(
            "is missing", where=str(pointer), remedy="save a baseline with `bali eval --save`"
        ) from error
    return folder / f"{name}.json"


def _unchanged(now: Results, baseline: Results, name: SetName) -> list[tuple[Judged, Judged]]:
    before = {(entry.id, entry.query): entry for entry in in_set(baseline, name)}
    return [
        (entry, before[entry.id, entry.query])
        for entry in in_set(now, name)
        if (entry.id, entry.query) in before
    ]


def _fall(name: SetName, measure: str, pairs: list[tuple[Judged, Judged]]) -> Fall | None:
    sign, worst = (-1.0, 1.0) if measure in LESS_IS_BETTER else (1.0, 0.0)
    both = [(one, other) for one, other in pairs if measure in other.measures]
    now = [sign * one.measures.get(measure, worst) for one, _ in both]
    before = [sign * other.measures[measure] for _, other in both]
    if sum(now) >= sum(before):
        return None
    p = randomisation_p(now, before, worse=True) if len(both) > 1 else 1.0
    lost = tuple(one.id for (one, _), a, b in zip(both, now, before, strict=True) if a < b)
    return Fall(name, measure, sign * sum(now) / len(now), sign * sum(before) / len(before), p, lost)
