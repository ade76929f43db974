"""The cost of a million passages beside ten thousand: `python -m bench.scale.size [--sizes 10000 1000000] [--kept FOLDER]`.

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
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bench.latency.search import measure, medians
from bench.report.summary import Figure, arguments, at_least, at_most, finish, within
from bench.scale.copies import enlarged
from bench.timing import gold_questions
from index.encoders.base import Encoder
from index.generation import Index, load_index
from index.opening import open_index
from index.search import search
from index.storage import files
from service.settings import Settings

SIZES = (10_000, 1_000_000)
# what is promised of the largest
MOST_RATIO, LEAST_RECALL, MOST_BYTES, MOST_SECONDS = 4.0, 0.97, 2 << 30, 3.0
_ASKED = 100  # questions that a fresh process answers
_CANDIDATES, _AT = 80, 10


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
    """Seconds to open the index in a process that has opened nothing yet, and resident bytes after it."""
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
    for question in gold_questions()[:_ASKED]:
        search(index, encoder, question)
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    kib = {name: float(said[field].split()[0]) for name, field in (("resident", "VmRSS"), ("own", "RssAnon"))}
    return seconds | {name: 1024 * count for name, count in kib.items()}


def _fresh(var: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.scale.size", "--opened", str(var)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def measured(sizes: Sequence[int], kept: Path) -> list[dict[str, float]]:
    """All figures, a row a size."""
    settings, questions = Settings(), gold_questions()
    shipped, encoder = open_index(settings.var, settings.models)
    with enlarged(shipped, encoder, sizes, kept) as indexes, threadpool_limits(1):
        wall = {
            (row["passages"], row["kind"]): row["wall_ms"]
            for row in medians(measure(indexes, encoder, questions))
        }
        rows = []
        for size in sizes:
            candidates, strict = recalls(indexes[size], encoder, questions)
            search_ms = {f"{kind} ms": wall[size, kind] for kind in ("bare", "full", "filtered")}
            about = {"passages": size, **search_ms, "recall": candidates, "strict": strict}
            rows.append(about | _fresh(kept / str(size)))
    return rows


def figures(first: Mapping[str, float], last: Mapping[str, float]) -> list[Figure]:
    """What is promised of the largest size, beside the smallest."""
    size = f"{last['passages']:,}"
    return [
        at_most(
            f"a search of {size} passages, beside {first['passages']:,}",
            f"{last['full ms']:.2f} ms",
            f"{first['full ms']:.2f} ms",
            last["full ms"] / first["full ms"],
            MOST_RATIO,
        ),
        at_least(
            f"recall of the candidates of {size}", f"{last['recall']:.3f}", "1", last["recall"], LEAST_RECALL
        ),
        within(f"memory with {size} passages", last["resident"] / 1e6, round(MOST_BYTES / 1e6), " MB"),
        at_most(
            f"opening {size} passages",
            f"{last['rest']:.2f} s",
            f"{MOST_SECONDS} s",
            last["rest"] / MOST_SECONDS,
            1,
        ),
    ]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--kept", type=Path, help="where the generations are made, and stay")
    parser.add_argument("--opened", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.opened:
        print(json.dumps(opened(options.opened)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        rows = measured(options.sizes, options.kept or Path(scratch))
    return finish(figures(rows[0], rows[-1]), {"Size": rows}, options.json)


if __name__ == "__main__":
    sys.exit(main())
