"""The cost of the full search beside the least possible: `python -m bench.latency.search [--sizes 250 10000 …]`.

*bare* encodes the question and compares it with every passage, by exact dense search for ten. *full* is
`index.search`, with facets, names, preferences, candidates, late interaction, highlights and the interpretation;
*filtered* is the same with a filter that lets two thirds of the passages through. The three are timed one after the
other, at every size, for one question after the other of `eval/gold`, on one thread: what disturbs one disturbs all.
A ratio is the median over the questions of full / bare of the same question.

Sizes are passages: the shipped ones first, then copies of them with words exchanged and vectors perturbed
(`bench/scale/copies.py`). All are written as a build writes them and opened as the service opens them. Bytes are those on
disk of the shipped corpus, in the generation that is in use. Ends with 1 when a promise is broken.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from threadpoolctl import threadpool_limits

from bench.report.summary import Figure, arguments, at_most, finish, within
from bench.scale.copies import enlarged
from bench.timing import Timing, gold_questions, median, timed
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

Timings = Mapping[int, Mapping[str, Sequence[Timing]]]
"""Size -> kind -> a timing a question."""


def measure(indexes: Mapping[int, Index], encoder: Encoder, questions: Sequence[str]) -> Timings:
    """Time each kind at each size for each question; the kinds take turns at being first."""
    for question in questions[:_WARM_UP]:
        for index in indexes.values():
            for kind in KINDS:
                _search(kind, index, encoder, question)
    timings: dict[int, dict[str, list[Timing]]] = {size: {kind: [] for kind in KINDS} for size in indexes}
    asked = track(questions, "Asking", console=Console(stderr=True), transient=True)
    for turn, question in enumerate(asked):
        first = turn % len(KINDS)
        for size, index in indexes.items():
            for kind in KINDS[first:] + KINDS[:first]:
                timings[size][kind].append(timed(lambda: _search(kind, index, encoder, question)))  # noqa: B023
    return timings


def _search(kind: str, index: Index, encoder: Encoder, question: str) -> None:
    match kind:
        case "bare":
            rows = np.arange(len(index.passages))
            index.dense.nearest(encoder.encode([question])[0], rows, _TOP_K)
        case "full":
            search(index, encoder, question, _TOP_K)
        case "filtered":
            search(index, encoder, question, _TOP_K, _FILTER)


def medians(timings: Timings) -> list[dict[str, Any]]:
    """For each size and kind: milliseconds by both clocks, and ratios to the bare search by both."""
    rows = []
    for size, kinds in timings.items():
        for kind, taken in kinds.items():
            took = median(taken)
            ratio = median([a.over(b) for a, b in zip(taken, kinds["bare"], strict=True)])
            times = {"wall_ms": 1000 * took.wall, "cpu_ms": 1000 * took.cpu}
            ratios = {"wall_ratio": ratio.wall, "cpu_ratio": ratio.cpu}
            rows.append({"passages": size, "kind": kind, **times, **ratios})
    return rows


def bytes_on_disk(folder: Path) -> dict[str, int]:
    """The bytes of a generation's folder by its files and folders, the largest first; those of the model aside."""
    sizes: Counter[str] = Counter()
    for file in folder.rglob("*"):
        if file.is_file():
            sizes[file.relative_to(folder).parts[0]] += file.stat().st_size
    sizes.pop(ENCODER, None)  # the same however many passages there are
    return dict(sizes.most_common())


def figures(rows: Sequence[Mapping[str, Any]], bytes_a_passage: float) -> list[Figure]:
    wall = {(row["passages"], row["kind"]): f"{row['wall_ms']:.2f} ms" for row in rows}
    found = [
        at_most(
            f"a search of {row['passages']:,} passages, beside bare",
            wall[row["passages"], "full"],
            wall[row["passages"], "bare"],
            row["wall_ratio"],
            MOST_RATIO,
        )
        for row in rows
        if row["kind"] == "full"
    ]
    return [*found, within("bytes on disk of a passage", bytes_a_passage, MOST_BYTES)]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args()
    settings = Settings()
    shipped, encoder = open_index(settings.var, settings.models)
    with enlarged(shipped, encoder, options.sizes) as indexes, threadpool_limits(1):
        rows = medians(measure(indexes, encoder, gold_questions()))
    sizes = bytes_on_disk(settings.var / "generations" / shipped.id)
    each = [{"part": name, "bytes a passage": size / len(shipped.passages)} for name, size in sizes.items()]
    total = sum(sizes.values()) / len(shipped.passages)
    return finish(figures(rows, total), {"Search": rows, "On disk": each}, options.json)


if __name__ == "__main__":
    sys.exit(main())
