"""Results as tables on the terminal, and as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.beir.collection import Collection
from eval.beir.scoring import Score, Scores
from eval.options import stdout
from eval.report.report import SIGNIFICANT, Cell, MeansTable, figure
from eval.runs.compare import Change, Difference
from eval.runs.gate import Fall
from eval.runs.results import Judged, Results, by_set
from eval.runs.rubric import Mark

SUMMARISED = "nDCG@10"
"""The measure by which several collections are summarised, as in BEIR."""


def show(tables: list[MeansTable], runs: list[Results], out: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps({run.system: _summary_json(run) for run in runs}))
        return
    for summary in tables:
        table = Table(title=summary.title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("system", no_wrap=True, min_width=max(len(line.name) for line in summary.lines))
        for column in summary.columns:
            table.add_column(column, justify="right", overflow="fold", min_width=len("0.00*"))
        for line in summary.lines:
            table.add_row(line.name, *(_cell(cell) for cell in line.cells))
        stdout.print(table)
    stdout.print(f"report: {out / 'report.html'}", markup=False, highlight=False)


def _cell(cell: Cell) -> str:
    return f"{figure(cell.mean.mean)}{'*' if cell.differs else ''}" if cell.mean else "–"


def _summary_json(results: Results) -> dict[str, Any]:
    summary: dict[str, Any] = {"returned": results.returned, "unplaced": results.unplaced}
    for name, means in by_set(results).items():
        summary[name] = {measure: asdict(mean) for measure, mean in means.items()}
    return summary


def print_scores(name: str, collection: Collection, scores: Scores) -> None:
    table = Table(name, *next(iter(scores.scores.values())), *(["AUROC"] if scores.auroc else []))
    for system, measures in scores.scores.items():
        cells = [_score_cell(score) for score in measures.values()]
        if system in scores.auroc:
            cells.append(_cell(Cell(scores.auroc[system], False)))
        table.add_row(system, *cells)
    stdout.print(table)
    documents, judged = len(collection.documents), len(collection.qrels)
    _print(f"{documents} documents, {judged} judged queries; * differs from full, p < 0.05")


def print_summary(scored: Mapping[Path, Scores], average: Mapping[str, Score]) -> None:
    table = Table(SUMMARISED, *average)
    for folder, scores in scored.items():
        table.add_row(
            folder.name, *(_score_cell(measures[SUMMARISED]) for measures in scores.scores.values())
        )
    table.add_section()
    table.add_row("average", *map(_score_cell, average.values()))
    stdout.print(table)


def _score_cell(score: Score) -> str:
    return _cell(Cell(score.estimate, score.p < SIGNIFICANT))


def print_differences(found: list[Difference]) -> None:
    table = Table("set", "measure")
    for column in ("A", "B", "p", "won", "lost", "drawn"):
        table.add_column(column, justify="right")
    for one in found:
        counts = (str(count) for count in (one.wins, one.losses, one.ties))
        table.add_row(one.set, one.measure, figure(one.ours), figure(one.theirs), f"{one.p:.3f}", *counts)
    stdout.print(table)


def print_change(change: Change) -> None:
    values = ", ".join(f"{name} {figure(a)} against {figure(b)}" for name, (a, b) in change.measures.items())
    stdout.rule(align="left")
    _print(f"{'won' if change.won else 'lost'} {change.ours.id}: {change.ours.query}", f"  {values}")
    for label, side in (("A", change.ours), ("B", change.theirs)):
        if side.answer:
            _print(f"  {label} {side.answer.status}: {_short(side.answer.text)}")
        for rank, result in enumerate(side.results[:3], 1):
            _print(f"  {label}{rank} {result.document}: {_short(result.text)}")


def print_marks(groups: Mapping[str, list[Mark]]) -> None:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("answers", no_wrap=True)
    for column in ("n", "mean mark", "3", "2", "1", "0", "in form", "green and wrong"):
        table.add_column(column, justify="right")
    for name, marks in groups.items():
        counts = (str(sum(one.mark == mark for one in marks)) for mark in (3, 2, 1, 0))
        in_form, wrong = (sum(one.in_form for one in marks), sum(one.green_and_wrong for one in marks))
        mean = sum(one.mark for one in marks) / len(marks)
        table.add_row(
            name, str(len(marks)), f"{mean:.2f}", *counts, f"{in_form / len(marks):.2f}", str(wrong)
        )
    stdout.print(table)


def _print(*lines: str) -> None:
    for line in lines:
        stdout.print(line, markup=False, highlight=False, soft_wrap=True)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else f"{flat[:159]}…"


def change_json(change: Change) -> Mapping[str, Any]:
    return {
        "set": change.ours.set,
        "id": change.ours.id,
        "query": change.ours.query,
        "won": change.won,
        "measures": change.measures,
        "ours": _side_json(change.ours),
        "theirs": _side_json(change.theirs),
    }


def _side_json(side: Judged) -> Mapping[str, Any]:
    return {
        "results": [asdict(result) for result in side.results[:3]],
        "answer": side.answer.text if side.answer else None,
    }


def fall_line(fall: Fall) -> str:
    verdict = "beyond noise" if fall.beyond_noise else "within noise"
    means = f"{fall.set} {fall.measure}: {figure(fall.now)}, was {figure(fall.before)}"
    return f"{means} (p {fall.p:.3f}, {verdict}); lost: {', '.join(fall.lost)}"
