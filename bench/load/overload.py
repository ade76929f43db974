"""The service under too much load: `python -m bench.load.overload [--seconds 60] [--soak 100000] [--reloads 50]`.

First its *peak*: what it answers a second by `/search` when eight clients ask one question after the other. Then,
with `--seconds`, ten times as much is asked, at a steady pace and whatever comes back; then one client asks again.
Prints goodput as a share of the peak, how long refusals take and how long answers take before, and five seconds
after. With `--soak`, so many questions are asked one after the other by eight clients while what is published is
opened again `--reloads` times; prints memory and open files after a tenth of it and at the end. Service and clients share
the machine. Ends with 1 when an answer was wrong, or a promise is broken.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import psutil
import uvloop
from rich.console import Console
from rich.progress import Progress

from bench.load.client import Connections, Said, closed_loop
from bench.load.processes import descriptors, megabytes, running
from bench.report.summary import Figure, arguments, at_least, at_most, finish
from bench.timing import gold_questions
from index.storage.publishing import CURRENT
from service.settings import Settings

LEAST_GOODPUT, SLOWEST_REFUSAL = 0.9, 0.05  # share of the peak; seconds, of 95 in 100
SLOWEST_AFTER = 1.5  # times as long as before
MOST_GROWTH = 1.1  # memory and open files at the end of a soak, beside those after a tenth of it
_ROUTE = "/search"
_TIMES, _CLIENTS, _SETTLING = 10, 8, 5.0


async def open_loop(url: str, bodies: Sequence[dict[str, Any]], rate: float, seconds: float) -> list[Said]:
    """`rate` questions a second, however many are still unanswered."""
    lent, said, all_there = Connections(url), list[Said](), asyncio.Event()
    count = int(rate * seconds)

    def note(one: Said) -> None:
        said.append(one)
        if len(said) == count:
            all_there.set()

    requests, begun = [lent.request(_ROUTE, body) for body in bodies], time.perf_counter()
    for n, request in zip(range(count), itertools.cycle(requests), strict=False):
        if (early := begun + n / rate - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        lent.send(request, note)
    await all_there.wait()
    return said


def overload(url: str, bodies: Sequence[dict[str, Any]], seconds: float) -> list[Figure]:
    def ask(clients: int, seconds: float) -> list[Said]:
        return uvloop.run(closed_loop(url, _ROUTE, bodies, clients, seconds))

    ask(_CLIENTS, 2)
    before = _median_ms(ask(1, _SETTLING))
    peak = sum(one.status == 200 for one in ask(_CLIENTS, 10)) / 10
    begun = time.perf_counter()
    said = uvloop.run(open_loop(url, bodies, _TIMES * peak, seconds))
    took = max(one.at for one in said) - begun
    ask(1, _SETTLING)
    after = _median_ms(ask(1, _SETTLING))
    goodput = sum(one.status == 200 for one in said) / took
    refusals = [one.took for one in said if one.status in (429, 503)]
    slow = float(np.percentile(refusals, 95)) if refusals else 0.0
    others = sum(one.status not in (200, 429, 503) for one in said)
    return [
        at_least(
            f"answered a second when {len(said) / seconds:.0f} are asked, beside the peak",
            f"{goodput:.0f} /s",
            f"{peak:.0f} /s",
            goodput / peak,
            LEAST_GOODPUT,
        ),
        at_most(
            f"95 of 100 refusals, of {len(refusals)}",
            f"{1000 * slow:.0f} ms",
            f"{1000 * SLOWEST_REFUSAL:.0f} ms",
            slow / SLOWEST_REFUSAL,
            1,
        ),
        at_most(
            "one client five seconds after, beside before",
            f"{after:.1f} ms",
            f"{before:.1f} ms",
            after / before,
            SLOWEST_AFTER,
        ),
        Figure("neither answered nor refused", str(others), promised="0", holds=not others),
    ]


def _median_ms(said: Sequence[Said]) -> float:
    return 1000 * float(np.median([one.took for one in said]))


async def soaked(
    url: str, process: psutil.Process, bodies: Sequence[dict[str, Any]], count: int, reloads: int
) -> list[Figure]:
    """Memory and open files at the end of `count` questions, beside those after a tenth of them."""
    lent, pointer = Connections(url), Settings().var / CURRENT
    requests = [lent.request(_ROUTE, body) for body in bodies]
    asked, wrong = itertools.count(), 0
    early = (0.0, 0)

    def used() -> tuple[float, int]:
        return megabytes(process), descriptors(process)

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("asking", total=count)

        async def ask() -> None:
            nonlocal wrong, early
            while (n := next(asked)) < count:
                if reloads and n % max(1, count // reloads) == 0:
                    pointer.touch()
                if n == count // 10:
                    early = used()
                said = await lent.post(requests[n % len(requests)])
                wrong += said.status != 200
                progress.advance(task)

        await asyncio.gather(*(ask() for _ in range(_CLIENTS)))
    late = used()
    return [
        Figure(
            f"not answered of {count:,}, with {reloads} reloads", str(wrong), promised="0", holds=not wrong
        ),
        *(
            at_most(name, f"{end:.0f}", f"{begin:.0f}", end / begin, MOST_GROWTH)
            for name, begin, end in zip(("MB at the end", "open files at the end"), early, late, strict=True)
        ),
    ]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of asking too much; 0 for none")
    parser.add_argument("--soak", type=int, default=0, help="questions of the soak; 0 for none")
    parser.add_argument("--reloads", type=int, default=50)
    options = parser.parse_args()
    bodies = [{"query": question} for question in gold_questions()]
    figures: list[Figure] = []
    with running() as (url, process):
        if options.seconds:
            figures += overload(url, bodies, options.seconds)
        if options.soak:
            figures += uvloop.run(soaked(url, process, bodies, options.soak, options.reloads))
    return finish(figures, {}, options.json)


if __name__ == "__main__":
    sys.exit(main())
