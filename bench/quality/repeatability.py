"""Whether a question always gets the same answer: `python -m bench.quality.repeatability [--queries 100] [--torch 2]`.

All questions and queries for precedent of `eval/gold` and `eval/gold/authored` are searched for five times, each time
in a process of its own: in a generation built from scratch on one thread, again, on two threads, in another one, built
from scratch on two threads in another folder, and in one that grew document by document. Prints "identical" or the
first difference to the first time, in the first ten passages or any of their scores, and to the files of the first
build; ends with 1 at any.

Threads are those of linear algebra and OpenMP. torch itself has one, as in the service, or `--torch` where others have
two.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bench.report.summary import Figure, arguments, finish
from corpus.catalogue import read_catalogue
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from eval.systems.in_process import to_filter
from index.build import build
from index.generation import load_index
from index.opening import encoder_to_build_with, open_index
from index.passages.filters import Filter
from index.search import search
from index.storage.publishing import generations
from service.settings import Settings

FOLDERS = (GOLD, GOLD / "authored")
TOP_K = 10

Ranking = list[tuple[str, float]]
"""Passage ids with their scores, best first."""


def queries() -> list[tuple[str, str, Filter]]:
    """An id, the words and the filter of each."""
    asked = []
    for folder in FOLDERS:
        gold = read_gold(folder, DOCUMENTS)
        asked += [(f"{folder.name}/{q.id}", q.text, Filter()) for q in gold.questions]
        asked += [(f"{folder.name}/{p.id}", p.query, to_filter(p.filter)) for p in gold.precedents]
    return asked


def rank(var: Path, count: int, torch_threads: int, *, grown: bool) -> Iterator[tuple[str, Ranking]]:
    """Query id -> its ranking, of the first `count` queries; builds first where `var` holds nothing yet."""
    import torch

    settings = Settings()
    if not generations(var):
        catalogue = read_catalogue(settings.corpus)
        whole = len(catalogue.documents)
        with tempfile.TemporaryDirectory() as scratch:
            maker, _ = encoder_to_build_with(var, settings.models, Path(scratch))
            torch.set_num_threads(torch_threads)  # loading set it to one
            for size in range(1 if grown else whole, whole + 1):
                build(var, replace(catalogue, documents=catalogue.documents[:size]), maker)
    index, encoder = open_index(var, settings.models)
    for id, text, filter in queries()[:count]:
        results = search(index, encoder, text, TOP_K, filter).results
        yield id, [(result.passage.id, result.score) for result in results]


def difference(one: dict[str, Ranking], other: dict[str, Ranking]) -> str | None:
    for id, ranking in one.items():
        for place, (expected, found) in enumerate(zip(ranking, other[id], strict=False), 1):
            if expected != found:
                return f"{id}, rank {place}: {found} instead of {expected}"
        if len(ranking) != len(other[id]):
            return f"{id}: {len(other[id])} passages instead of {len(ranking)}"
    return None


def different_files(one: Path, other: Path) -> str | None:
    """The first file that is not the same byte for byte in the generations under two folders, or None."""
    files, others = load_index(one).manifest.files, load_index(other).manifest.files
    return next((name for name in sorted({*files, *others}) if files.get(name) != others.get(name)), None)


def _ranked_apart(
    var: Path, count: int, threads: int, torch_threads: int, advance: Callable[[], object], *, grown: bool
) -> dict[str, Ranking]:
    options = ["--rank", str(var), "--queries", str(count), "--torch", str(torch_threads)]
    options += ["--grown"] if grown else []
    found: dict[str, Ranking] = {}
    with subprocess.Popen(
        [sys.executable, "-m", "bench.quality.repeatability", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            id, ranking = json.loads(line)
            found[id] = [(passage, score) for passage, score in ranking]
            advance()
    if child.returncode:
        raise SystemExit(child.returncode)
    return found


def _differences(count: int, torch_threads: int) -> dict[str, str | None]:
    """Each comparison with the first run -> the first difference, or None."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        folder, anew, grown = (Path(scratch, name) for name in ("first", "anew", "grown"))
        runs = {
            "first": (folder, 1, 1),
            "again": (folder, 1, 1),
            "on two threads": (folder, 2, torch_threads),
            "built anew on two threads": (anew, 2, torch_threads),
            "grown document by document": (grown, 1, 1),
        }
        rankings = {}
        for name, (var, threads, of_torch) in runs.items():
            var.mkdir(exist_ok=True)
            task = progress.add_task(name, total=count)
            rankings[name] = _ranked_apart(
                var, count, threads, of_torch, partial(progress.advance, task), grown=var == grown
            )
        first = rankings.pop("first")
        return {
            **{name: difference(first, ranking) for name, ranking in rankings.items()},
            "files built anew": different_files(folder, anew),
            "files grown": different_files(folder, grown),
        }


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--queries", type=int, default=len(queries()), help="only the first so many")
    parser.add_argument("--torch", type=int, default=1, help="threads of torch where others have two")
    parser.add_argument("--rank", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--grown", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rank:
        for ranked in rank(options.rank, options.queries, options.torch, grown=options.grown):
            print(json.dumps(ranked), flush=True)
        return 0
    figures = [
        Figure(
            f"{options.queries} rankings, {name}",
            found or "identical",
            "the first",
            None,
            "identical",
            not found,
        )
        for name, found in _differences(options.queries, options.torch).items()
    ]
    return finish(figures, {}, options.json)


if __name__ == "__main__":
    sys.exit(main())
