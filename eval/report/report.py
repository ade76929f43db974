"""The report of a run: one self-contained HTML file that shows which questions failed, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.gold_data import Gold
from eval.metrics.latency import Latency
from eval.metrics.spans import Evidence, Quote, is_placed, union
from eval.metrics.statistics import Estimate
from eval.report.plots import reliability_plot, risk_coverage_plot
from eval.runs.compare import differences
from eval.runs.results import SETS, Judged, Results, SetName, by_set, by_slice, curves
from eval.systems.protocol import Retrieved

SHOWN = 10
SIGNIFICANT = 0.05
SUMMARIES: tuple[tuple[str, SetName, tuple[str, ...]], ...] = (
    (
        "questions: retrieval",
        "questions",
        ("hit@1", "hit@3", "hit@10", "RR@10", "found@300c", "found@600c", "found@1200c", "found@2400c"),
    ),
    (
        "questions: answers",
        "questions",
        (
            "right",
            "cited right",
            "right and cited",
            "exact",
            "length",
            "AUROC",
            "ECE",
            "false answer",
            "false refusal",
        ),
    ),
    ("precedents", "precedents", ("nDCG@10", "recall@5", "recall@10", "recall@20")),
    ("conversations: retrieval", "conversations", ("hit@1", "hit@3", "RR@10", "found@600c", "found@1200c")),
    (
        "conversations: answers",
        "conversations",
        ("right", "cited right", "right and cited", "exact", "length", "false refusal"),
    ),
)
"""The tables of a summary: title, gold set, measures."""

SLICED: dict[SetName, tuple[str, ...]] = {
    "questions": ("hit@1", "RR@10", "found@1200c", "right", "cited right", "false answer"),
    "precedents": ("nDCG@10", "recall@10"),
    "conversations": ("hit@1", "RR@10", "found@1200c", "right", "cited right"),
}
PASSED: dict[SetName, str] = {
    "questions": "found@1200c",
    "precedents": "recall@10",
    "conversations": "found@1200c",
}

Segments = list[tuple[str, bool]]
"""Pieces of a text in order, each with whether it is part of a gold quote."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A mean in a table; `differs` if it is significantly (p < 0.05, paired) not that of the run reported."""

    mean: Estimate | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class MeansTable:
    title: str
    columns: Sequence[str]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Shown:
    """A result, its text in segments with the gold quotes marked."""

    result: Retrieved
    placed: bool
    segments: Segments


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with the reasons why it failed, the quotes wanted, and the results."""

    judged: Judged
    reasons: tuple[str, ...]
    accepted: tuple[str, ...]
    wanted: list[list[Quote]]
    results: list[Shown]


def render(
    results: Results,
    gold: Gold,
    tables: Sequence[MeansTable],
    latency: Latency | None = None,
    previous: Results | None = None,
    peers: Sequence[Results] = (),
) -> str:
    """The report as HTML. `tables` are the `summaries` of the run, `previous` (the last committed run) and peers."""
    risk, bins = curves(results)
    environment = Environment(
        loader=PackageLoader("eval.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure
    return environment.get_template("report.html.jinja").render(
        results=results,
        previous=previous,
        peers=peers,
        summaries=tables,
        slices=slices(results),
        risk=Markup(risk_coverage_plot(risk)) if risk else None,
        reliability=Markup(reliability_plot(bins)) if bins else None,
        latency=latency,
        entries=entries(results, gold),
    )


def figure(value: float) -> str:
    """A share as 0.85, a length as 1,234."""
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


def summaries(results: Results, others: Sequence[Results]) -> list[MeansTable]:
    """The tables of `SUMMARIES`, a line for the run and for each of the others that has the measures.

    Raises ResultsError if another was not judged by the same gold data.
    """
    ours = by_set(results)
    theirs = {other.system: by_set(other) for other in others}
    p = {
        other.system: {(found.set, found.measure): found.p for found in differences(results, other)}
        for other in others
    }
    tables = []
    for title, name, measures in SUMMARIES:
        columns = [measure for measure in measures if measure in ours.get(name, {})]
        if not columns:
            continue
        lines = [Line(results.system, [Cell(ours[name][measure], False) for measure in columns])]
        for system, sets in theirs.items():
            means = sets.get(name, {})
            cells = [
                Cell(means.get(measure), p[system].get((name, measure), 1.0) < SIGNIFICANT)
                for measure in columns
            ]
            if any(cell.mean for cell in cells):
                lines.append(Line(system, cells))
        tables.append(MeansTable(title, columns, lines))
    return tables


def markdown(table: MeansTable) -> str:
    """The table in Markdown, for a README: means with their intervals."""
    rows = [[table.title, *table.columns], ["---", *("--:" for _ in table.columns)]]
    rows += [[line.name, *(_in_words(cell) for cell in line.cells)] for line in table.lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _in_words(cell: Cell) -> str:
    if cell.mean is None:
        return "–"
    mark = "*" if cell.differs else ""
    if cell.mean.low is None or cell.mean.high is None:
        return f"{figure(cell.mean.mean)}{mark}"
    return f"{figure(cell.mean.mean)}{mark} ({figure(cell.mean.low)}–{figure(cell.mean.high)})"


def slices(results: Results) -> list[MeansTable]:
    """The means by kind, style, difficulty, document, of each gold set."""
    tables = []
    for name, dimensions in by_slice(results).items():
        for dimension, values in dimensions.items():
            columns = [
                measure for measure in SLICED[name] if any(measure in means for means in values.values())
            ]
            lines = [
                Line(value, [Cell(means.get(measure), False) for measure in columns])
                for value, means in values.items()
            ]
            tables.append(MeansTable(f"{name} by {dimension}", columns, lines))
    return tables


def entries(results: Results, gold: Gold) -> list[Entry]:
    accepted: dict[str, tuple[str, ...]] = {}
    wanted: dict[str, list[list[Quote]]] = {}
    for question in gold.questions:
        accepted[question.id], wanted[question.id] = question.accepted.answers, _listed(question.evidence)
    for precedent in gold.precedents:
        wanted[precedent.id] = [[entry.quote] for entry in precedent.relevant]
    for conversation in gold.conversations:
        for turn in conversation.turns:
            accepted[turn.id], wanted[turn.id] = turn.accepted.answers, _listed(turn.evidence)
    return [
        _entry(judged, accepted.get(judged.id, ()), wanted.get(judged.id, []))
        for name in SETS
        for judged in results.judged
        if judged.set == name
    ]


def _entry(judged: Judged, accepted: tuple[str, ...], wanted: list[list[Quote]]) -> Entry:
    judgement = judged.measures
    passed = PASSED[judged.set]
    reasons = [
        reason
        for fell_short, reason in (
            (judgement.get(passed, 1.0) < 1.0, f"{passed} {figure(judgement.get(passed, 1.0))}"),
            (judgement.get("right", 1.0) < 1.0, "not right"),
            (judgement.get("cited right", 1.0) < 1.0, "not cited right"),
            (judgement.get("false answer", 0.0) > 0.0, "a false answer"),
        )
        if fell_short
    ]
    quotes = [quote for alternative in wanted for quote in alternative]
    shown = [Shown(result, is_placed(result), mark(result, quotes)) for result in judged.results[:SHOWN]]
    return Entry(judged, tuple(reasons), accepted, wanted, shown)


def mark(result: Retrieved, quotes: Iterable[Quote]) -> Segments:
    """The text of a result with the characters of the gold quotes marked.

    Nothing is marked in a result that has no place, or whose white space is not that of its source.
    """
    if not is_placed(result) or len(result.text) != result.end - result.start:
        return [(result.text, False)]
    gold = union(
        (max(start, result.start), min(end, result.end))
        for quote in quotes
        if quote.document == result.document
        for start, end in quote.spans
        if start < result.end and end > result.start
    )
    segments: Segments = []
    place = result.start
    for start, end in gold:
        segments.append((result.text[place - result.start : start - result.start], False))
        segments.append((result.text[start - result.start : end - result.start], True))
        place = end
    segments.append((result.text[place - result.start :], False))
    return [(text, marked) for text, marked in segments if text]


def _listed(evidence: Evidence) -> list[list[Quote]]:
    return [list(alternative) for alternative in evidence]
