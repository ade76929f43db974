"""The service when too much is asked of it: `python -m bench.load.overload [--seconds 60] [--soak 100000] [--reloads 50]`.

First its *peak*: what it answers a second by `/search` when eight clients ask one question after the other. Then,
with `--seconds`, ten times as much is asked, at a steady pace and whatever comes back; then one client asks again.
Prints goodput as a share of the peak, how long refusals take and how long answers take before, and five seconds
after. With `--soak`, so many questions are asked one after the other by eight clients while what is published is
opened again `--reloads` times; prints memory and open files after a tenth of it and at the end. Service and clients share
the machine. Ends with 1 when an answer was wrong, or a promise is broken.
"""

import argparse
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
from bench.load.clients import service
from bench.load.processes import descriptors, megabytes
from eval.gold_data import read_gold
from eval.options import DOCUMENTS, GOLD
from index.storage.publishing import CURRENT
from service.settings import Settings

LEAST_GOODPUT, SLOWEST_REFUSAL = 0.9, 0.05  # share of the peak; seconds, of 95 in 100
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


def overload(url: str, bodies: Sequence[dict[str, Any]], seconds: float) -> bool:
    """Whether what is promised holds; prints the figures."""
    uvloop.run(closed_loop(url, _ROUTE, bodies, _CLIENTS, 2))
    before = uvloop.run(closed_loop(url, _ROUTE, bodies, 1, _SETTLING))
    alone = uvloop.run(closed_loop(url, _ROUTE, bodies, _CLIENTS, 10))
    peak = sum(one.status == 200 for one in alone) / 10
    begun = time.perf_counter()
    said = uvloop.run(open_loop(url, bodies, _TIMES * peak, seconds))
    took = max(one.at for one in said) - begun
    uvloop.run(closed_loop(url, _ROUTE, bodies, 1, _SETTLING))
    after = uvloop.run(closed_loop(url, _ROUTE, bodies, 1, _SETTLING))
    goodput = sum(one.status == 200 for one in said) / took
    refusals = [one.took for one in said if one.status in (429, 503)]
    others = sum(one.status not in (200, 429, 503) for one in said)
    slow = float(np.percentile(refusals, 95)) if refusals else 0.0
    normal, settled = (float(np.median([one.took for one in found])) for found in (before, after))
    print(f"peak {peak:.0f} a second; asked {len(said) / seconds:.0f} a second for {seconds:g} s")
    print(
        f"goodput {goodput:.0f} a second, {goodput / peak:.2f} of the peak; {others} neither answered nor refused"
    )
    middle = float(np.median(refusals or [0]))
    print(
        f"{len(refusals)} refusals: {1000 * middle:.0f} ms in the middle, 95 in 100 within {1000 * slow:.0f} ms"
    )
    print(f"one client: {1000 * normal:.1f} ms before, {1000 * settled:.1f} ms five seconds after")
    return (
        goodput >= LEAST_GOODPUT * peak and slow <= SLOWEST_REFUSAL and not others and settled < 1.5 * normal
    )


async def soaked(
    url: str, process: psutil.Process, bodies: Sequence[dict[str, Any]], count: int, reloads: int
) -> bool:
    """Whether nothing was lost and nothing grew; prints the figures."""
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
    print(f"{count} questions, {reloads} reloads, {wrong} not answered")
    print(
        f"memory {early[0]:.0f} MB after a tenth, {late[0]:.0f} MB at the end; open files {early[1]} and {late[1]}"
    )
    return not wrong and all(b <= MOST_GROWTH * a for a, b in zip(early, late, strict=True))


def main() -> int:
    """Print the figures; 1 when an answer was wrong or a promise is broken, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of asking too much; 0 for none")
    parser.add_argument("--soak", type=int, default=0, help="questions of the soak; 0 for none")
    parser.add_argument("--reloads", type=int, default=50)
    options = parser.parse_args()
    bodies = [{"query": question.text} for question in read_gold(GOLD, DOCUMENTS).questions]
    kept = True
    with service("shipped") as (url, process):
        if options.seconds:
            kept &= overload(url, bodies, options.seconds)
        if options.soak:
            kept &= uvloop.run(soaked(url, process, bodies, options.soak, options.reloads))
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
