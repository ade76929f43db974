"""Gauges of the service itself: who waits, who works, which index is open."""

import time
from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corpus.errors import BaliError
from service.serving.admission import AdmissionQueue
from service.serving.current_index import CurrentIndex
from service.serving.worker_pool import WorkerPool


class ServingGauges(Collector):
    def __init__(
        self,
        opened: Callable[[], CurrentIndex],
        line: Callable[[], AdmissionQueue],
        workers: Callable[[], WorkerPool],
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
