"""`bali eval`: judge a system, compare runs, guard the accuracy.

Exit codes: 0 done, 1 the gate found accuracy lost, 2 bad input, 3 the service under judgement failed
or nothing usable is built.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table

from corpus.errors import BaliError
from eval.beir import (
    Score,
    Scores,
    average_scores,
    index_collection,
    run_collection,
    score_collection,
    texts_of,
)
from eval.collection import Collection, read_collection
from eval.compare import Change, Difference, changes, differences
from eval.data import Gold, read_gold, read_sources
from eval.gate import Fall, baseline_path, falls
from eval.http import HttpService, ServiceError
from eval.latency import Latency
from eval.peer_runs import read_peers
from eval.report import SIGNIFICANT, Cell, MeansTable, figure, markdown, render, summaries
from eval.results import Results, ResultsError, by_set, read_results, to_json
from eval.run import Asked, ask, judge, latency, searches, texts, time_encoding
from eval.trec import read_run, write_run
from index.errors import GenerationError, ModelError
from index.opening import encoder_to_build_with
from service.settings import Settings

GOLD = Path(__file__).parent / "gold"
RESULTS = Path(__file__).parent / "results"
DOCUMENTS = Path(__file__).parents[1] / "corpus" / "documents"
OUT = Path("var/eval")
SUMMARISED = "nDCG@10"
"""The measure by which several collections are summarised, as in BEIR."""

LOST, BAD_INPUT, SERVICE_FAILED = 1, 2, 3

app = typer.Typer(
    help="Judge a system by the gold questions.", no_args_is_help=False, pretty_exceptions_enable=False
)
stdout, stderr = Console(), Console(stderr=True)

GoldFolder = Annotated[Path, typer.Option("--gold", help="The folder of questions.jsonl and the other sets.")]
DocumentsFolder = Annotated[Path, typer.Option("--documents", help="The folder of the source texts.")]
OutFolder = Annotated[
    Path, typer.Option("--out", help="Where results, run, latencies and report are written.")
]
VarFolder = Annotated[Path, typer.Option("--var", envvar="BALI_VAR", help="Where what is built lives.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(help="Judge the service at this URL, not in process.")] = None,
    gold: GoldFolder = GOLD,
    documents: DocumentsFolder = DOCUMENTS,
    out: OutFolder = OUT,
    var: VarFolder = Path("var"),
    peers: Annotated[
        Path | None, typer.Option(help="The folder of runs written by `python -m eval.peers`.")
    ] = None,
    save: Annotated[bool, typer.Option(help="Keep the results as the baseline, named by commit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every gold question, judge what comes back, and write results.json and report.html."""
    if context.invoked_subcommand:
        return
    with one_line_errors():
        asked_of = read_gold(gold, documents)
        commit = _commit() if save else None
        asked, timed = _ask_service(asked_of, url) if url else _ask_in_process(asked_of, var)
        results = judge(asked_of, asked)
        others = [judge(asked_of, peer) for peer in read_peers(peers)] if peers else []
        tables = _write(out, asked_of, asked, results, timed, others)
        if commit:
            _save(commit, to_json(results, asked_of.sources))
        _show(tables, [results, *others], out, as_json)


@app.command("judge")
def judge_run(
    run: Annotated[Path, typer.Argument(help="A TREC run file, with <name>.passages.jsonl beside it.")],
    gold: GoldFolder = GOLD,
    documents: DocumentsFolder = DOCUMENTS,
    out: OutFolder = OUT,
    as_json: AsJson = False,
) -> None:
    """Judge a run that was written to a file, by this harness or anything else."""
    with one_line_errors():
        asked_of = read_gold(gold, documents)
        asked = Asked(run.stem, read_run(run), {})
        results = judge(asked_of, asked)
        tables = _write(out, asked_of, asked, results, None, [])
        _show(tables, [results], out, as_json)


@app.command()
def compare(
    ours: Annotated[Path, typer.Argument(metavar="A", help="A results file.")],
    theirs: Annotated[Path, typer.Argument(metavar="B", help="The results file to compare it with.")],
    documents: DocumentsFolder = DOCUMENTS,
    as_json: AsJson = False,
) -> None:
    """Say whether A differs from B by more than chance, and on which questions, with what each returned."""
    with one_line_errors():
        sources = read_sources(documents)
        one, other = read_results(ours, sources), read_results(theirs, sources)
        measured, changed = differences(one, other), changes(one, other)
        if as_json:
            print(
                json.dumps(
                    {
                        "differences": [asdict(difference) for difference in measured],
                        "changes": [_change_json(change) for change in changed],
                    },
                    ensure_ascii=False,
                )
            )
        else:
            _print_differences(measured)
            for change in changed:
                _print_change(change)


