"""How soon the first answer comes: `python -m bench.latency.startup [--times 5]`.

*script* is what one would write: import sentence-transformers, load the packaged model, encode one question. *ask* is
`bali ask` on an index that is built; *service* is `bali serve` until it is ready and has answered one question. They
take turns. Memory is the service's, after all questions of `eval/gold` by `/chat`. Ends with 1 when a promise is
broken.
"""

import subprocess
import sys
from collections.abc import Callable

import httpx2
import psutil

from bench.load.processes import megabytes, running
from bench.report.summary import arguments, at_most, finish, within
from bench.timing import Timing, gold_questions, median, timed
from index.encoders.weights import EMBEDDING, PACKAGED, locate

MOST_RATIO, MOST_MEMORY = 0.35, 330  # of the script's processor time; megabytes
_NAMES = {"ask": "first answer of `bali ask`", "service": "first answer of the service"}
_SCRIPT = """
from sentence_transformers import SentenceTransformer
SentenceTransformer({folder!r}, device="cpu", local_files_only=True).encode({question!r})
"""


def _run(*command: str) -> None:
    subprocess.run([sys.executable, *command], check=True, capture_output=True)


def _serve_and_ask(questions: list[str]) -> float:
    """Ask a service that is started for it; gives its megabytes after the last answer."""
    with running() as (url, process):
        for question in questions:
            body = {"messages": [{"role": "user", "content": question}]}
            httpx2.post(f"{url}/chat", json=body, timeout=60).raise_for_status()
        return megabytes(process)


def _cpu_of_children() -> float:
    """Seconds of the processor, of children that have ended."""
    return float(sum(psutil.Process().cpu_times()[2:4]))


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    questions = gold_questions()
    script = _SCRIPT.format(folder=str(locate(PACKAGED, EMBEDDING)), question=questions[0])
    kinds: dict[str, Callable[[], object]] = {
        "script": lambda: _run("-c", script),
        "ask": lambda: _run("-m", "service.cli", "ask", questions[0]),
        "service": lambda: _serve_and_ask(questions[:1]),
    }
    taken: dict[str, list[Timing]] = {kind: [] for kind in kinds}
    for _ in range(options.times):
        for kind, work in kinds.items():
            taken[kind].append(timed(work, _cpu_of_children))
    found = {kind: median(timings) for kind, timings in taken.items()}
    script_time = found["script"]
    rows = [
        {"first answer": kind, "s": one.wall, "CPU s": one.cpu, "ratio": one.over(script_time).wall}
        for kind, one in found.items()
    ]
    figures = [
        at_most(
            f"{name}, beside a script that encodes one question",
            f"{found[kind].cpu:.2f} s",
            f"{script_time.cpu:.2f} s",
            found[kind].over(script_time).cpu,
            MOST_RATIO,
        )
        for kind, name in _NAMES.items()
    ]
    figures.append(within("memory of the service", _serve_and_ask(questions), MOST_MEMORY, " MB"))
    return finish(figures, {"Startup": rows}, options.json)


if __name__ == "__main__":
    sys.exit(main())
