"""What a million passages cost beside ten thousand: `python -m bench.scale.size [--sizes 10000 1000000] [--kept FOLDER]`.

Passages are the shipped ones and copies of them with words exchanged and vectors perturbed (`bench/scale/copies.py`): they
are synthetic, and say what size costs, not how well it ranks. They are written as a build writes them and opened as the
service opens them, in a folder that is gone afterwards (about seven gigabytes), or in `--kept`, where they are used again.

*search* is timed by `bench.latency.search`: the questions of `eval/gold` one after the other, sizes in turn, on one thread.
*recall* is the share of the ten passages nearest by exact comparison that are among the candidates that the single
vector proposes, and *strict* the share that is among the ten it finds. *opening*, *memory* are of a fresh process for
each size, which opens the generation, loads the encoder and answers a hundred questions: seconds spent on proving files
(reading and hashing them) and on the rest, and what is resident after that, in all and apart from mapped files.
Ends with 1 when a promise is broken.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from threadpoolctl import threadpool_limits

from bench.latency.search import figures, measure
from bench.scale.copies import enlarge
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.encoders.base import Encoder
from index.errors import GenerationError
from index.generation import Index, load_index
from index.opening import open_index
from index.search import search
from index.storage import files
from service.settings import Settings

SIZES = (10_000, 1_000_000)
MOST_RATIO, LEAST_RECALL, MOST_BYTES, MOST_SECONDS = 4.0, 0.97, 2 << 30, 3.0  # of the largest, as is promised
_ASKED = 100  # questions that a fresh process answers
_CANDIDATES, _AT = 80, 10
_WARM_UP = 5  # questions


def recalls(index: Index, encoder: Encoder, questions: Sequence[str]) -> tuple[float, float]:
    """Of the ten nearest by exact comparison, the share among the candidates, and among the ten found."""
    dense, shares = index.dense, []
    for question in questions:
        query = encoder.encode([question])[0]
        exact = set(np.argsort(-dense.scores(query), kind="stable")[:_AT].tolist())
        found = [set(dense.nearest(query, None, count).tolist()) for count in (_CANDIDATES, _AT)]
        shares.append([len(exact & some) / len(exact) for some in found])
    candidates, strict = np.mean(shares, axis=0).tolist()
    return candidates, strict


def opened(var: Path) -> dict[str, float]:
    """Seconds that opening takes in this process, which has opened nothing yet, and bytes that are resident."""
    proving = 0.0

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal proving
            begin = time.perf_counter()
            try:
                return function(*arguments, **more)
            finally:
                proving += time.perf_counter() - begin

        return call

    settings = Settings()
    files._size_and_sha256 = timed(files._size_and_sha256)
    files.Files.read = timed(files.Files.read)  # type: ignore[method-assign]
    sha256 = settings.models.sha256()
    threadpool_limits(1)  # as `open_index` does
    begin = time.perf_counter()
    load_index(var, sha256)
    opening = time.perf_counter() - begin
    seconds = {"proving": proving, "rest": opening - proving}
    index, encoder = open_index(var, settings.models)
    for question in [q.text for q in read_gold(GOLD, DOCUMENTS).questions][:_ASKED]:
        search(index, encoder, question)
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    kib = {name: float(said[field].split()[0]) for name, field in (("resident", "VmRSS"), ("own", "RssAnon"))}
    return seconds | {name: 1024 * count for name, count in kib.items()}


def _fresh(var: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.scale.size", "--opened", str(var)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _made(folder: Path, shipped: Index, encoder: Encoder, size: int, progress: Progress) -> Index:
    try:
        return load_index(folder, encoder.sha256)
    except GenerationError:
        made = progress.add_task(f"Making {size:,} passages", total=size, completed=len(shipped.passages))
        return enlarge(folder, shipped, encoder, size, partial(progress.advance, made))


def measured(sizes: Sequence[int], kept: Path | None) -> list[dict[str, float]]:
    """All figures, a row a size."""
    settings = Settings()
    shipped, encoder = open_index(settings.var, settings.models)
    questions = [q.text for q in read_gold(GOLD, DOCUMENTS).questions]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        progress = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        stack.enter_context(threadpool_limits(1))
        generations = {}
        for size in sizes:
            (folder / str(size)).mkdir(parents=True, exist_ok=True)
            generations[size] = _made(folder / str(size), shipped, encoder, size, progress)
        measure(generations, encoder, questions[:_WARM_UP])
        asked = progress.add_task("Asking", total=len(questions))
        timings = figures(measure(generations, encoder, questions, partial(progress.advance, asked)))
        wall = {(row["passages"], row["kind"]): row["wall_ms"] for row in timings}
        rows = []
        for size in sizes:
            candidates, strict = recalls(generations[size], encoder, questions)
            search_ms = {f"{kind}_ms": wall[size, kind] for kind in ("bare", "full", "filtered")}
            about = {"passages": size, **search_ms, "recall": candidates, "strict": strict}
            rows.append(about | _fresh(folder / str(size)))
    return rows


def main() -> int:
    """Print the table, or all as JSON; 1 when a promise is broken, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--kept", type=Path, help="where the generations are made, and stay")
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    parser.add_argument("--opened", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.opened:
        print(json.dumps(opened(options.opened)))
        return 0
    rows = measured(options.sizes, options.kept)
    print(json.dumps(rows, indent=2)) if options.json else _print(rows)
    first, last = rows[0], rows[-1]
    kept = (
        last["full_ms"] <= MOST_RATIO * first["full_ms"],
        last["recall"] >= LEAST_RECALL,
        last["resident"] <= MOST_BYTES,
        last["rest"] <= MOST_SECONDS,
    )
    return int(not all(kept))


def _print(rows: Sequence[Mapping[str, float]]) -> None:
    console = Console()
    table = Table(
        "passages",
        "bare ms",
        "full ms",
        "filtered ms",
        "recall",
        "strict",
        "proving s",
        "opening s",
        "MB",
        "own MB",
    )
    for row in rows:
        table.add_row(
            f"{row['passages']:,}",
            *(f"{row[name]:.1f}" for name in ("bare_ms", "full_ms", "filtered_ms")),
            *(f"{row[name]:.3f}" for name in ("recall", "strict")),
            *(f"{row[name]:.2f}" for name in ("proving", "rest")),
            *(f"{row[name] / 1e6:,.0f}" for name in ("resident", "own")),
        )
    console.print(table)
    console.print(
        f"full search {rows[-1]['full_ms'] / rows[0]['full_ms']:.2f} times that at {rows[0]['passages']:,}; promised: "
        f"{MOST_RATIO} times, recall {LEAST_RECALL}, {MOST_BYTES / 1e6:,.0f} MB, {MOST_SECONDS} s"
    )


if __name__ == "__main__":
    sys.exit(main())
