"""What is published while the service runs: it is answered from, and damage to it is not."""

import gc
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.build import build
from service.app import create_app
from service.settings import Settings
from tests.robustness.publishing import measure
from tests.support.generations import build_several, catalogue, folder_of
from tests.support.tiny import TinyEncoder


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """The service on two generations, the second in use."""
    build_several(tmp_path, 2)
    return create_app(Settings(var=tmp_path / "var"), TinyEncoder)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def when(client: TestClient, fits: Callable[[Any], bool]) -> Any:
    """What `/readyz` says as soon as it fits."""
    for _ in range(3000):
        if fits(said := client.get("/readyz").json()):
            return said
        time.sleep(0.01)
    raise AssertionError(said)


@pytest.mark.robustness
def test_readers_across_publishes_see_whole_generations_only(tmp_path: Path) -> None:
    read = measure(tmp_path, readers=4, publishes=3)
    assert read.errors == []
    assert len({generation for _, generation in read.bodies}) > 1


def test_what_is_published_later_is_answered_from_and_the_old_one_goes(
    client: TestClient, app: FastAPI, tmp_path: Path
) -> None:
    old = weakref.ref(app.state.current_index.pair[0].dense)
    new = build(tmp_path / "var", catalogue(tmp_path, 2), TinyEncoder()).generation
    when(client, lambda said: said["generation"] == new)
    gc.collect()
    assert old() is None
    found = client.post("/search", json={"query": "How many new staircases?"})
    assert found.json()["generation"] == found.headers["Bali-Generation"] == new
    assert "4 new staircases" in client.get("/documents/report/text").text


def test_a_damaged_one_that_is_published_is_not_answered_from(client: TestClient, tmp_path: Path) -> None:
    var, old = tmp_path / "var", folder_of(tmp_path / "var").name
    build(tmp_path / "other", catalogue(tmp_path, 2), TinyEncoder())
    new = folder_of(tmp_path / "other")
    (new / "tokens" / "codes.bin").write_bytes(b"")
    new.rename(var / "generations" / new.name)
    (tmp_path / "other" / "current").replace(var / "current")
    said = when(client, lambda said: said["status"] == "degraded")
    assert said["generation"] == old
    assert "codes.bin" in said["detail"]
    assert client.post("/search", json={"query": "lighthouse"}).json()["generation"] == old
    build(var, catalogue(tmp_path, 2), TinyEncoder())  # mends it
    when(client, lambda said: said == {"status": "ready", "generation": new.name, "detail": None})


def test_a_service_that_starts_on_damage_says_that_it_is_degraded(app: FastAPI, tmp_path: Path) -> None:
    damaged = folder_of(tmp_path / "var")
    (damaged / "names.json").write_text("{")
    with TestClient(app) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "degraded"
        assert "names.json" in ready.json()["detail"]
        assert ready.json()["generation"] != damaged.name


def test_a_service_that_began_with_nothing_answers_once_something_is_built(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(var=tmp_path / "var"), TinyEncoder)) as client:
        assert client.get("/readyz").status_code == 503
        new = build_several(tmp_path, 1)[0]
        when(client, lambda said: said.get("generation") == new)
