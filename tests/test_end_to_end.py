"""The real model on the real documents, with the network cut off."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from corpus.catalogue import Catalogue
from index.build import is_current
from index.encoders.base import Encoder
from index.encoders.models import Models
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.errors import GenerationError
from index.generation import load_index
from index.opening import open_index, reopen_index
from index.search import search
from index.storage.files import Files
from service.app import create_app
from service.cli.main import app
from service.settings import Settings
from tests.support.generations import folder_of

QUESTION = "which member leads forced-marriage research"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("something went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("offline")
def test_chat_names_the_lead_and_cites_the_row(real_var: Path) -> None:
    with TestClient(create_app(Settings(var=real_var))) as client:
        body = client.post("/chat", json={"messages": [{"role": "user", "content": QUESTION}]}).json()
    assert body["status"] == "answered"
    assert "Australia" in body["answer"]
    first = body["citations"][0]["passage"]
    assert first["document"]["id"] == "tip-forward-work-plan-2024-26"
    assert first["text"].startswith("4) ")
    assert first["fields"]["Action Item Lead"] == "Australia"


def test_the_same_build_again_is_not_needed(real_var: Path, shipped: Catalogue) -> None:
    assert is_current(real_var, shipped, Models().sha256())


def test_another_generation_does_not_load_the_same_encoder_again(real_var: Path) -> None:
    opened = open_index(real_var, Models())
    index, encoder = reopen_index(real_var, Models(), opened)
    assert encoder is opened[1]
    assert index is not opened[0]


def test_a_damaged_encoder_is_named_before_it_runs(real_var: Path, tmp_path: Path) -> None:
    shutil.copytree(real_var / "generations" / folder_of(real_var).name / "encoder", tmp_path / "encoder")
    files = Files.of(tmp_path / "encoder")
    for name in files.names():
        whole = (tmp_path / "encoder" / name).read_bytes()
        (tmp_path / "encoder" / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(GenerationError, match=name):
            Models().load(files)
        (tmp_path / "encoder" / name).write_bytes(whole)


@pytest.fixture(scope="module")
def asked(real_var: Path) -> dict[str, Any]:
    """What `bali ask` prints in a process of its own, and which libraries are loaded before and after it."""
    program = (
        "import json, sys; from service.app import create_app; from service.settings import Settings; "
        "create_app(Settings()); service = set(sys.modules); from service.cli.main import app; "
        "app(sys.argv[1:], standalone_mode=False); "
        "print(json.dumps([lib in mods for lib, mods in (('mcp', service), ('torch', sys.modules))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", QUESTION, "--json"],
        env={**os.environ, "BALI_VAR": str(real_var)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer, _, loaded = done.stdout.strip().rpartition("\n")
    mcp, torch = json.loads(loaded)
    return {"answer": json.loads(answer), "mcp": mcp, "torch": torch}


def test_the_command_line_answers_and_its_citation_verifies(
    asked: dict[str, Any], real_var: Path, tmp_path: Path
) -> None:
    citation = asked["answer"]["citations"][0]
    file = tmp_path / "citation.json"
    for quote, code in ((citation["quote"], 0), (citation["quote"].replace("Australia", "Austria"), 1)):
        file.write_text(json.dumps({**citation, "quote": quote}), "utf-8")
        checked = CliRunner().invoke(app, ["verify", str(file)], env={"BALI_VAR": str(real_var)})
        assert checked.exit_code == code


def test_answering_at_the_command_line_loads_no_torch(asked: dict[str, Any]) -> None:
    assert asked["answer"]["answer"].startswith("Australia")
    assert not asked["torch"]


def test_the_service_is_put_together_without_what_only_agents_need(asked: dict[str, Any]) -> None:
    assert not asked["mcp"]


def test_what_the_model_gives_for_a_text_depends_on_nothing_else(
    shipped: Catalogue, real_encoder: Encoder
) -> None:
    texts = [passage.text for passage in shipped.passages()[:12]]
    together = real_encoder.read(texts)
    for text, encoding in zip(texts, together, strict=True):
        alone = real_encoder.read([text])[0]
        np.testing.assert_array_equal(encoding.pooled, alone.pooled)
        np.testing.assert_array_equal(encoding.tokens, alone.tokens)
    np.testing.assert_array_equal(real_encoder.encode(texts), [encoding.pooled for encoding in together])


@pytest.mark.robustness
def test_the_exported_model_ranks_as_the_one_it_was_exported_from(
    real_var: Path, real_encoder: Encoder
) -> None:
    index, reference = load_index(real_var), SentenceTransformerEncoder()
    gold = Path(__file__).parents[1] / "eval" / "gold" / "questions.jsonl"
    questions = [json.loads(line)["question"] for line in gold.read_text("utf-8").splitlines()[:20]]
    for question in [*questions, "", "naïve “quotes” 中文 " * 200]:
        served = search(index, real_encoder, question).results
        known = search(index, reference, question).results
        assert [result.passage.id for result in served] == [result.passage.id for result in known]
        np.testing.assert_allclose([r.score for r in served], [r.score for r in known], atol=2e-6)
