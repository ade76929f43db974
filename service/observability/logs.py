"""Logs: a line of JSON for each event, or a readable line on a terminal. Libraries' logs look the same."""

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
    """Log to standard error, in the form for a terminal if it is one or `terminal` says so."""
    if terminal is None:
        terminal = sys.stderr.isatty()
    renderers: list[Processor] = (
        [  # plain: a traceback with variables would show keys and questions
            structlog.dev.ConsoleRenderer(
                timestamp_key="at", pad_event_to=8, exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(  # without the logging module, which takes as long as a small request
        processors=[_add_logger_name, *_SHARED, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _ForgivingStream(sys.stderr))),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_SHARED],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _ForgivingStream:
    """A stream whose errors, of a full disk for example, fail no request; the logging module does the same."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def _add_logger_name(_: object, __: str, event: EventDict) -> EventDict:
    return {**event, "logger": "bali"}
