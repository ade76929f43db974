"""How soon the first answer comes: `python -m bench.latency.startup [--times 5]`.

*script* is what one would write: import sentence-transformers, load the packaged model, encode one question. *ask* is
`bali ask` on an index that is built; *service* is `bali serve` until it is ready and has answered one question. They
take turns. Memory is the service's, after all questions of `eval/gold` by `/chat`. Ends with 1 when a promise is
broken.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable

import httpx2
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from bench.load.clients import service
from bench.load.processes import megabytes
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.encoders.weights import EMBEDDING, PACKAGED, locate

MOST_RATIO, MOST_MEMORY = 0.35, 330  # of the script's time; megabytes
_SCRIPT = """
from sentence_transformers import SentenceTransformer
SentenceTransformer({folder!r}, device="cpu", local_files_only=True).encode({question!r})
"""


def _ran(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _served(question: str) -> None:
    with service("shipped") as (url, _):
        _ask(url, question)


def _ask(url: str, question: str) -> None:
    body = {"messages": [{"role": "user", "content": question}]}
    httpx2.post(f"{url}/chat", json=body, timeout=60).raise_for_status()


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock on the wall, and of the processor, of children that have ended."""
    cpu, wall = sum(psutil.Process().cpu_times()[2:4]), time.perf_counter()
    work()
    return time.perf_counter() - wall, sum(psutil.Process().cpu_times()[2:4]) - cpu


def _memory(questions: list[str]) -> float:
    with service("shipped") as (url, process):
        for question in questions:
            _ask(url, question)
        return megabytes(process)


def main() -> int:
    """Print the table, or all as JSON; 1 when a promise is broken, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    options = parser.parse_args()
    questions = [question.text for question in read_gold(GOLD, DOCUMENTS).questions]
    script = _SCRIPT.format(folder=str(locate(PACKAGED, EMBEDDING)), question=questions[0])
    kinds: dict[str, Callable[[], None]] = {
        "script": lambda: _ran([sys.executable, "-c", script]),
        "ask": lambda: _ran([sys.executable, "-m", "service.cli", "ask", questions[0]]),
        "service": lambda: _served(questions[0]),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(options.times):
        for name, work in kinds.items():
            taken[name].append(_timed(work))
    medians = {name: np.median(values, axis=0).tolist() for name, values in taken.items()}
    wall, cpu = medians["script"]
    ratios = {name: [one / wall, other / cpu] for name, (one, other) in medians.items()}
    memory = _memory(questions)
    if options.json:
        print(json.dumps({"seconds": medians, "ratios": ratios, "memory": memory}, indent=2))
    else:
        table = Table("first answer", "s", "CPU s", "ratio", "CPU ratio")
        for name in kinds:
            table.add_row(name, *(f"{value:.2f}" for value in (*medians[name], *ratios[name])))
        Console().print(table)
        print(f"memory of the service after {len(questions)} answers: {memory:.0f} MB")
    return int(memory > MOST_MEMORY or any(ratios[name][0] > MOST_RATIO for name in ("ask", "service")))


if __name__ == "__main__":
    sys.exit(main())
