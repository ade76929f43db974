"""What the service says while nothing usable is built."""

from pathlib import Path

from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.support.tiny import TinyEncoder


def test_without_a_generation_it_is_alive_but_not_ready(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(var=tmp_path), TinyEncoder)) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "bali build" in ready.json()["detail"]
        assert client.post("/search", json={"query": "x"}).status_code == 503


def test_a_generation_of_other_weights_is_refused(harbour: Settings) -> None:
    with TestClient(create_app(harbour, lambda: TinyEncoder("1" * 64))) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "BALI_MODEL" in ready.json()["detail"]