@app.command()
def gate(
    results: Annotated[Path, typer.Argument(help="The results file to check.")] = OUT / "results.json",
    baseline: Annotated[Path, typer.Option(help="The folder of committed results.")] = RESULTS,
    documents: DocumentsFolder = DOCUMENTS,
    as_json: AsJson = False,
) -> None:
    """Fail if accuracy fell below the committed baseline beyond noise, naming the questions lost."""
    with one_line_errors():
        sources = read_sources(documents)
        found = falls(read_results(results, sources), read_results(baseline_path(baseline), sources))
    if as_json:
        print(json.dumps([asdict(fall) | {"beyond_noise": fall.beyond_noise} for fall in found]))
    else:
        for fall in found:
            print(_fall_line(fall))
        print("accuracy lost" if any(fall.beyond_noise for fall in found) else "accuracy held")
    if any(fall.beyond_noise for fall in found):
        raise typer.Exit(LOST)


@app.command()
def beir(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="corpus.jsonl, queries.jsonl and qrels, as in BEIR."),
    ],
    split: Annotated[str, typer.Option(help="The judgements to use: qrels/<split>.tsv.")] = "test",
    as_json: AsJson = False,
) -> None:
    """Index and score collections in BEIR's layout with the production encoder and search."""
    with one_line_errors():
        collections = {folder.resolve(): read_collection(folder, split) for folder in folders}
        settings = Settings()
        judged, scored = [], {}
        with TemporaryDirectory() as scratch:
            passages = chain.from_iterable(map(texts_of, collections.values()))
            encoder, _ = encoder_to_build_with(settings.var, settings.models, Path(scratch), passages)
            load = partial(settings.models.load, encoder.exported)
            for folder, collection in collections.items():
                with TemporaryDirectory() as built:
                    with _progress(f"{folder.name}: embedding", len(texts_of(collection))) as advance:
                        generation = index_collection(Path(built), collection, encoder, load, advance)
                    with _progress(f"{folder.name}: searching", len(collection.queries)) as advance:
                        runs = run_collection(collection, generation, encoder, advance)
                judged.append((collection, runs))
                scored[folder] = score_collection(collection, runs)
                if not as_json:
                    _print_scores(folder.name, collection, scored[folder])
        average = average_scores(judged, SUMMARISED)
    if as_json:
        described = {str(folder): asdict(scores) for folder, scores in scored.items()}
        print(json.dumps({"collections": described, "average": {s: asdict(v) for s, v in average.items()}}))
    elif len(scored) > 1:
        _print_summary(scored, average)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns a typed error into one line and an exit code."""
    try:
        yield
    except (ServiceError, GenerationError, ModelError) as error:
        print_error(error)
        raise typer.Exit(SERVICE_FAILED) from error
    except BaliError as error:
        print_error(error)
        raise typer.Exit(BAD_INPUT) from error


def print_error(error: BaliError) -> None:
    """The error on standard error, on one line."""
    stderr.print(" ".join(str(error).split()), markup=False, highlight=False, soft_wrap=True)


def _ask_service(gold: Gold, url: str) -> tuple[Asked, Latency | None]:
    with _progress("asking", searches(gold)) as advance, HttpService(url) as service:
        asked = ask(gold, service, service, lambda: advance(1))
        return asked, latency(asked)


def _ask_in_process(gold: Gold, var: Path) -> tuple[Asked, Latency | None]:
    from eval.in_process import InProcess  # loads the model's libraries

    service = InProcess(var, Settings().models)
    with _progress("asking", searches(gold)) as advance:
        asked = ask(gold, service, service, lambda: advance(1))
        return asked, latency(asked, time_encoding(service.encode, texts(gold)))


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)


def _write(
    out: Path, gold: Gold, asked: Asked, results: Results, timed: Latency | None, others: list[Results]
) -> list[MeansTable]:
    out.mkdir(parents=True, exist_ok=True)
    write_run(asked.results, "run", out)
    (out / "results.json").write_text(to_json(results, gold.sources), encoding="utf-8")
    for other in others:
        (out / f"{other.system}.results.json").write_text(to_json(other, gold.sources), encoding="utf-8")
    if timed:
        written = asdict(timed) | {"ratio": timed.ratio}
        (out / "latency.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    previous = _previous(gold)
    tables = summaries(results, [*([previous] if previous else []), *others])
    (out / "summary.md").write_text("\n".join(markdown(table) for table in tables), encoding="utf-8")
    report = render(results, gold, tables, timed, previous, others)
    (out / "report.html").write_text(report, encoding="utf-8")
    return tables


def _previous(gold: Gold) -> Results | None:
    """The last committed run, if there is one on the same gold data."""
    if not (RESULTS / "baseline.txt").is_file():
        return None
    path = baseline_path(RESULTS)
    if json.loads(path.read_text(encoding="utf-8")).get("gold") != gold.sha256:
        return None
    previous = read_results(path, gold.sources)
    return replace(previous, system=f"{previous.system} at {path.stem}")


def _commit() -> str:
    """The short hash of HEAD. Raises ResultsError if what would be judged is not what was committed."""
    try:
        changed = _git("status", "--porcelain", "--untracked-files=no")
        commit = _git("rev-parse", "--short=12", "HEAD")
    except (OSError, subprocess.CalledProcessError) as error:
        raise ResultsError(
            "is not a git checkout", where="--save", remedy="run it in the repository"
        ) from error
    if changed:
        raise ResultsError(
            "has changes", where="--save", remedy="commit them first: results are named by commit"
        )
    return commit


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=RESULTS.parent, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


def _save(commit: str, text: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{commit}.json").write_text(text, encoding="utf-8")
    (RESULTS / "baseline.txt").write_text(f"{commit}\n", encoding="utf-8")


def _show(tables: list[MeansTable], runs: list[Results], out: Path, as_json: bool) -> None:
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


def _print_scores(name: str, collection: Collection, scores: Scores) -> None:
    table = Table(name, *next(iter(scores.scores.values())), *(["AUROC"] if scores.auroc else []))
    for system, measures in scores.scores.items():
        cells = [_score_cell(score) for score in measures.values()]
        if system in scores.auroc:
            cells.append(_cell(Cell(scores.auroc[system], False)))
        table.add_row(system, *cells)
    stdout.print(table)
    documents, judged = len(collection.documents), len(collection.qrels)
    _print(f"{documents} documents, {judged} judged queries; * differs from full, p < 0.05")


def _print_summary(scored: Mapping[Path, Scores], average: Mapping[str, Score]) -> None:
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


def _print_differences(found: list[Difference]) -> None:
    table = Table("set", "measure")
    for column in ("A", "B", "p", "won", "lost", "drawn"):
        table.add_column(column, justify="right")
    for one in found:
        counts = (str(count) for count in (one.wins, one.losses, one.ties))
        table.add_row(one.set, one.measure, figure(one.ours), figure(one.theirs), f"{one.p:.3f}", *counts)
    stdout.print(table)


def _print_change(change: Change) -> None:
    values = ", ".join(f"{name} {figure(a)} against {figure(b)}" for name, (a, b) in change.measures.items())
    stdout.rule(align="left")
    _print(f"{'won' if change.won else 'lost'} {change.ours.id}: {change.ours.query}", f"  {values}")
    for label, side in (("A", change.ours), ("B", change.theirs)):
        if side.answer:
            _print(f"  {label} {side.answer.status}: {_short(side.answer.text)}")
        for rank, result in enumerate(side.results[:3], 1):
            _print(f"  {label}{rank} {result.document}: {_short(result.text)}")


def _print(*lines: str) -> None:
    for line in lines:
        stdout.print(line, markup=False, highlight=False, soft_wrap=True)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else f"{flat[:159]}…"


def _change_json(change: Change) -> Mapping[str, Any]:
    return {
        "set": change.ours.set,
        "id": change.ours.id,
        "query": change.ours.query,
        "won": change.won,
        "measures": change.measures,
        "ours": {
            "results": [asdict(r) for r in change.ours.results[:3]],
            "answer": _answer_text(change.ours.answer),
        },
        "theirs": {
            "results": [asdict(r) for r in change.theirs.results[:3]],
            "answer": _answer_text(change.theirs.answer),
        },
    }


def _answer_text(answer: Any) -> str | None:
    return answer.text if answer else None


def _fall_line(fall: Fall) -> str:
    verdict = "beyond noise" if fall.beyond_noise else "within noise"
    means = f"{fall.set} {fall.measure}: {figure(fall.now)}, was {figure(fall.before)}"
    return f"{means} (p {fall.p:.3f}, {verdict}); lost: {', '.join(fall.lost)}"
