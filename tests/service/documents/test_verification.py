"""The check of citations from outside: what the service returns holds, and nothing that differs from it does."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.conftest import PLAN, REPORT

QUESTIONS = [
    "who leads the repair of the northern lighthouse",
    "what does the northern lighthouse need",
    "who coordinates the inspection of buoys",
    "How many action items does Iceland lead?",
    "What does TIC stand for?",
    "which volcano erupted on Tuesday",
]


@pytest.fixture(scope="module")
def citations(client: TestClient) -> list[dict[str, Any]]:
    """Of quotations that are a whole passage and of some that are not, at the end of a document too."""
    found = []
    for question in QUESTIONS:
        body = {"messages": [{"role": "user", "content": question}]}
        found += client.post("/chat", json=body).json()["citations"]
    assert any(citation["quote"] != citation["passage"]["text"] for citation in found)
    assert any(citation["passage"]["end"] in (len(PLAN.rstrip()), len(REPORT.rstrip())) for citation in found)
    return found


@pytest.fixture(scope="module")
def citation(citations: list[dict[str, Any]]) -> dict[str, Any]:
    return citations[0]


def test_the_citations_that_the_service_returns_hold(
    client: TestClient, citations: list[dict[str, Any]]
) -> None:
    for citation in citations:
        assert client.post("/verify", json=citation).json()["valid"] is True


def edit(data: st.DataObject, text: str, alphabet: st.SearchStrategy[str]) -> str:
    """`text` with one character replaced, inserted or left out."""
    place = data.draw(st.integers(0, len(text) - 1))
    width = data.draw(st.sampled_from([0, 1]))
    put = data.draw(alphabet | st.just("")) if width else data.draw(alphabet)
    return text[:place] + put + text[place + width :]


def near(text: str) -> st.SearchStrategy[str]:
    """Any character, those of the text most of all: they make changes that look right."""
    return st.sampled_from(text) | st.characters(exclude_categories=["Cs"])


FIELDS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "quote": lambda citation: citation,
    "quote_sha256": lambda citation: citation,
    "text": lambda citation: citation["passage"],
    "start": lambda citation: citation["passage"],
    "end": lambda citation: citation["passage"],
}


@given(data=st.data())
def test_a_citation_changed_by_one_character_does_not_hold(
    client: TestClient, citations: list[dict[str, Any]], data: st.DataObject
) -> None:
    citation = data.draw(st.sampled_from(citations))
    changed = {**citation, "passage": dict(citation["passage"])}
    field = data.draw(st.sampled_from(sorted(FIELDS)))
    holder = FIELDS[field](changed)
    if field in ("start", "end"):
        digits = edit(data, str(holder[field]), st.sampled_from("0123456789"))
        holder[field] = int(digits or "0")
    else:
        holder[field] = edit(data, holder[field], near(holder[field]))
    if changed == citation:
        return
    response = client.post("/verify", json=changed)
    assert response.status_code == 422 or response.json()["valid"] is False
    assert response.json().get("reason") or response.json()["detail"]


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, -1)])
def test_a_quotation_cut_at_its_end_does_not_hold_under_its_hash(
    client: TestClient, citation: dict[str, Any], cut: slice
) -> None:
    shorter = {**citation, "quote": citation["quote"][cut]}
    assert shorter["quote"] in citation["passage"]["text"]
    verdict = client.post("/verify", json=shorter).json()
    assert verdict["valid"] is False
    assert "quote_sha256" in verdict["reason"]


@pytest.mark.parametrize("past", [1, 1_000, 10**30])
def test_an_offset_past_the_end_of_the_document_does_not_hold(
    client: TestClient, citations: list[dict[str, Any]], past: int
) -> None:
    for citation in citations:
        passage = {**citation["passage"], "end": citation["passage"]["end"] + past}
        assert client.post("/verify", json={**citation, "passage": passage}).json()["valid"] is False


def test_a_citation_of_a_passage_that_was_never_cut_does_not_hold(
    client: TestClient, citation: dict[str, Any]
) -> None:
    passage = dict(citation["passage"])
    passage |= {
        "text": passage["text"][1:],
        "start": passage["start"] + 1,
        "fields": {"Action Lead": "Iceland"},
    }
    place = f"plan\0{passage['start']}\0{passage['text']}"
    passage["id"] = f"plan-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    quote = passage["text"]
    forged = {
        **citation,
        "passage": passage,
        "quote": quote,
        "quote_sha256": hashlib.sha256(quote.encode()).hexdigest(),
    }
    assert client.post("/verify", json=forged).json()["valid"] is False


@pytest.mark.parametrize("field", ["section", "fields", "context", "kind"])
def test_a_citation_with_another_description_does_not_hold(
    client: TestClient, citation: dict[str, Any], field: str
) -> None:
    other = {"section": ["Elsewhere"], "fields": {"Action Lead": "Iceland"}, "context": "x", "kind": "item"}
    passage = {**citation["passage"], field: other[field]}
    verdict = client.post("/verify", json={**citation, "passage": passage}).json()
    assert verdict["valid"] is False
    assert field in verdict["reason"]
