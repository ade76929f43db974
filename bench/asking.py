"""What clients do in benchmarks: next to nothing, beside what the service does that they share the machine with."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Said:
    """What came back, and when: the status, seconds it took, and the clock when it was there."""

    status: int
    took: float
    at: float


class _Connection(asyncio.Protocol):
    """A connection on which one request at a time is asked; a status of 0 where it was closed instead of answered."""

    def __init__(self) -> None:
        self.open = True
        self._transport: asyncio.Transport | None = None
        self._got, self._whole = bytearray(), 0
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """The status of the response, once all of it is there."""
        assert self._transport is not None
        self._got.clear()
        self._whole = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole and (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._got[:end]).lower()
            length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
            self._whole = end + 4 + int(length)
            self.open = b"connection: close" not in head
        if self._whole and len(self._got) >= self._whole and self._answer and not self._answer.done():
            self._answer.set_result(int(self._got[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        if self._answer and not self._answer.done():
            self._answer.set_result(0)


class Connections:
    """Connections to a service that are kept open and lent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._idle: list[_Connection] = []

    def request(self, path: str, body: dict[str, Any]) -> bytes:
        """What is sent to post JSON."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data

    async def post(self, request: bytes) -> Said:
        """Send a request, and read all that comes back; status 0 where the connection was closed instead."""
        begun = time.perf_counter()
        try:
            connection = await self._open()
            status = await connection.ask(request)
        except OSError:
            return Said(0, time.perf_counter() - begun, time.perf_counter())
        if connection.open:
            self._idle.append(connection)
        now = time.perf_counter()
        return Said(status, now - begun, now)

    async def _open(self) -> _Connection:
        while self._idle:
            if (connection := self._idle.pop()).open:
                return connection
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, self._host, self._port))[1]


async def closed_loop(
    url: str, path: str, bodies: Sequence[dict[str, Any]], clients: int, seconds: float
) -> list[Said]:
    """Each client asks the next question as soon as the last is answered."""
    lent, said = Connections(url), list[Said]()
    requests = [lent.request(path, body) for body in bodies]
    until = time.perf_counter() + seconds

    async def ask(first: int) -> None:
        for request in itertools.islice(itertools.cycle(requests), first, None):
            if time.perf_counter() > until:
                return
            said.append(await lent.post(request))

    await asyncio.gather(*map(ask, range(clients)))
    return said
