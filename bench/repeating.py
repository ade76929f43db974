"""Whether a question always gets the same answer: `python -m bench.repeating [--queries 100] [--torch 2]`.

All questions and queries for precedent of `eval/gold` and `eval/gold/authored` are searched for, each time in a process
of its own: twice in the generation in use with one thread for linear algebra, once with two, and once in a
generation built from scratch with two in a new folder. Prints for each time "identical" or the first difference to
the first, in the first ten passages or any of their scores, and whether the files built are the same byte for byte;
ends with 1 at any difference. torch itself has one thread, as in the service; `--torch` gives it more, but for the
first time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from corpus.catalogue import read_catalogue
from eval.cli import DOCUMENTS, GOLD
from eval.data import read_gold
from eval.in_process import to_filter
from index.build import build
from index.filters import Filter
from index.generation import current_id, open_generation
from index.search import search
from service.settings import Settings

FOLDERS = (GOLD, GOLD / "authored")
TOP_K = 10

Ranking = list[tuple[str, float]]
"""Passage ids with their scores, best first."""


def queries() -> list[tuple[str, str, Filter]]:
    """What is asked: an id, the words, and the filter."""
    asked = []
    for folder in FOLDERS:
        gold = read_gold(folder, DOCUMENTS)
        asked += [(f"{folder.name}/{q.id}", q.text, Filter()) for q in gold.questions]
        asked += [(f"{folder.name}/{p.id}", p.query, to_filter(p.filter)) for p in gold.precedents]
    return asked


def rank(var: Path, threads: int, count: int) -> Iterator[tuple[str, Ranking]]:
    """Query id -> its ranking, of the first `count` queries; builds first where `var` holds nothing yet."""
    import torch

    settings = Settings()
    encoder = settings.models.load()
    torch.set_num_threads(threads)  # loading set it to one
    if current_id(var) is None:
        build(var, read_catalogue(settings.corpus), encoder)
    generation = open_generation(var, encoder.sha256)
    for id, text, filter in queries()[:count]:
        results = search(generation, encoder, text, TOP_K, filter).results
        yield id, [(result.passage.id, result.score) for result in results]


def difference(one: dict[str, Ranking], other: dict[str, Ranking]) -> str | None:
    """Where `other` first differs from `one`, or None."""
    for id, ranking in one.items():
        for place, (expected, found) in enumerate(zip(ranking, other[id], strict=False), 1):
            if expected != found:
                return f"{id}, rank {place}: {found} instead of {expected}"
        if len(ranking) != len(other[id]):
            return f"{id}: {len(other[id])} passages instead of {len(ranking)}"
    return None


def _ranked_apart(var: Path, threads: int, count: int, advance: Callable[[], object]) -> dict[str, Ranking]:
    command = [sys.executable, "-m", "bench.repeating", "--rank", str(var), "--threads", str(threads)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    found: dict[str, Ranking] = {}
    command += ["--queries", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        for line in child.stdout:
            id, ranking = json.loads(line)
            found[id] = [(passage, score) for passage, score in ranking]
            advance()
    if child.returncode:
        raise SystemExit(child.returncode)
    return found


def main() -> int:
    """Print what was found; 1 when anything differs, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, help="only the first so many")
    parser.add_argument("--rank", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rank:
        for found in rank(options.rank, options.threads, options.queries):
            print(json.dumps(found), flush=True)
        return 0
    count = options.queries or len(queries())
    with (
        tempfile.TemporaryDirectory() as new,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        var = Settings().var
        runs = {"once": (var, 1), "again": (var, 1), "on two threads": (var, 2), "built anew": (Path(new), 2)}
        rankings = {
            name: _ranked_apart(
                folder, threads, count, partial(progress.advance, progress.add_task(name, total=count))
            )
            for name, (folder, threads) in runs.items()
        }
    first = rankings.pop("once")
    differences = {name: difference(first, found) for name, found in rankings.items()}
    for name, differs in differences.items():
        print(f"{name}: {differs or 'identical'}")
    print(f"{count} queries, the first {TOP_K} passages and their scores")
    return int(any(differences.values()))


if __name__ == "__main__":
    sys.exit(main())
