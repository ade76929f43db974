"""Logs: a line of JSON for each event, or, on a terminal, a line to read. The libraries' own go the same way."""

import logging
import sys

import structlog
from structlog.typing import FilteringBoundLogger, Processor

_QUIET = ("mcp", "httpx2", "sentence_transformers", "asyncio")
_SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
# until `configure` was called, logging drops what is below a warning, as it does for any library
log: FilteringBoundLogger = structlog.wrap_logger(
    logging.getLogger("bali"),
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)


def configure(*, terminal: bool | None = None) -> None:
    """Write to standard error; `terminal` as that is one unless it is given."""
    if terminal is None:
        terminal = sys.stderr.isatty()
    shown: list[Processor] = (
        [  # plain, since a traceback with its variables would show keys and questions
            structlog.dev.ConsoleRenderer(
                timestamp_key="at", pad_event_to=8, exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
