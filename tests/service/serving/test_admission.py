"""More asked than can be answered: the line is short, what is over is told at once, and then all is as before."""

import threading
import time
from typing import Any

import anyio
import httpx2
import pytest

from service.app import create_app
from service.serving.admission import AdmissionQueue
from service.settings import Settings
from tests.service.http.test_sse import GatedEncoder
from tests.support.live import live

ASKED = {"messages": [{"role": "user", "content": "who leads the repair of the lighthouse"}]}
PATHS: dict[str, dict[str, Any]] = {
    "/search": {"query": "lighthouse"},
    "/chat": ASKED,
    "/precedents": {"topic": "lighthouse"},
    "/v1/chat/completions": {"model": "bali", **ASKED},
}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_too_much_is_told_when_to_come_again_and_what_waits_is_served(
    harbour: Settings, path: str
) -> None:
    encoder = GatedEncoder()
    app = create_app(harbour, lambda: encoder)
    codes = []

    def ask() -> None:
        codes.append(httpx2.post(f"{url}{path}", json=PATHS[path]).status_code)

    with live(app) as url:
        app.state.queue = queue = AdmissionQueue(threads=1, most_waiting=2)
        waiting = [threading.Thread(target=ask) for _ in range(3)]  # one is served, two wait
        for one in waiting:
            one.start()
        until = time.monotonic() + 5
        while queue.length < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
        refused = httpx2.post(f"{url}{path}", json=PATHS[path])
        assert refused.status_code == 503
        assert refused.headers["retry-after"].isdigit()
        assert "try again" in refused.text
        assert len(refused.headers["x-request-id"]) == 32
        mine = httpx2.post(f"{url}{path}", json=PATHS[path], headers={"X-Request-ID": "from-a-proxy.1"})
        assert mine.headers["x-request-id"] == "from-a-proxy.1"
        counted = f'bali_requests_total{{method="POST",route="{path}",status="503"}} 2.0'
        assert counted in httpx2.get(f"{url}/metrics").text
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert httpx2.get(f"{url}/healthz").status_code == 200
        encoder.gate.set()
        for one in waiting:
            one.join()
        assert codes == [200, 200, 200]
        assert httpx2.post(f"{url}{path}", json=PATHS[path]).status_code == 200


def test_work_is_done_in_the_order_in_which_it_came_and_no_more_at_once_than_there_are_places() -> None:
    order, running, most = [], set(), []

    def work(number: int) -> None:
        running.add(number)
        most.append(len(running))
        time.sleep(0.01)
        order.append(number)
        running.remove(number)

    async def all_of_it() -> None:
        queue = AdmissionQueue(threads=1)
        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(queue.run, lambda number=number: work(number))
                await anyio.sleep(0.001)

    anyio.run(all_of_it)
    assert order == list(range(10))
    assert max(most) == 1
