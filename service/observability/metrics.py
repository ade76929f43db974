"""Metrics for Prometheus. No label has a question, an address or a request's id."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time, file descriptors
        self.requests = Counter(
            "bali_requests",
            "Requests by how they ended",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "bali_request_seconds",
            "Seconds until a response was sent",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answers = Counter("bali_answers", "Answers by status", ["status"], registry=self.registry)
        self.refusals = Counter(
            "bali_refusals", "Requests that were not let in, by reason", ["reason"], registry=self.registry
        )
        self.audit_failures = Counter(
            "bali_audit_failures", "Answers withheld because the audit log failed", registry=self.registry
        )

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)
