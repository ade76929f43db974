"""Logs: a line of JSON for each event, or, on a terminal, a line to read. The libraries' own look the same."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

_QUIET = ("mcp", "httpx2", "sentence_transformers", "asyncio")
_SHARED: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
structlog.configure(
    wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
)  # until `configure` is called
log: FilteringBoundLogger = structlog.get_logger()


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
    structlog.configure(  # not by way of logging, which takes as long as a small request
        processors=[_own, *_SHARED, *shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Patient(sys.stderr))),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_SHARED],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Patient:
    """A stream that cannot be written to, as of a full disk, fails nobody's request; logging has it so, too."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def _own(_: object, __: str, event: EventDict) -> EventDict:
    """As `add_logger_name` has it for the libraries."""
    return {**event, "logger": "bali"}
