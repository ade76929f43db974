"""Precedents from outside: ranks of the search, documents in order of time, and no label without two quotations."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus.catalogue import Catalogue
from index.precedents import precedent_model
from tests.service.cli.test_cli import Run, run

__all__ = ["run"]
WORDS = "lighthouse repair staircase buoy corrosion tide fog signal inspection keeper training members Iceland".split()
LABELS = ("continued", "new", "dropped")


def check(client: TestClient, catalogue: dict[str, Any], body: dict[str, Any]) -> None:
    """What must hold of any answer."""
    periods = [group["document"]["period"] for group in body["documents"]]
    assert periods == sorted(periods)
    ranks = sorted(one["rank"] for group in body["documents"] for one in group["passages"])
    assert ranks == list(range(1, len(ranks) + 1))
    for two in body["comparisons"]:
        assert catalogue[two["earlier"]] < catalogue[two["later"]]
        said = {name: [(x["earlier"], x["later"]) for x in two[name]] for name in LABELS}
        for label in [label for name in LABELS for label in two[name]]:
            assert label["certainty"] in ("clear", "possibly")
            for side in ("earlier", "later"):
                citation = label[side]
                assert citation["passage"]["document"]["id"] == two[side]
                assert citation["quote"] in citation["passage"]["text"]
                assert citation["quote_sha256"] == hashlib.sha256(citation["quote"].encode()).hexdigest()
                assert client.post("/verify", json=citation).json()["valid"]
        carried = {c["passage"]["id"] for pair in said["continued"] for c in pair}
        new = [later["passage"]["id"] for _, later in said["new"]]
        dropped = [earlier["passage"]["id"] for earlier, _ in said["dropped"]]
        assert not carried & {*new, *dropped}
        assert len(new) == len(set(new))
        assert len(dropped) == len(set(dropped))
        together = [(a["passage"]["id"], b["passage"]["id"]) for a, b in said["continued"]]
        assert len(together) == len(set(together))
        assert all(x["score"] < precedent_model().possibly for name in ("new", "dropped") for x in two[name])


def periods(client: TestClient) -> dict[str, Any]:
    return {one["id"]: one["period"] for one in client.get("/documents").json()["documents"]}


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), st.integers(1, 20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_label_has_two_quotations_and_an_order(client: TestClient, topic: str, top_k: int) -> None:
    response = client.post("/precedents", json={"topic": topic, "top_k": top_k})
    assert response.status_code == 200
    check(client, periods(client), response.json())


def test_every_passage_can_be_asked_about(client: TestClient) -> None:
    found = client.post("/search", json={"query": "lighthouse", "top_k": 100}).json()["results"]
    for result in found:
        id, document = result["passage"]["id"], result["passage"]["document"]["id"]
        body = client.post("/precedents", json={"passage": id}).json()
        assert body["passage"]["id"] == id
        assert body["topic"] is None
        assert document not in [group["document"]["id"] for group in body["documents"]]
        check(client, periods(client), body)


def test_a_topic_keeps_the_ranks_of_the_search(shipped_client: TestClient, shipped: Catalogue) -> None:
    gold = Path("eval/gold/precedents.jsonl").read_text("utf-8").splitlines()
    for line in gold[::3]:
        query, filter = json.loads(line)["query"], json.loads(line)["filter"]
        asked = {"top_k": 20, "filter": filter}
        searched = shipped_client.post("/search", json={"query": query, **asked}).json()["results"]
        body = shipped_client.post("/precedents", json={"topic": query, **asked}).json()
        ranked = sorted(
            (one for g in body["documents"] for one in g["passages"]), key=lambda one: one["rank"]
        )
        assert [
            {key: one[key] for key in ("rank", "score", "passage", "highlights")} for one in ranked
        ] == searched
        check(shipped_client, {d.id: list(d.period) for d in shipped.documents}, body)


def test_what_is_new_or_dropped_is_so_between_two_plans_of_one_group(shipped_client: TestClient) -> None:
    body = shipped_client.post("/precedents", json={"topic": "training for officials", "top_k": 50}).json()
    assert len(body["comparisons"]) > 1
    unlike = [(two["earlier"], two["later"]) for two in body["comparisons"] if two["new"] or two["dropped"]]
    assert unlike == [("tip-forward-work-plan-2015-17", "tip-forward-work-plan-2024-26")]


def test_an_item_finds_its_forerunner(shipped_client: TestClient) -> None:
    asked = {
        "query": "research on legislative approaches to forced marriage and trafficking",
        "filter": {"kind": "row"},
    }
    item = shipped_client.post("/search", json=asked).json()["results"][0]["passage"]
    body = shipped_client.post("/precedents", json={"passage": item["id"]}).json()
    (two,) = (x for x in body["comparisons"] if x["later"] == item["document"]["id"] and x["continued"])
    assert any("commissioning a piece of research" in label["earlier"]["quote"] for label in two["continued"])
    assert all(label["later"]["passage"]["id"] == item["id"] for label in two["continued"])


def test_a_filter_holds_for_both_quotations(client: TestClient) -> None:
    body = client.post("/precedents", json={"topic": "lighthouse", "filter": {"document": ["plan"]}}).json()
    assert [group["document"]["id"] for group in body["documents"]] == ["plan"]
    assert body["comparisons"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, 422),
        ({"topic": "a", "passage": "b"}, 422),
        ({"topic": " "}, 422),
        ({"topic": "a", "top_k": 51}, 422),
        ({"topic": "a", "colour": "red"}, 422),
        ({"topic": "a", "filter": {"document": ["nowhere"]}}, 422),
        ({"passage": "nothing"}, 404),
    ],
)
def test_wrong_requests_are_problems(client: TestClient, asked: dict[str, Any], code: int) -> None:
    response = client.post("/precedents", json=asked)
    assert response.status_code == code
    assert response.headers["content-type"] == "application/problem+json"


def test_the_command_says_the_same(run: Run) -> None:
    run("build")
    code, out, _ = run("precedents", "northern lighthouse", "--json")
    assert code == 0
    body = json.loads(out)
    assert {group["document"]["id"] for group in body["documents"]} == {"plan", "report"}
    code, out, _ = run("precedents", "northern lighthouse")
    assert code == 0
    assert "Repair the northern lighthouse" in out
    code, _, err = run("precedents")
    assert code == 2
    assert "topic or a passage" in err
    code, _, err = run("precedents", "--passage", "nothing")
    assert code == 2
    assert "nothing" in err
