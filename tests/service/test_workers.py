"""Processes that answer for the service: they answer as it does, and whatever becomes of them, so does it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from index.build import build
from index.encoder import Encoder
from index.generation import Generation
from service.app import TASKS, create_app
from service.audit import FOLDER
from service.calls import answered
from service.opened import Opened
from service.settings import Settings
from service.task import Task
from service.wanted import Wanted
from service.worker import Asked
from service.workers import Workers
from tests.generations import build_several, catalogue
from tests.tiny import TinyEncoder

ASKED = "who leads the repair of the lighthouse"
QUESTIONS: dict[str, dict[str, Any]] = {
    "/search": {"query": ASKED, "top_k": 3, "filter": {"year_from": 2000}},
    "/chat": {"messages": [{"role": "user", "content": ASKED}]},
    "/precedents": {"topic": "lighthouse"},
}


@contextmanager
def serving(settings: Settings, processes: int = 1) -> Iterator[TestClient]:
    """The service with workers that do what it is asked."""
    opened = Opened(settings, TinyEncoder)
    workers = Workers.forked(opened, TASKS, settings, processes)
    application = create_app(settings, opening=lambda: (opened, workers))
    with TestClient(application, raise_server_exceptions=False) as client:
        yield client


def children() -> list[psutil.Process]:
    """Processes that this one has begun and that have not ended."""
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


def encoder_of(client: TestClient) -> TinyEncoder:
    """The service's own."""
    encoder: TinyEncoder = client.app.state.opened.pair[1]  # type: ignore[attr-defined]
    return encoder


def alive(client: TestClient) -> float:
    """How many threads of workers there are, as an operator sees it."""
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("bali_workers "))


@pytest.fixture
def own(harbour: Settings, tmp_path: Path) -> Settings:
    """The harbour corpus with an audit log of its own."""
    for name in ("generations", "current"):
        (tmp_path / name).symlink_to(harbour.var / name)
    return harbour.model_copy(update={"var": tmp_path})


def audited(var: Path) -> list[str]:
    """The lines of the audit log, but for what no two have alike."""
    kept = ("route", "question_sha256", "generation", "passages", "status")
    lines = [
        line for file in sorted((var / FOLDER).glob("*.jsonl")) for line in file.read_text().splitlines()
    ]
    return [str({name: json.loads(line)[name] for name in kept}) for line in lines]


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_worker_answers_and_leaves_in_the_log_what_the_service_would(
    own: Settings, client: TestClient, path: str
) -> None:
    with serving(own) as worked:
        there = worked.post(path, json=QUESTIONS[path])
        assert encoder_of(worked).encoded == []  # the service itself has read nothing
    here = client.post(path, json=QUESTIONS[path])
    assert there.status_code == here.status_code == 200
    assert there.content == here.content
    assert there.headers["Bali-Generation"] == here.headers["Bali-Generation"]
    assert there.headers["content-type"] == here.headers["content-type"]
    logged = audited(own.var)
    assert len(logged) == 1
    with TestClient(create_app(own, TinyEncoder)) as alone:
        alone.post(path, json=QUESTIONS[path])
    assert audited(own.var) == logged * 2


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
        found = client.post("/search", json={"query": "How many new staircases?"})
        assert found.json()["generation"] == found.headers["Bali-Generation"] == new
        assert "4 new staircases" in found.text


class Nothing(BaseModel):
    """What tasks of these tests are asked for with, and give."""


def _endless(_generation: Generation, encoder: Encoder, _: Nothing) -> BaseModel:
    while True:
        encoder.vocabulary()
        time.sleep(0.01)


def _slow(generation: Generation, _encoder: Encoder, _: Nothing) -> BaseModel:
    time.sleep(0.3)
    answered("anything", generation.id, [], "slow")
    return Nothing()


def _quick(generation: Generation, _encoder: Encoder, _: Nothing) -> BaseModel:
    answered("anything", generation.id, [], "quick")
    return Nothing()


@pytest.fixture
def idle(own: Settings) -> tuple[Workers, str]:
    """A process for tasks of these tests, and the generation that it has open."""
    opened = Opened(own, TinyEncoder)
    tasks = [Task("endless", Nothing, _endless), Task("slow", Nothing, _slow), Task("quick", Nothing, _quick)]
    return Workers.forked(opened, tasks, own, 1), opened.pair[0].id


def _asked(task: str, generation: str) -> Asked:
    return Asked(task, generation, "a-request", "/nowhere", None)


def test_a_task_whose_answer_is_no_longer_wanted_is_stopped(idle: tuple[Workers, str]) -> None:
    workers, id = idle

    async def ask() -> None:
        async with workers.connected():
            for _ in range(2 * len(workers)):
                wanted = Wanted()
                asyncio.get_running_loop().call_later(0.1, wanted.no_longer)
                assert await workers.do(_asked("endless", id), b"{}", wanted) is None
            for _ in range(2 * len(workers)):
                assert await workers.do(_asked("quick", id), b"{}", Wanted())
            assert workers.alive == len(workers)

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_the_reply_to_a_task_that_nobody_waits_for_is_given_to_nobody(idle: tuple[Workers, str]) -> None:
    workers, id = idle

    async def ask() -> None:
        async with workers.connected():
            for _ in range(len(workers)):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(workers.do(_asked("slow", id), b"{}", Wanted()), 0.05)
            for _ in range(3 * len(workers)):
                given = await workers.do(_asked("quick", id), b"{}", Wanted())
                assert given
                assert given[0].statuses == ["quick"]

    asyncio.run(asyncio.wait_for(ask(), 30))


_SERVE = """
import sys, time
from tests.service.test_workers import *
settings = Settings(var=sys.argv[1])
workers = Workers.forked(Opened(settings, TinyEncoder), TASKS, settings, 2)
print(*(child.pid for child in children()), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_service_however_it_ends(harbour: Settings, how: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(harbour.var)], stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        begun = [psutil.Process(int(pid)) for pid in service.stdout.readline().split()]
        assert len(begun) == 2
        os.kill(service.pid, how)
        assert psutil.wait_procs(begun, 10)[1] == []
