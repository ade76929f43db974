"""MCP at `/mcp`. The library is imported for the first agent; at the start it would take a sixth of the starting time.

The sessions of MCP live in a task of their own, since the task that opens them must close them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from index.opening import OpenIndex
from service.serving.admission import AdmissionQueue

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer


class Agents:
    """An ASGI application that answers MCP while `serving`, on the index that `opened` gives."""

    def __init__(self, opened: Callable[[], OpenIndex], queue: Callable[[], AdmissionQueue]) -> None:
        self._opened = opened
        self._queue = queue
        self._called = asyncio.Event()
        self._ready: asyncio.Future[ASGIApp] | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        self._called, self._ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._serve(self._ready))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            self._ready.cancel()  # for those who still wait for the import

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._ready is not None
        self._called.set()
        app = await asyncio.shield(self._ready)  # a client that disconnects cancels it for nobody else
        await app(scope, receive, send)

    async def _serve(self, ready: asyncio.Future[ASGIApp]) -> None:
        await self._called.wait()
        try:
            server = await run_in_threadpool(self._server)
            from mcp.server.streamable_http_manager import StreamableHTTPASGIApp

            async with server.session_manager.run():
                ready.set_result(StreamableHTTPASGIApp(server.session_manager))
                await asyncio.Event().wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def _server(self) -> "MCPServer[None]":
        from mcp.server.transport_security import TransportSecuritySettings

        from service.api.mcp_tools import mcp_server

        server = mcp_server(self._opened, self._queue())
        # this makes the session manager; the guard already keeps other sites out
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(stateless_http=True, json_response=True, transport_security=unchecked)
        return server
