"""Processes that answer for the service: they answer as it does, and whatever becomes of them, so does it."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

from index.build import build
from index.encoders.base import Encoder
from index.generation import Index
from service.app import create_app
from service.errors import BusyError
from service.observability.audit_log import FOLDER
from service.observability.audit_verification import verify
from service.observability.request_context import audit_answer
from service.serving import worker_pool as workers_module
from service.serving.admission import AdmissionQueue
from service.serving.cancellation import CancellationToken
from service.serving.current_index import CurrentIndex
from service.serving.tasks import TASKS, Task
from service.serving.worker import TaskHeader
from service.serving.worker_pool import WorkerPool
from service.settings import Settings
from tests.support.generations import build_several, catalogue
from tests.support.tiny import TinyEncoder

ASKED = "who leads the repair of the lighthouse"
QUESTIONS: dict[str, dict[str, Any]] = {
    "/search": {"query": ASKED, "top_k": 3, "filter": {"year_from": 2000}},
    "/chat": {"messages": [{"role": "user", "content": ASKED}]},
    "/precedents": {"topic": "lighthouse"},
}


@contextmanager
def serving(settings: Settings, processes: int = 1) -> Iterator[TestClient]:
    """The service with workers that do what it is asked."""
    opened = CurrentIndex(settings, TinyEncoder)
    workers = WorkerPool.forked(opened, TASKS, settings, processes)
    application = create_app(settings, opening=lambda: (opened, workers))
    with TestClient(application, raise_server_exceptions=False) as client:
        yield client


def children() -> list[psutil.Process]:
    """Processes that this one has begun and that have not ended."""
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


def encoder_of(client: TestClient) -> TinyEncoder:
    """The service's own."""
    encoder: TinyEncoder = client.app.state.current_index.pair[1]  # type: ignore[attr-defined]
    return encoder


def alive(client: TestClient) -> float:
    """How many workers there are, as an operator sees it."""
    return metric(client, "bali_workers")


