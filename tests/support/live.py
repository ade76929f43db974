"""The service on a port of its own, for the clients of others and for what only a socket shows."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI


@contextmanager
def live(app: FastAPI | uvicorn.Config, **options: Any) -> Iterator[str]:
    """Serve `app` on a free port of this machine; gives its URL."""
    config = (
        app if isinstance(app, uvicorn.Config) else uvicorn.Config(app, port=0, log_level="error", **options)
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
