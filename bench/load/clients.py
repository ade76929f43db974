"""The service with many clients: `python -m bench.load.clients [--clients 1 8 64] [--seconds 5]`.

Two services answer the same questions of `eval/gold` over HTTP, each in a process of its own: *shipped* as it is, and
*stock*, the same routes with every question encoded by `SentenceTransformer.encode` on one thread of torch, and without
the queue (`service/serving/admission.py`): forty threads at once, as a plain endpoint has. Each has three turns under
each load, of which the one of the median throughput counts; clients ask the next question as soon as the last is answered.
Prints requests a second, latency, the service's processor time a request and its memory. Ends with 1 when an answer was an
error or a promise is broken.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import psutil
import uvicorn
import uvloop

from bench.load.client import closed_loop
from bench.load.processes import cpu_seconds, family, megabytes, running
from bench.report.summary import Figure, arguments, at_least, at_most, finish
from bench.timing import gold_questions
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
    """Figures of a service under a load; times in milliseconds, memory in MB."""

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
    app = create_app(Settings(), Stock)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))

    async def run() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        app.state.queue = AdmissionQueue(_PLAIN_THREADS, _ENDLESS)
        await serving

    asyncio.run(run())


def measure(
    service: str, url: str, process: psutil.Process, *, route: str, clients: int, seconds: float
) -> Load:
    processes = family(process)
    before, begun = cpu_seconds(processes), time.perf_counter()
    answers = uvloop.run(closed_loop(url, route, _bodies(route), clients, seconds))
    took, used = time.perf_counter() - begun, cpu_seconds(processes) - before
    p50, p95 = np.percentile([1000 * one.took for one in answers], (50, 95)).tolist()
    return Load(
        service=service,
        route=route,
        clients=clients,
        per_second=len(answers) / took,
        p50=p50,
        p95=p95,
        cpu=1000 * used / len(answers),
        memory=megabytes(process),
        errors=sum(one.status != 200 for one in answers),
    )


def middle(loads: Sequence[Load]) -> Load:
    """The load of the median throughput, with the errors of all."""
    median = sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]
    return replace(median, errors=sum(load.errors for load in loads))


def _bodies(route: str) -> list[dict[str, Any]]:
    if route == "/search":
        return [{"query": question} for question in gold_questions()]
    return [{"messages": [{"role": "user", "content": question}]} for question in gold_questions()]


def measure_all(counts: Sequence[int], seconds: float) -> list[Load]:
    """Both services under every load, in turns."""
    found: list[Load] = []
    with running() as shipped, running("bench.load.clients", "--stock") as stock:
        services = {"shipped": shipped, "stock": stock}
        for name, service in services.items():
            measure(name, *service, route="/search", clients=4, seconds=_WARM_UP)
        for route in ROUTES:
            for clients in counts:
                turns: dict[str, list[Load]] = {name: [] for name in services}
                for _ in range(_TURNS):
                    for name, service in services.items():
                        load = measure(name, *service, route=route, clients=clients, seconds=seconds)
                        turns[name].append(load)
                found += map(middle, turns.values())
    return found


def figures(loads: Sequence[Load]) -> list[Figure]:
    most = max(load.clients for load in loads)
    fast, plain = (load for load in loads if (load.route, load.clients) == ("/search", most))
    errors = sum(load.errors for load in loads)
    return [
        at_least(
            f"searches a second for {most} clients, beside stock encoding without a queue",
            f"{fast.per_second:.1f} /s",
            f"{plain.per_second:.1f} /s",
            fast.per_second / plain.per_second,
            LEAST_THROUGHPUT,
        ),
        at_most(
            "p95 of these", f"{fast.p95:,.0f} ms", f"{plain.p95:,.0f} ms", fast.p95 / plain.p95, MOST_P95
        ),
        Figure("answers that were errors", str(errors), promised="0", holds=not errors),
    ]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS))
    parser.add_argument("--seconds", type=float, default=5, help="of each turn")
    parser.add_argument("--stock", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stock:
        serve_plainly(options.stock)
        return 0
    loads = measure_all(options.clients, options.seconds)
    return finish(figures(loads), {"Loads": [asdict(load) for load in loads]}, options.json)


if __name__ == "__main__":
    sys.exit(main())
