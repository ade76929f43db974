"""What an operator watches, as Prometheus reads it. No label has a question, an address or an id of a request."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corpus.errors import BaliError
from service.line import Line
from service.opened import Opened

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Crew(Protocol):
    """Worker processes: which there were, how many there are, and how many tasks none of them could do."""

    processes: Sequence[object]
    missed: int

    @property
    def alive(self) -> int: ...


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

    def watch(
        self, opened: Callable[[], Opened], line: Callable[[], Line], workers: Callable[[], Crew]
    ) -> None:
        """Also tell of what is open, of who waits and of who works, as these are when the metrics are read."""
        self.registry.register(_State(opened, line, workers))

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self.registry)


class _State(Collector):
    def __init__(
        self, opened: Callable[[], Opened], line: Callable[[], Line], workers: Callable[[], Crew]
    ) -> None:
        self._opened, self._line, self._workers = opened, line, workers
        self._seen: tuple[str, float] | None = None  # the generation, and since when

    def collect(self) -> Iterator[Metric]:
        """Who waits and who works; the generation in use, for how long, and whether there is a problem with what is built."""
        line, opened = self._line(), self._opened()
        yield GaugeMetricFamily("bali_waiting", "Requests in the line", value=line.length)
        yield CounterMetricFamily("bali_busy", "Requests refused because too many wait", value=line.refused)
        workers = self._workers()
        yield GaugeMetricFamily("bali_workers", "Worker processes that have not ended", value=workers.alive)
        yield GaugeMetricFamily("bali_workers_begun", "How many there were", value=len(workers.processes))
        yield CounterMetricFamily(
            "bali_workers_missed", "Tasks that the service did, for no worker could", value=workers.missed
        )
        problem = float(opened.problem is not None)
        yield GaugeMetricFamily(
            "bali_degraded", "1 where what was built last cannot be served", value=problem
        )
        try:
            generation = opened.pair[0].id
        except BaliError:
            return
        if self._seen is None or self._seen[0] != generation:
            self._seen = (generation, time.time() if self._seen else opened.since)
        used = GaugeMetricFamily("bali_generation", "The generation in use", labels=["generation"])
        used.add_metric([generation], 1)
        yield used
        age = time.time() - self._seen[1]
        yield GaugeMetricFamily("bali_generation_seen_seconds", "For how long it was seen in use", value=age)
