"""The server: uvicorn with deadlines for a request's head and for reading a response, which uvicorn lacks."""

import asyncio

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.settings import Settings

MAX_HEAD = 65_536  # bytes of the request line and all headers
MAX_CONNECTIONS = 1_000
# seconds from the connection, or from the first byte after a response, to the end of the headers
HEAD_TIME = 10.0
READ_TIME = 30.0  # seconds that a client may take to read a response
KEEP_ALIVE = 5  # seconds
STOP_TIME = 10  # seconds that requests have to end when the service stops


class DeadlineProtocol(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection whose head does not end in time, or whose response is not read in time."""

    _head: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _advanced = False
    _pending = 0  # bytes without progress of the parser: of a head, a body's framing, or trailers

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        self._advanced = False
        super().data_received(data)
        self._pending = 0 if self._advanced else self._pending + len(data)
        if self._pending > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")
        if self.cycle is not None and not self.cycle.response_complete:
            self._drop_head()  # the head is there; `RequestLimits` waits for the body
        elif self._head is None and not self.transport.is_closing():
            self._await_head()

    def on_headers_complete(self) -> None:
        """Refuse an upgrade with a body, which httptools would take for the next request."""
        self._advanced = True
        upgrade = self.parser.should_upgrade()
        if upgrade and any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            raise ValueError("an upgrade with a body")  # httptools answers 400
        super().on_headers_complete()
        if upgrade:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._advanced = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._advanced = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_TIME, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
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


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """The configuration of `uvicorn.Server`, which trusts forwarded addresses only from a proxy on this machine."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=DeadlineProtocol,
        ws="none",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_TIME,
        server_header=False,
        access_log=False,  # its lines would show questions in addresses
        log_config=None,
    )
