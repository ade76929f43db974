"""`bali eval`: judge a system, compare runs, guard the accuracy.

Exit codes: 0 done, 1 the gate found accuracy lost, 2 bad input, 3 the service under judgement failed
or nothing usable is built.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.progress import Progress, TimeElapsedColumn

from eval.beir.collection import read_collection
from eval.beir.scoring import (
    average_scores,
    index_collection,
    run_collection,
    score_collection,
    texts_of,
)
from eval.gold_data import Gold, read_gold, read_sources
from eval.metrics.latency import Latency
from eval.options import (
    DOCUMENTS,
    GOLD,
    LOST,
    OUT,
    RESULTS,
    AsJson,
    DocumentsFolder,
    GoldFolder,
    OutFolder,
    VarFolder,
    one_line_errors,
    stderr,
)
from eval.report.report import MeansTable, markdown, render, summaries
from eval.report.sheet import asked_of, sheet
from eval.runs.compare import changes, differences
from eval.runs.gate import baseline_path, falls
from eval.runs.peers import read_peers
from eval.runs.results import Results, ResultsError, read_results, to_json
from eval.runs.rubric import grouped, mark
from eval.runs.run import ask, judge, latency, searches, texts, time_encoding
from eval.runs.trec import read_run, write_run
from eval.runs.types import QuestionRun
from eval.systems.http import HttpService
from eval.tables import (
    SUMMARISED,
    change_json,
    fall_line,
    print_change,
    print_differences,
    print_marks,
    print_scores,
    print_summary,
    show,
)
from index.opening import encoder_to_build_with
from service.settings import Settings

app = typer.Typer(
    help="Judge a system by the gold questions.", no_args_is_help=False, pretty_exceptions_enable=False
)


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
        show(tables, [results, *others], out, as_json)


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
        asked = QuestionRun(run.stem, read_run(run), {})
        results = judge(asked_of, asked)
        tables = _write(out, asked_of, asked, results, None, [])
        show(tables, [results], out, as_json)


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
        both = {"differences": list(map(asdict, measured)), "changes": list(map(change_json, changed))}
        print(json.dumps(both, ensure_ascii=False))
        return
    print_differences(measured)
    for change in changed:
        print_change(change)


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
    lost = any(fall.beyond_noise for fall in found)
    if as_json:
        print(json.dumps([asdict(fall) | {"beyond_noise": fall.beyond_noise} for fall in found]))
    else:
        for fall in found:
            print(fall_line(fall))
        print("accuracy lost" if lost else "accuracy held")
    if lost:
        raise typer.Exit(LOST)


@app.command()
def rubric(
    gold: Annotated[
        Path, typer.Argument(help="The folder of questions.jsonl and conversations.jsonl.")
    ] = GOLD,
    url: Annotated[str | None, typer.Option(help="Judge the service at this URL, not in process.")] = None,
    documents: DocumentsFolder = DOCUMENTS,
    var: VarFolder = Path("var"),
    sheet_file: Annotated[
        Path | None, typer.Option("--sheet", help="Where to write the sheet for marking by eye.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Mark every answer from 0 to 3 for what it says, proves and in which form, as far as that can be checked."""
    with one_line_errors():
        read = replace(read_gold(gold, documents), precedents=())
        asked = (_ask_service(read, url) if url else _ask_in_process(read, var))[0]
        questions = asked_of(read)
        answers = [asked.answers[question.id] for question in questions]
        marks = list(map(mark, questions, answers))
        if sheet_file:
            sheet_file.write_text(sheet(read, answers, marks), encoding="utf-8")
    if as_json:
        print(json.dumps(list(map(asdict, marks))))
    else:
        print_marks(grouped(read, marks))


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
            encoder, _ = encoder_to_build_with(settings.var, settings.models, Path(scratch))
            for folder, collection in collections.items():
                with TemporaryDirectory() as built:
                    with _progress(f"{folder.name}: embedding", len(texts_of(collection))) as advance:
                        index = index_collection(Path(built), collection, encoder, advance)
                    with _progress(f"{folder.name}: searching", len(collection.queries)) as advance:
                        runs = run_collection(collection, index, encoder, advance)
                judged.append((collection, runs))
                scored[folder] = score_collection(collection, runs)
                if not as_json:
                    print_scores(folder.name, collection, scored[folder])
        average = average_scores(judged, SUMMARISED)
    if as_json:
        described = {str(folder): asdict(scores) for folder, scores in scored.items()}
        print(json.dumps({"collections": described, "average": {s: asdict(v) for s, v in average.items()}}))
    elif len(scored) > 1:
        print_summary(scored, average)


def _ask_service(gold: Gold, url: str) -> tuple[QuestionRun, Latency | None]:
    with HttpService(url) as service, _progress("asking", searches(gold)) as advance:
        asked = ask(gold, service, service, lambda: advance(1))
        return asked, latency(asked)


def _ask_in_process(gold: Gold, var: Path) -> tuple[QuestionRun, Latency | None]:
    from eval.systems.in_process import InProcess  # loads the model's libraries

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
    out: Path, gold: Gold, asked: QuestionRun, results: Results, timed: Latency | None, others: list[Results]
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
    tables = summaries(results, [previous, *others] if previous else others)
    (out / "summary.md").write_text("\n".join(markdown(table) for table in tables), encoding="utf-8")
    report = render(results, gold, tables, timed, previous, others)
    (out / "report.html").write_text(report, encoding="utf-8")
    return tables


def _previous(gold: Gold) -> Results | None:
    """The committed baseline, if it is of the same gold data."""
    if not (RESULTS / "baseline.txt").is_file():
        return None
    path = baseline_path(RESULTS)
    if json.loads(path.read_text(encoding="utf-8")).get("gold") != gold.sha256:
        return None
    previous = read_results(path, gold.sources)
    return replace(previous, system=f"{previous.system} at {path.stem}")


def _commit() -> str:
    """The short hash of HEAD. Raises ResultsError if files differ from it."""
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
