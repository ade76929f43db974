"""The service with many clients: `python -m bench.load.clients [--clients 1 8 64] [--seconds 5]`.

Two services answer the same questions of `eval/gold` over HTTP, each in a process of its own: *shipped* as it is, and
*stock*, the same routes with every question encoded by `SentenceTransformer.encode` on one thread of torch, and without
the line (`service/serving/admission.py`): forty threads at once, as a plain endpoint has. Each has three turns under
each load, of which the one of the median throughput counts; clients ask the
next question as soon as the last is answered. Prints requests a
second, latency, the service's processor time a request and its memory, and the ratios of the two. Ends with 1 when an
answer was an error or a promise is broken.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import httpx2
import numpy as np
import psutil
import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table

from bench.load.client import closed_loop
from bench.load.processes import cpu_seconds, family, megabytes
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.types import Encoding
from service.app import create_app
from service.serving.admission import AdmissionQueue
from service.settings import Settings

CLIENTS = (1, 8, 64)
ROUTES = ("/search", "/chat")
LEAST_THROUGHPUT, MOST_P95 = 4.0, 0.25  # shipped / stock with the most clients, by /search: what is promised
_PLAIN_THREADS, _ENDLESS = 40, 10**6  # of anyio, for endpoints that are no coroutines
_WARM_UP = 2  # seconds
_TURNS = 3  # of each service under each load


@dataclass(frozen=True, slots=True)
class Load:
    """What `clients` got from a service by a route; times in milliseconds, memory in MB."""

    service: str
    route: str
    clients: int
    per_second: float
    p50: float
    p95: float
    cpu: float
    memory: float
    errors: int


class Stock(SentenceTransformerEncoder):
    """Encodes by `SentenceTransformer.encode`."""

    def _read(self, text: str) -> Encoding:
        cut = self.word_pieces.cut(text)
        output: Any = self.model.encode(text, output_value=None, show_progress_bar=False)
        pooled, tokens = self.scaled(output)
        return Encoding(
            pooled.numpy(),
            cut.ids[cut.keep].astype("int32"),
            cut.spans[cut.keep],
            tokens[0].numpy()[cut.keep],
        )


def serve_plainly(port: int) -> None:
    """Serve as *stock* does."""
    app = create_app(Settings(), Stock)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))

    async def run() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        app.state.queue = AdmissionQueue(_PLAIN_THREADS, _ENDLESS)
        await serving

    asyncio.run(run())


@contextmanager
def service(name: str) -> Iterator[tuple[str, psutil.Process]]:
    """The URL and the process of a service that is ready, until it is no longer needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    module = ["service.cli", "serve", "--port"] if name == "shipped" else ["bench.load.clients", "--stock"]
    with subprocess.Popen([sys.executable, "-m", *module, port], stderr=subprocess.DEVNULL) as child:
        try:
            while not _ready(f"http://127.0.0.1:{port}"):
                if child.poll() is not None:
                    raise SystemExit(f"the {name} service stopped with {child.returncode}")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}", psutil.Process(child.pid)
        finally:
            child.terminate()


def _ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz").status_code == 200
    except httpx2.ConnectError:
        return False


def measure(
    name: str,
    url: str,
    process: psutil.Process,
    route: str,
    clients: int,
    questions: Sequence[str],
    seconds: float,
) -> Load:
    """One service under one load."""
    running = family(process)
    before = cpu_seconds(running)
    begin = time.perf_counter()
    answers = uvloop.run(closed_loop(url, route, _bodies(route, questions), clients, seconds))
    took, used = time.perf_counter() - begin, cpu_seconds(running) - before
    times = np.array([one.took for one in answers]) * 1000
    return Load(
        service=name,
        route=route,
        clients=clients,
        per_second=len(answers) / took,
        p50=float(np.percentile(times, 50)),
        p95=float(np.percentile(times, 95)),
        cpu=1000 * used / len(answers),
        memory=megabytes(process),
        errors=sum(one.status != 200 for one in answers),
    )


def middle(loads: Sequence[Load]) -> Load:
    """The load of the median throughput, with the errors of all."""
    median = sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]
    return replace(median, errors=sum(load.errors for load in loads))


def _bodies(route: str, questions: Sequence[str]) -> list[dict[str, Any]]:
    if route == "/search":
        return [{"query": question} for question in questions]
    return [{"messages": [{"role": "user", "content": question}]} for question in questions]


def main() -> int:
    """Print the tables, or all as JSON; 1 when an answer was an error or a promise is broken, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS))
    parser.add_argument("--seconds", type=float, default=5, help="of each turn")
    parser.add_argument("--json", action="store_true", help="figures for a program to read")
    parser.add_argument("--stock", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stock:
        serve_plainly(options.stock)
        return 0
    questions = [question.text for question in read_gold(GOLD, DOCUMENTS).questions]
    found: list[Load] = []
    with service("shipped") as shipped, service("stock") as stock:
        running = {"shipped": shipped, "stock": stock}
        for name, (url, process) in running.items():
            measure(name, url, process, "/search", 4, questions, _WARM_UP)
        for route in ROUTES:
            for clients in options.clients:
                turns: dict[str, list[Load]] = {name: [] for name in running}
                for _ in range(_TURNS):
                    for name, (url, process) in running.items():
                        turns[name].append(
                            measure(name, url, process, route, clients, questions, options.seconds)
                        )
                found += map(middle, turns.values())
    if options.json:
        print(json.dumps([asdict(load) for load in found], indent=2))
    else:
        _print(found)
    most = [load for load in found if load.route == "/search" and load.clients == max(options.clients)]
    fast, plain = most
    broken = fast.per_second < LEAST_THROUGHPUT * plain.per_second or fast.p95 > MOST_P95 * plain.p95
    return int(broken or any(load.errors for load in found))


def _print(found: Sequence[Load]) -> None:
    table = Table(
        "route",
        "clients",
        "service",
        "a second",
        "p50 ms",
        "p95 ms",
        "CPU ms",
        "MB",
        "errors",
        "throughput",
        "p95",
    )
    for fast, plain in zip(found[::2], found[1::2], strict=True):
        for load in (fast, plain):
            ratios = (f"{load.per_second / plain.per_second:.2f}", f"{load.p95 / plain.p95:.2f}")
            figures = (
                f"{load.per_second:.1f}",
                f"{load.p50:.1f}",
                f"{load.p95:.1f}",
                f"{load.cpu:.1f}",
                f"{load.memory:.0f}",
            )
            table.add_row(load.route, str(load.clients), load.service, *figures, str(load.errors), *ratios)
        table.add_section()
    Console(width=max(Console().width, 120)).print(table)


if __name__ == "__main__":
    sys.exit(main())
