"""Readers while generations are published: `python -m tests.robustness.publishing [--readers 16] [--publishes 50]`.

The service runs on a port of its own on a small corpus. Readers ask it without a pause, by every route that answers, plain
and streamed, and by MCP; meanwhile one generation after the other is published, each of a corpus that answers otherwise,
each waited for until the service has it. Every response must be a success, name one generation, and be to the byte what
that generation alone answers. Ends with 1 where one is not.
"""

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2 as httpx

from index.build import build
from service.app import create_app
from service.http.generation_header import HEADER
from service.settings import Settings
from tests.support.generations import build_several, catalogue
from tests.support.live import live
from tests.support.tiny import TinyEncoder

_QUESTION = "Which lighthouse needs new staircases?"
_TURNS = [
    {"role": "user", "content": "What was the northern lighthouse?"},
    {"role": "assistant", "content": "It was inspected twice."},
    {"role": "user", "content": _QUESTION},
]
_MCP = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
_CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"query": _QUESTION}},
}
ROUTES: Mapping[str, tuple[str, str, Mapping[str, Any] | None]] = {
    "search": ("POST", "/search", {"query": _QUESTION}),
    "chat": ("POST", "/chat", {"messages": _TURNS}),
    "chat, streamed": ("POST", "/chat", {"messages": _TURNS, "stream": True}),
    "completion": ("POST", "/v1/chat/completions", {"model": "bali", "messages": _TURNS}),
    "text": ("GET", "/documents/report/text", None),
    "documents": ("GET", "/documents", None),
    "MCP": ("POST", "/mcp", _CALL),
}
_TIMEOUT = 60  # seconds for the service to have what was published


@dataclass(slots=True)
class Read:
    """What the readers got: by route and generation the different responses, and how many there were."""

    bodies: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def ask(client: httpx.Client, route: str) -> tuple[str, str]:
    """The generation that a response names, in every place where it does, and the response without what always differs."""
    method, path, body = ROUTES[route]
    response = client.request(method, path, json=body, headers=_MCP if route == "MCP" else None)
    response.raise_for_status()
    text, named = response.text, set()
    if route != "MCP":
        named.add(response.headers[HEADER])
    if route == "chat, streamed":
        named.add(json.loads(text.rsplit("data: ", 1)[-1])["generation"])
    elif route == "completion":
        said = response.json()
        named.add(said["system_fingerprint"])
        text = json.dumps({k: v for k, v in said.items() if k not in ("id", "created")})
    elif route == "MCP":
        named.add(response.json()["result"]["structuredContent"]["generation"])
    elif route != "text":
        named.add(response.json()["generation"])
    if len(named) > 1:
        raise ValueError(f"{route} names the generations {named}")
    return named.pop(), text


def measure(
    folder: Path, readers: int, publishes: int, advance: Callable[[int], None] = lambda _: None
) -> Read:
    """What came of it; `errors` has all that was not as promised."""
    build_several(folder, 1)
    read, done = Read(), threading.Event()
    expected: dict[tuple[str, str], str] = {}
    with live(create_app(Settings(var=folder / "var"), TinyEncoder)) as url:
        threads = [threading.Thread(target=_reader, args=(url, n, read, done)) for n in range(readers)]
        with httpx.Client(base_url=url, timeout=_TIMEOUT) as client:
            _note(client, expected)
            for thread in threads:
                thread.start()
            try:
                for number in range(1, publishes + 1):
                    wanted = build(folder / "var", catalogue(folder, number), TinyEncoder()).generation
                    _wait(client, wanted)
                    _note(client, expected)
                    advance(number)
            finally:
                done.set()
                for thread in threads:
                    thread.join()
    for (route, generation), bodies in read.bodies.items():
        if bodies != {expected.get((route, generation))}:
            read.errors.append(f"{route}: {len(bodies)} answers of {generation}, or another than its own")
    return read


def _reader(url: str, number: int, read: Read, done: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=_TIMEOUT) as client:
        for route in cycle([*list(ROUTES)[number % len(ROUTES) :], *list(ROUTES)[: number % len(ROUTES)]]):
            if done.is_set():
                return
            try:
                index, body = ask(client, route)
            except Exception as error:
                with read.lock:
                    read.errors.append(f"{route}: {type(error).__name__}: {error}")
                continue
            with read.lock:
                read.counts[route] += 1
                read.bodies.setdefault((route, index), set()).add(body)


def _note(client: httpx.Client, expected: dict[tuple[str, str], str]) -> None:
    """What the generation answers that nothing is published beside: the publisher itself asks, and publishes no other."""
    for route in ROUTES:
        index, body = ask(client, route)
        expected[route, index] = body


def _wait(client: httpx.Client, generation: str) -> None:
    end = time.monotonic() + _TIMEOUT
    while True:
        said = client.get("/readyz").json()
        if said == {"status": "ready", "generation": generation, "detail": None}:
            return
        if time.monotonic() > end:
            raise TimeoutError(f"{said} instead of {generation}")
        time.sleep(0.01)


def main() -> None:
    """Read and publish, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--publishes", type=int, default=50)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    with TemporaryDirectory() as folder:
        read = measure(Path(folder), arguments.readers, arguments.publishes)
    print(f"{'route':<16}{'responses':>10}{'generations':>13}")
    for route in ROUTES:
        generations = sum(one == route for one, _ in read.bodies)
        print(f"{route:<16}{read.counts[route]:>10}{generations:>13}")
    print(*read.errors[:20], sep="\n")
    print(
        f"{read.counts.total()} responses to {arguments.readers} readers across {arguments.publishes} publishes in "
        f"{time.perf_counter() - begin:.0f} s, {len(read.errors)} errors"
    )
    sys.exit(bool(read.errors))


if __name__ == "__main__":
    main()
