"""The results of a run: every question with what was returned, its measures, and the means with intervals.

The JSON holds nothing that differs between two runs of the same system on the same gold data; latencies are
kept apart (`eval.metrics.latency`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.errors import BaliError
from eval.metrics.abstention import Bin, RiskPoint, reliability, risk_coverage
from eval.metrics.statistics import Estimate, estimate, estimate_auroc, estimate_ece
from eval.systems.protocol import Answer, Citation, Retrieved

SetName = Literal["questions", "precedents", "conversations"]
SETS: tuple[SetName, ...] = ("questions", "precedents", "conversations")


class ResultsError(BaliError):
    """A results file is missing or malformed, or two were not asked the same."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, its results and answer, and the measures of them.

    `slices` is dimension -> the values that the question counts in; `measures` has only those that apply.
    """

    set: SetName
    id: str
    query: str
    answerable: bool
    slices: Mapping[str, tuple[str, ...]]
    results: tuple[Retrieved, ...]
    answer: Answer | None
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Results:
    """A judged run. `gold` is the SHA-256 of the gold data and sources; `unplaced` counts the results, of
    `returned` in all, of which the text does not stand in the source where they say."""

    system: str
    gold: str
    judged: tuple[Judged, ...]
    returned: int
    unplaced: int


Means = dict[str, Estimate]
"""Measure -> its mean with interval."""


def summarise(judged: Iterable[Judged]) -> Means:
    """The means of the measures, and AUROC and ECE where there are answers."""
    entries = list(judged)
    means = mean_measures(entries)
    confident = [(entry, entry.answer.confidence) for entry in entries if entry.answer]
    answerable = [confidence for entry, confidence in confident if entry.answerable]
    unanswerable = [confidence for entry, confidence in confident if not entry.answerable]
    if answerable and unanswerable:
        means["AUROC"] = estimate_auroc(answerable, unanswerable)
    if confident:
        means["ECE"] = estimate_ece([confidence for _, confidence in confident], correctness(entries))
    return means


def mean_measures(judged: Iterable[Judged]) -> Means:
    """The mean of each measure over the questions that it applies to."""
    values: dict[str, list[float]] = {}
    for entry in judged:
        for measure, value in entry.measures.items():
            values.setdefault(measure, []).append(value)
    return {measure: estimate(found) for measure, found in values.items()}


def by_set(results: Results) -> dict[SetName, Means]:
    """The means of each gold set that has questions."""
    return {name: summarise(found) for name in SETS if (found := in_set(results, name))}


def by_slice(results: Results) -> dict[SetName, dict[str, dict[str, Means]]]:
    """Set -> dimension (kind, style, difficulty, document) -> value -> means."""
    slices: dict[SetName, dict[str, dict[str, list[Judged]]]] = {}
    for entry in results.judged:
        for dimension, values in entry.slices.items():
            for value in values:
                slices.setdefault(entry.set, {}).setdefault(dimension, {}).setdefault(value, []).append(entry)
    return {
        name: {
            dimension: {value: mean_measures(found) for value, found in sorted(values.items())}
            for dimension, values in dimensions.items()
        }
        for name, dimensions in slices.items()
    }


def in_set(results: Results, name: SetName) -> list[Judged]:
    return [entry for entry in results.judged if entry.set == name]


def correctness(judged: Iterable[Judged]) -> list[bool]:
    """For each question with an answer, whether answering it was correct."""
    return [entry.measures.get("right", 0.0) == 1.0 for entry in judged if entry.answer]


def confidences(judged: Iterable[Judged]) -> list[float]:
    """For each question with an answer, the system's confidence."""
    return [entry.answer.confidence for entry in judged if entry.answer]


def curves(results: Results) -> tuple[list[RiskPoint], list[Bin]]:
    """The risk-coverage curve and the reliability diagram of the questions; empty without answers."""
    questions = in_set(results, "questions")
    sure, correct = confidences(questions), correctness(questions)
    return risk_coverage(sure, correct), reliability(sure, correct)


def to_json(results: Results, sources: Mapping[str, str]) -> str:
    """The results as JSON, one question a line; a text that stands in its source is left to the source."""
    head: dict[str, Any] = {
        "system": results.system,
        "gold": results.gold,
        "returned": results.returned,
        "unplaced": results.unplaced,
        "summary": {
            name: {measure: asdict(mean) for measure, mean in means.items()}
            for name, means in by_set(results).items()
        },
    }
    fields = [f"{json.dumps(key)}: {_dumps(value)}" for key, value in head.items()]
    lines = [_dumps(_row(entry, sources)) for entry in results.judged]
    return "{\n" + ",\n".join(fields) + ',\n"judged": [\n' + ",\n".join(lines) + "\n]\n}\n"


def read_results(path: Path, sources: Mapping[str, str]) -> Results:
    """Read a results file. Raises ResultsError if it is missing or not one, or quotes other sources."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        judged = tuple(_from_row(row, sources) for row in data["judged"])
        return Results(data["system"], data["gold"], judged, data["returned"], data["unplaced"])
    except FileNotFoundError as error:
        raise ResultsError("is missing", where=str(path), remedy="write it with `bali eval --out`") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ResultsError(
            f"is not a results file ({type(error).__name__}: {error})",
            where=str(path),
            remedy="write it with `bali eval --out`",
        ) from error


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _row(entry: Judged, sources: Mapping[str, str]) -> dict[str, Any]:
    return {
        "set": entry.set,
        "id": entry.id,
        "query": entry.query,
        "answerable": entry.answerable,
        "slices": {dimension: list(values) for dimension, values in entry.slices.items()},
        "measures": dict(entry.measures),
        "answer": asdict(entry.answer) if entry.answer else None,
        "results": [_result_row(result, sources) for result in entry.results],
    }


def _result_row(result: Retrieved, sources: Mapping[str, str]) -> list[Any]:
    row: list[Any] = [result.id, result.document, result.start, result.end, round(result.score, 6)]
    if result.start < 0 or sources[result.document][result.start : result.end] != result.text:
        row.append(result.text)
    return row


def _from_row(row: Mapping[str, Any], sources: Mapping[str, str]) -> Judged:
    results = []
    for id, document, start, end, score, *text in row["results"]:
        shown = text[0] if text else sources[document][start:end]
        results.append(Retrieved(id, document, start, end, shown, score))
    read = {
        "slices": {dimension: tuple(values) for dimension, values in row["slices"].items()},
        "results": tuple(results),
        "answer": _answer(row["answer"]) if row["answer"] else None,
    }
    return Judged(**{**row, **read})


def _answer(row: Mapping[str, Any]) -> Answer:
    citations = tuple(Citation(**citation) for citation in row["citations"])
    return Answer(**{**row, "citations": citations})
