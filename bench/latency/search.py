"""What the full search costs beside the least there could be: `python -m bench.latency.search [--sizes 250 10000 …]`.

*bare* encodes the question and compares it with every passage, by exact dense search for ten. *full* is
`index.search`, with facets, names, preferences, candidates, late interaction, highlights and the interpretation;
*filtered* is the same with a filter that lets two thirds of the passages through. The three are timed one after the
other, at every size, for one question after the other of `eval/gold`, on one thread: what disturbs one disturbs all.
A ratio is the median over the questions of full / bare of the same question.

Sizes are passages: the shipped ones first, then copies of them with words exchanged and vectors perturbed
(`bench/scale/copies.py`). All are written as a build writes them and opened as the service opens them. Bytes are those on
disk of the shipped corpus, in the generation that is in use. Ends with 1 when a promise is broken.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from threadpoolctl import threadpool_limits

from bench.scale.copies import enlarge
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.encoders.base import Encoder
from index.generation import ENCODER, Index
from index.opening import open_index
from index.passages.filters import Filter
from index.search import search
from service.settings import Settings

SIZES = (250, 10_000, 100_000)
MOST_RATIO, MOST_BYTES = 2.0, 8192  # full / bare at each size, and bytes a passage: what the search promises
KINDS = ("bare", "full", "filtered")
_TOP_K = 10
_FILTER = Filter(year_from=2022, year_to=2022)
_WARM_UP = 5  # questions


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds by the clock on the wall, and of the processor."""

    wall: float
    cpu: float


Timings = Mapping[int, Mapping[str, Sequence[Timing]]]
"""Size -> kind -> a timing a question."""


def measure(
    generations: Mapping[int, Index],
    encoder: Encoder,
    questions: Sequence[str],
    advance: Callable[[int], None] = lambda _: None,
) -> Timings:
    """Time each kind at each size for each question; the kinds take turns at being first."""
    timings: dict[int, dict[str, list[Timing]]] = {size: {kind: [] for kind in KINDS} for size in generations}
    for turn, question in enumerate(questions):
        first = turn % len(KINDS)
        for size, generation in generations.items():
            for kind in KINDS[first:] + KINDS[:first]:
                timings[size][kind].append(_timed(kind, generation, encoder, question))
        advance(1)
    return timings


def _timed(kind: str, index: Index, encoder: Encoder, question: str) -> Timing:
    rows = np.arange(len(index.passages))
    wall, cpu = time.perf_counter(), time.process_time()
    match kind:
        case "bare":
            index.dense.nearest(encoder.encode([question])[0], rows, _TOP_K)
        case "full":
            search(index, encoder, question, _TOP_K)
        case "filtered":
            search(index, encoder, question, _TOP_K, _FILTER)
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def figures(timings: Timings) -> list[dict[str, Any]]:
    """For each size and kind the medians: milliseconds by both clocks, and ratios to the bare search by both."""
    return [
        {
            "passages": size,
            "kind": kind,
            "wall_ms": 1000 * _median([one.wall for one in taken]),
            "cpu_ms": 1000 * _median([one.cpu for one in taken]),
            "wall_ratio": _median([a.wall / b.wall for a, b in zip(taken, kinds["bare"], strict=True)]),
            "cpu_ratio": _median([a.cpu / b.cpu for a, b in zip(taken, kinds["bare"], strict=True)]),
        }
        for size, kinds in timings.items()
        for kind, taken in kinds.items()
    ]


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def bytes_on_disk(folder: Path) -> dict[str, int]:
    """The bytes of a generation's folder by its files and folders, the largest first; those of the model aside."""
    sizes: Counter[str] = Counter()
    for file in folder.rglob("*"):
        if file.is_file():
            sizes[file.relative_to(folder).parts[0]] += file.stat().st_size
    sizes.pop(ENCODER, None)  # the same however many passages there are
    return dict(sizes.most_common())


def _measured(shipped: Index, encoder: Encoder, sizes: Sequence[int], questions: Sequence[str]) -> Timings:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        generations = {}
        for size in sizes:
            var = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            made = progress.add_task(f"Making {size} passages", total=size, completed=len(shipped.passages))
            generations[size] = enlarge(var, shipped, encoder, size, partial(progress.advance, made))
        stack.enter_context(threadpool_limits(1))
        measure(generations, encoder, questions[:_WARM_UP])
        asked = progress.add_task("Asking", total=len(questions))
        return measure(generations, encoder, questions, partial(progress.advance, asked))


def main() -> int:
    """Print the tables, or all as JSON; 1 when a promise is broken, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    options = parser.parse_args()
    settings = Settings()
    shipped, encoder = open_index(settings.var, settings.models)
    questions = [q.text for q in read_gold(GOLD, DOCUMENTS).questions]
    found = figures(_measured(shipped, encoder, options.sizes, questions))
    sizes = bytes_on_disk(settings.var / "generations" / shipped.id)
    each = {name: size / len(shipped.passages) for name, size in sizes.items()}
    total = sum(each.values())
    if options.json:
        print(json.dumps({"search": found, "bytes": each, "bytes_in_all": total}, indent=2))
    else:
        _print(found, each, len(shipped.passages))
    return int(total > MOST_BYTES or any(row["wall_ratio"] > MOST_RATIO for row in found))


def _print(found: Sequence[Mapping[str, Any]], each: Mapping[str, float], passages: int) -> None:
    console = Console()
    table = Table("passages", "", "p50 ms", "CPU ms", "ratio", "CPU ratio", title="Search")
    for row in found:
        table.add_row(
            f"{row['passages']:,}",
            row["kind"],
            f"{row['wall_ms']:.1f}",
            f"{row['cpu_ms']:.1f}",
            f"{row['wall_ratio']:.2f}",
            f"{row['cpu_ratio']:.2f}",
            end_section=row["kind"] == KINDS[-1],
        )
    console.print(table)
    table = Table("", "bytes a passage", title=f"On disk, {passages} passages")
    for name, size in each.items():
        table.add_row(name, f"{size:,.0f}")
    table.add_section()
    table.add_row("in all", f"{sum(each.values()):,.0f}")
    console.print(table)
    console.print(f"promised: a ratio of {MOST_RATIO} at each size, {MOST_BYTES:,} bytes a passage")


if __name__ == "__main__":
    sys.exit(main())
