"""`bali serve` and `bali mcp`."""

import gc
import socket
from typing import Annotated

import typer

from corpus.catalogue import read_catalogue
from service.cli.build import open_or_rebuild, update_index_in_subprocess
from service.cli.options import warn_of_fallback
from service.cli.output import err
from service.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (BALI_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on (BALI_PORT).")] = None,
) -> None:
    """Run the service, after bringing the index up to date."""
    import uvicorn

    from service.app import create_app
    from service.http.server import configuration
    from service.observability import logs
    from service.security.guard import check_binding
    from service.serving import malloc
    from service.serving.tasks import TASKS
    from service.serving.worker_pool import WorkerPool, worker_count

    options = {"host": host, "port": port}
    settings = Settings().model_copy(
        update={name: value for name, value in options.items() if value is not None}
    )
    check_binding(settings)
    _check_free(settings)
    update_index_in_subprocess(settings, read_catalogue(settings.corpus))
    logs.configure()
    err.print(f"Serving on http://{settings.host}:{settings.port} — the API is described at /openapi.json")
    malloc.share_one()
    application = create_app(settings, opening=lambda: (opened, workers))
    gc.freeze()  # these objects stay: no collection need look through them
    opened = open_or_rebuild(settings)
    workers = WorkerPool.forked(opened, TASKS, settings, worker_count(opened, settings))
    uvicorn.Server(configuration(application, settings)).run()


def mcp() -> None:
    """Serve agents by MCP on standard input and output."""
    from service.api.mcp_tools import mcp_server
    from service.serving.admission import AdmissionQueue
    from service.serving.current_index import CurrentIndex

    opened = CurrentIndex(Settings())
    warn_of_fallback(opened.pair[0])
    mcp_server(opened.latest, AdmissionQueue()).run("stdio")


def _check_free(settings: Settings) -> None:
    """Raises `BadParameter` if the service cannot listen on its address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise typer.BadParameter(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another",
                param_hint="--port",
            ) from error
