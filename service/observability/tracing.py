"""Traces for OpenTelemetry if its variables name an endpoint; else nothing is measured or sent."""

import os
from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig
from starlette.types import Scope

from corpus.errors import BaliError

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class TracingError(BaliError):
    """An endpoint is named, but the exporter is not installed."""


def tracing() -> TelemetryConfig:
    """FastAPI's configuration of traces. Raises TracingError."""
    wanted = bool(os.environ.get(ENDPOINT))
    if wanted and not _installed():
        raise TracingError(
            "OpenTelemetry's exporter is not installed",
            where=ENDPOINT,
            remedy="run `pip install 'fastapi[opentelemetry]'`, or unset it",
        )
    # addresses and validation errors may contain questions
    return {
        "auto_configure": wanted,
        "tracing": wanted,
        "metrics": wanted,
        "logs": False,
        "operation_spans": False,
        "exclude": _may_have_question,
    }


def _may_have_question(scope: Scope) -> bool:
    return bool(scope.get("query_string"))


def _installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False
