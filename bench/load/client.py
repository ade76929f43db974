"""An HTTP client that costs next to nothing, since it shares the machine with the service that it measures."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Said:
    """A response: its status, the seconds it took, and the clock at its end."""

    status: int
    took: float
    at: float


class _Connection(asyncio.Protocol):
    """A connection with one request at a time; the status is 0 where it was closed without a response."""

    def __init__(self) -> None:
        self.open = True
        self._transport: asyncio.Transport | None = None
        self._got, self._whole = bytearray(), 0
        self._then: Callable[[int], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes, then: Callable[[int], None]) -> None:
        """`then` gets the status once the response is complete."""
        assert self._transport is not None
        self._got.clear()
        self._whole = 0
        self._then = then
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole and (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._got[:end]).lower()
            length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
            self._whole = end + 4 + int(length)
            self.open = b"connection: close" not in head
        if self._whole and len(self._got) >= self._whole:
            self._give(int(self._got[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        self._give(0)

    def _give(self, status: int) -> None:
        if then := self._then:
            self._then = None
            then(status)


class Connections:
    """Open connections to a service, used again and again."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._idle: list[_Connection] = []
        self._opening: set[asyncio.Task[_Connection]] = set()

    def request(self, path: str, body: dict[str, Any]) -> bytes:
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data

    async def post(self, request: bytes) -> Said:
        """Send a request and wait for the response; its status is 0 where the connection was closed."""
        said: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self.send(request, said.set_result)
        return await said

    def send(self, request: bytes, then: Callable[[Said], None]) -> None:
        """Send a request; `then` gets the response."""
        begun = time.perf_counter()

        def ask(connection: _Connection) -> None:
            connection.ask(request, lambda status: done(status, connection))

        def done(status: int, connection: _Connection) -> None:
            if connection.open:
                self._idle.append(connection)
            now = time.perf_counter()
            then(Said(status, now - begun, now))

        while self._idle:
            if (connection := self._idle.pop()).open:
                ask(connection)
                return
        opened = asyncio.ensure_future(self._connect())
        self._opening.add(opened)
        opened.add_done_callback(self._opening.discard)
        opened.add_done_callback(
            lambda task: (
                ask(task.result())
                if task.exception() is None
                else then(Said(0, time.perf_counter() - begun, time.perf_counter()))
            )
        )

    async def _connect(self) -> _Connection:
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
