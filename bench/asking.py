"""What clients do in benchmarks: next to nothing, beside what the service does that they share the machine with."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Said:
    """What came back, and when: the status, seconds it took, and the clock when it was there."""

    status: int
    took: float
    at: float


class Connections:
    """Connections to a service that are kept open and lent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: dict[str, Any]) -> Said:
        """Send JSON, and read all that comes back; status 0 where the connection was closed instead."""
        begun = time.perf_counter()
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        )
        try:
            reader, writer = await self._open()
            writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(answer.partition("content-length:")[2].split("\r\n")[0])
            await reader.readexactly(length)
        except (OSError, ValueError, asyncio.IncompleteReadError):
            return Said(0, time.perf_counter() - begun, time.perf_counter())
        if "connection: close" in answer:
            writer.close()
        else:
            self._idle.append((reader, writer))
        now = time.perf_counter()
        return Said(int(answer.split()[1]), now - begun, now)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():  # else the service closed it, as it lay idle
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)


async def closed_loop(
    url: str, path: str, bodies: Sequence[dict[str, Any]], clients: int, seconds: float
) -> list[Said]:
    """Each client asks the next question as soon as the last is answered."""
    lent, said = Connections(url), list[Said]()
    until = time.perf_counter() + seconds

    async def ask(first: int) -> None:
        for body in itertools.islice(itertools.cycle(bodies), first, None):
            if time.perf_counter() > until:
                return
            said.append(await lent.post(path, body))

    await asyncio.gather(*map(ask, range(clients)))
    return said