def metric(client: TestClient, name: str) -> float:
    """As Prometheus would read it."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


@pytest.fixture
def own(harbour: Settings, tmp_path: Path) -> Settings:
    """The harbour corpus with an audit log of its own."""
    for name in ("generations", "current"):
        (tmp_path / name).symlink_to(harbour.var / name)
    return harbour.model_copy(update={"var": tmp_path})


def audited(var: Path) -> list[str]:
    """The lines of the audit log, but for what no two have alike."""
    kept = ("request", "key", "route", "question", "generation", "passages", "status")
    lines = [
        line for file in sorted((var / FOLDER).glob("*.jsonl")) for line in file.read_text().splitlines()
    ]
    return [str({name: json.loads(line)[name] for name in kept}) for line in lines]


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_worker_answers_and_leaves_in_the_log_what_the_service_would(
    own: Settings, client: TestClient, path: str
) -> None:
    settings, named = own.model_copy(update={"audit_questions": "text"}), {"X-Request-ID": "one-of-mine"}
    with serving(settings) as worked:
        there = worked.post(path, json=QUESTIONS[path], headers=named)
        assert encoder_of(worked).encoded == []  # the service itself has read nothing
        assert metric(worked, "bali_workers_missed_total") == 0
        counted = [line for line in worked.get("/metrics").text.splitlines() if "bali_answers_total{" in line]
        assert len(counted) == 1
        assert counted[0].endswith(" 1.0")
    here = client.post(path, json=QUESTIONS[path])
    assert there.status_code == here.status_code == 200
    assert there.content == here.content
    assert there.headers["Bali-Generation"] == here.headers["Bali-Generation"]
    assert there.headers["content-type"] == here.headers["content-type"]
    logged = audited(own.var)
    assert len(logged) == 1
    with TestClient(create_app(settings, TinyEncoder)) as alone:
        alone.post(path, json=QUESTIONS[path], headers=named)
    assert audited(own.var) == logged * 2


def test_a_response_larger_than_a_socket_holds_is_whole(own: Settings, client: TestClient) -> None:
    asked = {"query": " ".join([ASKED] * 80), "top_k": 100}
    with serving(own) as worked:
        there = worked.post("/search", json=asked)
        assert metric(worked, "bali_workers_missed_total") == 0
    assert there.content == client.post("/search", json=asked).content


def test_an_answer_in_pieces_is_the_same(own: Settings, client: TestClient) -> None:
    with serving(own) as worked:
        there = worked.post("/chat", json=QUESTIONS["/chat"] | {"stream": True})
    assert there.text == client.post("/chat", json=QUESTIONS["/chat"] | {"stream": True}).text
    assert "event: done" in there.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/search", {"query": "x", "filter": {"document": "nowhere"}}),
        ("/precedents", {"passage": "nowhere"}),
        ("/chat", {"messages": [{"role": "user", "content": " "}]}),
    ],
)
def test_what_cannot_be_answered_is_said_as_the_service_says_it(
    own: Settings, client: TestClient, path: str, body: dict[str, Any]
) -> None:
    with serving(own) as worked:
        there = worked.post(path, json=body)
        assert worked.post("/search", json=QUESTIONS["/search"]).status_code == 200
    here = client.post(path, json=body)
    assert there.status_code == here.status_code
    assert 400 <= there.status_code < 500
    assert there.json() == here.json()


def test_a_worker_that_is_killed_is_missed_by_nobody_but_the_operator(own: Settings) -> None:
    others = set(children())
    with serving(own, processes=2) as client:
        before = client.post("/search", json=QUESTIONS["/search"]).content
        both = alive(client)
        assert both > 0
        for n, child in enumerate(set(children()) - others, 1):
            child.kill()
            for _ in range(6):
                assert client.post("/search", json=QUESTIONS["/search"]).content == before
            assert (encoder_of(client).encoded == []) == (n < 2)  # the other one has answered
            until = time.monotonic() + 10  # the system takes its time to end a process
            while alive(client) != both * (2 - n) / 2:
                assert time.monotonic() < until
                time.sleep(0.05)


def test_what_is_published_later_is_answered_from(tmp_path: Path) -> None:
    build_several(tmp_path, 1)
    with serving(Settings(var=tmp_path / "var")) as client:
        client.post("/search", json={"query": "How many new staircases?"})
        new = build(tmp_path / "var", catalogue(tmp_path, 2), TinyEncoder()).generation
        until = time.monotonic() + 30
        while client.get("/readyz").json()["generation"] != new:
            assert time.monotonic() < until
            time.sleep(0.05)
        encoder_of(client).encoded.clear()
        time.sleep(1.2)  # in which a worker looks for what is new
        found = client.post("/search", json={"query": "How many new staircases?"})
        assert encoder_of(client).encoded == []
        assert found.json()["generation"] == found.headers["Bali-Generation"] == new
        assert "4 new staircases" in found.text


class Nothing(BaseModel):
    """What tasks of these tests are asked for with, and give."""


def _endless(_generation: Index, encoder: Encoder, _: Nothing) -> BaseModel:
    while True:
        encoder.vocabulary()
        time.sleep(0.01)


def _slow(index: Index, _encoder: Encoder, _: Nothing) -> BaseModel:
    time.sleep(0.3)
    audit_answer("anything", index.id, [], "slow")
    return Nothing()


def _quick(index: Index, _encoder: Encoder, _: Nothing) -> BaseModel:
    audit_answer("anything", index.id, [], "quick")
    return Nothing()


@pytest.fixture
def idle(own: Settings) -> tuple[WorkerPool, str]:
    """A process for tasks of these tests, and the generation that it has open."""
    opened = CurrentIndex(own, TinyEncoder)
    tasks = [Task("endless", Nothing, _endless), Task("slow", Nothing, _slow), Task("quick", Nothing, _quick)]
    return WorkerPool.forked(opened, tasks, own, 1), opened.pair[0].id


def _asked(task: str, generation: str) -> TaskHeader:
    return TaskHeader(task, generation, "a-request", "/nowhere", None)


def test_a_task_whose_answer_is_no_longer_wanted_is_stopped(idle: tuple[WorkerPool, str]) -> None:
    workers, id = idle

    async def ask() -> None:
        async with workers.connected():
            for _ in range(2 * workers.lanes):
                token = CancellationToken()
                asyncio.get_running_loop().call_later(0.1, token.cancel)
                with pytest.raises(ClientDisconnect):
                    await workers.run(_asked("endless", id), b"{}", token)
            for _ in range(2 * workers.lanes):
                assert await workers.run(_asked("quick", id), b"{}", CancellationToken())
            assert workers.alive == 1

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_the_reply_to_a_task_that_nobody_waits_for_is_given_to_nobody(idle: tuple[WorkerPool, str]) -> None:
    workers, id = idle

    async def ask() -> None:
        async with workers.connected():
            for _ in range(workers.lanes):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(workers.run(_asked("slow", id), b"{}", CancellationToken()), 0.05)
            for _ in range(3 * workers.lanes):
                given = await workers.run(_asked("quick", id), b"{}", CancellationToken())
                assert given
                assert given[0].statuses == ["quick"]

    asyncio.run(asyncio.wait_for(ask(), 30))


def _stuck(_generation: Index, _encoder: Encoder, _: Nothing) -> BaseModel:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)  # it may take a moment to be stopped
    return Nothing()


def _deadly(_generation: Index, _encoder: Encoder, _: Nothing) -> BaseModel:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return Nothing()


def test_a_worker_that_does_not_stop_is_ended_and_nobody_waits_for_it(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "_GRACE", 0.2)
    opened = CurrentIndex(own, TinyEncoder)
    id, tasks = opened.pair[0].id, [Task("stuck", Nothing, _stuck), Task("quick", Nothing, _quick)]
    workers = WorkerPool.forked(opened, tasks, own, 1)

    async def ask() -> None:
        async with workers.connected():
            loop, tokens = asyncio.get_running_loop(), [CancellationToken() for _ in range(4)]
            asked = [asyncio.create_task(workers.run(_asked("stuck", id), b"{}", one)) for one in tokens]
            await asyncio.sleep(0.1)
            for one in tokens[2:]:  # they have no lane yet
                one.cancel()
            for task in asked[2:]:
                with pytest.raises(ClientDisconnect):
                    await asyncio.wait_for(task, 1)
            loop.call_later(0.1, tokens[0].cancel)
            with pytest.raises(ClientDisconnect):
                await asked[0]
            assert await asked[1] is None  # of the same process
            assert await workers.run(_asked("quick", id), b"{}", CancellationToken()) is None
            assert workers.alive == 0

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_a_task_that_ends_workers_is_not_tried_on_all_of_them_nor_on_the_service(own: Settings) -> None:
    opened = CurrentIndex(own, TinyEncoder)
    id, tasks = opened.pair[0].id, [Task("deadly", Nothing, _deadly), Task("quick", Nothing, _quick)]
    workers = WorkerPool.forked(opened, tasks, own, 3)

    async def ask() -> None:
        async with workers.connected():
            with pytest.raises(BusyError):
                await workers.run(_asked("deadly", id), b"{}", CancellationToken())
            assert workers.alive == 1
            assert await workers.run(_asked("quick", id), b"{}", CancellationToken())

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_workers_that_are_killed_under_many_questions_lose_none(own: Settings) -> None:
    others = set(children())
    with serving(own, processes=2) as client, ThreadPoolExecutor(8) as threads:
        before = client.post("/search", json=QUESTIONS["/search"]).content
        asked = [
            threads.submit(lambda: client.post("/search", json=QUESTIONS["/search"]).content)
            for _ in range(60)
        ]
        first, second = set(children()) - others
        first.kill()
        asked[len(asked) // 2].result(30)  # by then the second has answered what the first was asked
        second.kill()
        assert {one.result(30) for one in asked} == {before}
    assert verify(own.var).whole


def test_the_line_is_as_long_for_workers(own: Settings) -> None:
    with serving(own) as client:
        client.app.state.queue = AdmissionQueue(threads=1, most_waiting=0)  # type: ignore[attr-defined]
        assert client.post("/search", json=QUESTIONS["/search"]).status_code == 503


def _serve(settings: Settings, pids: Connection) -> None:
    """A service that only begins its workers, and tells who they are."""
    workers = WorkerPool.forked(CurrentIndex(settings, TinyEncoder), TASKS, settings, 2)
    pids.send([child.pid for child in children()])
    time.sleep(60)
    assert workers.alive  # they are kept until then


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_service_however_it_ends(harbour: Settings, how: int) -> None:
    context = get_context("fork")
    here, there = context.Pipe()
    service = context.Process(target=_serve, args=(harbour, there))
    service.start()
    assert service.pid is not None
    assert here.poll(30)
    begun = [psutil.Process(pid) for pid in here.recv()]
    assert len(begun) == 2
    os.kill(service.pid, how)
    assert psutil.wait_procs(begun, 10)[1] == []
    service.join(10)
    assert service.exitcode == -how
