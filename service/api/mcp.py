"""MCP at `/mcp`, imported when the first agent comes: a sixth of what starting the service would cost otherwise.

The sessions of MCP live in a task of their own, since what they open must be closed by the task that opened it.
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
    """An ASGI application that answers MCP on what `opened` gives, while `serving`."""

    def __init__(self, opened: Callable[[], OpenIndex], line: Callable[[], AdmissionQueue]) -> None:
        self._opened = opened
        self._line = line
        self._called = asyncio.Event()
        self._ready: asyncio.Future[ASGIApp] | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """As long as the service runs."""
        self._called, self._ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._serve(self._ready))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            self._ready.cancel()  # who still waits for the import need not wait any longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        assert self._ready is not None
        self._called.set()
        app = await asyncio.shield(self._ready)  # which a client that goes does not take from the others
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

        server = mcp_server(self._opened, self._line())
        # makes the session manager; pages of other sites are kept out before, as from every route
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(stateless_http=True, json_response=True, transport_security=unchecked)
        return server
