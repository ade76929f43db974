"""How the service listens: what uvicorn bounds, and what it does not, the time for a request's head and for reading."""

import asyncio
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.settings import Settings

MAX_HEAD = 65_536  # bytes of the request line and all headers
MAX_CONNECTIONS = 1_000
# seconds from the connection, or from the first byte after a response, to the end of the headers
HEAD_TIME = 10.0
READ_TIME = 30.0  # seconds that a client may take to read what is ready for it
IDLE = 5  # seconds that a connection is kept after a response
STOPPING = 10  # seconds that requests have to end when the service is stopped


class Impatient(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection whose head does not come or end, or whose response is not read."""

    _head: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _advanced = False
    _pending = (
        0  # bytes received by which the parser got nowhere: of a head, of what frames a body, or of trailers
    )

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As asyncio has it."""
        super().connection_made(cast(asyncio.Transport, _Together(transport, self.loop)))
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        self._advanced = False
        super().data_received(data)
        self._pending = 0 if self._advanced else self._pending + len(data)
        if self._pending > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")
        if self.cycle is not None and not self.cycle.response_complete:
            self._drop_head()  # the request is there; its body is waited for elsewhere
        elif self._head is None and not self.transport.is_closing():
            self._await_head()

    def on_headers_complete(self) -> None:
        """As httptools has it. A request to upgrade, whose body httptools would take for the next request, has none."""
        self._advanced = True
        upgrade = self.parser.should_upgrade()
        if upgrade and any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            raise ValueError("an upgrade with a body")  # which httptools makes a 400
        super().on_headers_complete()
        if upgrade:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """As httptools has it."""
        self._advanced = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """As httptools has it."""
        self._advanced = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """As asyncio has it."""
        super().pause_writing()
        self._unread = self.loop.call_later(READ_TIME, self.transport.abort)

    def resume_writing(self) -> None:
        """As asyncio has it."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """As asyncio has it."""
        self._drop_head()
        if self._unread:
            self._unread.cancel()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head = self.loop.call_later(HEAD_TIME, self.transport.close)

    def _drop_head(self) -> None:
        if self._head:
            self._head.cancel()
        self._head = None


class _Together:
    """A transport that sends head and body of a response at once: a call of the system costs as much as refusing."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._kept: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send `data` as soon as whoever writes has written what it had."""
        if not self._kept:
            self._loop.call_soon(self._send)
        self._kept.append(data)

    def close(self) -> None:
        """Close when all is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        kept, self._kept = self._kept, []
        if kept and not self._transport.is_closing():
            self._transport.write(b"".join(kept))


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """For `uvicorn.Server`. Forwarded addresses are believed only of a proxy on this machine, as is uvicorn's way."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=Impatient,
        ws="none",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=STOPPING,
        server_header=False,
        access_log=False,  # its lines would have the questions that stand in addresses
        log_config=None,
    )
