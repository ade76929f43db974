"""Feedback from outside: kept when sent, bounded, and offered as candidate gold questions."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from eval.gold_data import read_questions
from service import feedback
from service.app import create_app
from service.settings import Settings
from tests.service.cli.test_cli import Run, run
from tests.support.tiny import TinyEncoder

__all__ = ["run"]
QUESTION = "who leads the repair of the northern lighthouse"


@pytest.fixture
def var(harbour: Settings, tmp_path: Path) -> Path:
    return Path(shutil.copytree(harbour.var, tmp_path / "var"))


@pytest.fixture
def own(harbour: Settings, var: Path) -> Iterator[TestClient]:
    """A service whose `var` may be written to."""
    with TestClient(create_app(Settings(var=var, corpus=harbour.corpus), TinyEncoder)) as client:
        yield client


def answered(client: TestClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    said = client.post("/chat", json={"messages": [{"role": "user", "content": question}]}).json()
    kept = {key: said[key] for key in ("question", "status", "answer", "citations", "generation")}
    return {"thumb": "up", **kept, **more}


def test_nothing_is_kept_unless_it_is_sent(own: TestClient, var: Path) -> None:
    given = answered(own)
    assert not (var / feedback.FILE).exists()
    response = own.post("/feedback", json=given)
    assert response.status_code == 201
    assert response.json() == {"id": 1}
    (kept,) = feedback.read(var)
    assert kept.given.model_dump(mode="json") == {"comment": None, "messages": None, **given}


def test_hostile_text_is_kept_to_the_character(own: TestClient, var: Path) -> None:
    comment = "'); DROP TABLE feedback; -- \x00 <script> \u202e"
    assert own.post("/feedback", json=answered(own, comment=comment)).status_code == 201
    assert feedback.read(var)[0].given.comment == comment


def test_many_at_once_are_all_kept(own: TestClient, var: Path) -> None:
    given = answered(own)
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda n: own.post("/feedback", json={**given, "comment": str(n)}), range(40))
        )
    assert sorted(reply.json()["id"] for reply in replies) == list(range(1, 41))
    assert {kept.given.comment for kept in feedback.read(var)} == set(map(str, range(40)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"thumb": "sideways"},
        {"comment": "x" * 2_001},
        {"question": ""},
        {"colour": "red"},
        {"messages": [{"role": "user", "content": "x" * 90_000}] * 4},
        {"citations": [{"marker": 1}]},
    ],
)
def test_what_is_out_of_bounds_is_a_problem(own: TestClient, var: Path, wrong: dict[str, Any]) -> None:
    response = own.post("/feedback", json={**answered(own), **wrong})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert feedback.read(var) == []


def test_a_full_or_foreign_store_is_said(own: TestClient, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = answered(own)
    monkeypatch.setattr(feedback, "_MAX_PAGES", 8)
    long = {**given, "comment": "x" * 2_000}
    codes = [own.post("/feedback", json=long).status_code for _ in range(12)]
    assert codes[0] == 201
    assert codes[-1] == 503
    with sqlite3.connect(var / feedback.FILE) as store:
        store.execute("PRAGMA user_version = 9")
    store.close()
    response = own.post("/feedback", json=given)
    assert response.status_code == 503
    assert "version 9" in response.json()["detail"]


def test_export_makes_candidates_that_the_evaluation_reads(
    run: Run, harbour: Settings, tmp_path: Path, own: TestClient
) -> None:
    run("build")
    for given in (
        answered(own),
        answered(own, thumb="down", comment="wrong year"),
        answered(own, "who sank the Titanic", status="not_found"),
    ):
        assert own.post("/feedback", json=given).status_code == 201
    code, out, err = run("feedback", "export")
    assert code == 0
    assert "2 candidates; 1 where" in err
    file = tmp_path / "questions.jsonl"
    file.write_text(out, "utf-8")
    sources = {
        "plan": (harbour.corpus / "documents/plan.txt").read_text("utf-8"),
        "report": (harbour.corpus / "documents/report.md").read_text("utf-8"),
    }
    good, missing = read_questions(file, sources)
    assert (good.text, good.kind, good.answerable) == (QUESTION, "candidate", True)
    assert good.accepted.answers[0] == "Norway"
    assert (missing.kind, missing.answerable, missing.evidence) == ("candidate", False, ())
    code, out, _ = run("feedback", "export", "--json")
    assert [one["comment"] for one in json.loads(out)["unsettled"]] == ["wrong year"]
