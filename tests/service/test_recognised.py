"""Quotations that were read off a picture are marked as such, wherever they are shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from corpus import changes
from corpus.catalogue import read_catalogue
from corpus.proposals import propose
from index.build import build
from service.app import create_app
from service.documents.export import COLUMNS, cells
from service.schemas.records import Record
from service.settings import Settings
from tests.conftest import write_corpus
from tests.corpus.scanned import BLANK, as_scan, stand_in, sure
from tests.support.tiny import TinyEncoder

MARK = "read by character recognition"
QUESTION = "who winds the brass clock of the ferry"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on a corpus with a document whose second page is a scan."""
    folder = tmp_path_factory.mktemp("scans")
    corpus = write_corpus(folder / "corpus")
    file = folder / "ferry-log.pdf"
    file.write_bytes(as_scan(["The ferry carries a bell of copper.", BLANK]))
    stand_in(folder, sure("The cook of the ferry winds its brass clock."))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}:/bin:/usr/bin")
        changes.add(corpus, propose(file, title="Ferry Log"))
    build(folder / "var", read_catalogue(corpus), TinyEncoder())
    with TestClient(create_app(Settings(var=folder / "var", corpus=corpus), TinyEncoder)) as client:
        yield client


def found(client: TestClient, query: str) -> dict[str, Any]:
    given = client.post("/search", json={"query": query, "top_k": 1}).json()
    passage: dict[str, Any] = given["results"][0]["passage"]
    return passage


def test_search_results_say_it_of_their_passages(client: TestClient) -> None:
    scanned, printed = found(client, "brass clock"), found(client, "bell of copper")
    assert (scanned["page"], scanned["recognised"]) == (2, True)
    assert (printed["page"], printed["recognised"]) == (1, False)
    page = client.get("/find", params={"q": "ferry"}).text
    assert page.count(MARK) == 1


def test_answers_say_it_of_their_citations(client: TestClient) -> None:
    given = client.post("/chat", json={"messages": [{"role": "user", "content": QUESTION}]}).json()
    citation = next(one for one in given["citations"] if "clock" in one["quote"])
    assert citation["passage"]["recognised"] is True
    assert client.post("/verify", json=citation).json()["valid"] is True


def test_the_chat_and_the_reader_show_it_with_the_page(client: TestClient) -> None:
    passage = found(client, "brass clock")
    place = f"page 2 › characters {passage['start']}–{passage['end']}, {MARK}"
    place_of = {"start": passage["start"], "end": passage["end"]}
    assert place in client.get("/", params={"q": QUESTION}).text
    shown = client.get("/read/ferry-log", params=place_of).text
    assert shown.count(place) == 3  # above the text, and in both forms of the citation
    assert f"Page 2: {MARK}." in shown
    assert MARK not in client.get("/read/plan").text


def test_a_quotation_over_both_pages_is_marked(client: TestClient) -> None:
    passage = found(client, "brass clock")
    shown = client.get("/read/ferry-log", params={"start": 0, "end": passage["end"]}).text
    assert f"characters 0–{passage['end']}, {MARK}" in shown


def test_links_of_chat_clients_say_it(client: TestClient) -> None:
    asked = {"model": "bali", "messages": [{"role": "user", "content": QUESTION}]}
    message = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]
    assert f"page 2, {MARK}" in message["content"]


def test_exported_action_items_say_it() -> None:
    record = Record(
        document="log",
        number=None,
        group=None,
        text="Wind the clock",
        lead=[],
        status=None,
        priority_area=None,
        deadline=None,
        fields={},
        period=(2031, 2031),
        passage_id="log-1",
        recognised=True,
    )
    assert cells(record)[COLUMNS.index("recognised")] == "yes"
