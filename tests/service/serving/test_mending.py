"""What is found damaged when the service starts: it is built anew before anything is answered."""

from pathlib import Path

import httpx2
import pytest

from bench.load.processes import running
from index.build import build
from index.encoders.models import Models
from tests.support.generations import catalogue, folder_of
from tests.support.local_models import bare_model


@pytest.mark.robustness
def test_a_service_that_starts_on_damage_builds_anew_and_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, var = str(bare_model(tmp_path / "model")), tmp_path / "var"
    (tmp_path / "exported").mkdir()
    encoder = Models(model).export(tmp_path / "exported")
    for number in (0, 1):  # the first could be answered from instead
        build(var, catalogue(tmp_path, number), encoder)
    published = folder_of(var)
    names = published / "names.json"
    whole = names.read_bytes()
    names.write_text("{")
    for setting, value in (("MODEL", model), ("VAR", var), ("CORPUS", tmp_path / "corpus-1")):
        monkeypatch.setenv(f"BALI_{setting}", str(value))
    with running() as (url, _):
        ready = httpx2.get(f"{url}/readyz").json()
        found = httpx2.post(f"{url}/search", json={"query": "How many new staircases?"}).json()
    assert ready == {"status": "ready", "generation": published.name, "detail": None}
    assert found["generation"] == published.name
    assert "3 new staircases" in found["results"][0]["passage"]["text"]
    assert names.read_bytes() == whole
