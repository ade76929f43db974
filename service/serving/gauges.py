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
        current: Callable[[], CurrentIndex],
        queue: Callable[[], AdmissionQueue],
        workers: Callable[[], WorkerPool],
    ) -> None:
        self._current, self._queue, self._workers = current, queue, workers
        self._seen: tuple[str, float] | None = None  # the generation in use, and since when

    def collect(self) -> Iterator[Metric]:
        queue, current = self._queue(), self._current()
        yield GaugeMetricFamily("bali_waiting", "Requests in the line", value=queue.length)
        yield CounterMetricFamily("bali_busy", "Requests refused because too many wait", value=queue.refused)
        workers = self._workers()
        yield GaugeMetricFamily("bali_workers", "Worker processes that have not ended", value=workers.alive)
        yield GaugeMetricFamily("bali_workers_begun", "How many there were", value=len(workers.processes))
        yield CounterMetricFamily(
            "bali_workers_missed", "Tasks that the service did, for no worker could", value=workers.missed
        )
        problem = float(current.problem is not None)
        yield GaugeMetricFamily(
            "bali_degraded", "1 where what was built last cannot be served", value=problem
        )
        try:
            generation = current.pair[0].id
        except BaliError:
            return
        if self._seen is None or self._seen[0] != generation:
            self._seen = (generation, time.time() if self._seen else current.since)
        used = GaugeMetricFamily("bali_generation", "The generation in use", labels=["generation"])
        used.add_metric([generation], 1)
        yield used
        age = time.time() - self._seen[1]
        yield GaugeMetricFamily("bali_generation_seen_seconds", "For how long it was seen in use", value=age)
