"""What leaves the peers' environment is a run and a summary: nothing else of a peer is ever seen."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.peers.__main__ import PEERS, run_peers
from eval.peers.chunks import Chunk
from eval.peers.peer import Peer
from eval.peers.run import PeerError, Query, read_queries, read_sources, write_run
from eval.systems.protocol import System

ROOT = Path(__file__).parents[3]
PLAN_2015, PLAN_2024, REPORT, NOTES = "plan-2015-17", "plan-2024-26", "report-2022", "notes"


class Backwards:
    """An engine that ranks its chunks in reverse order, whatever is asked."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks

    def rank(self, query: str, depth: int) -> list[tuple[int, float]]:  # noqa: ARG002
        return [(position, float(position)) for position in reversed(range(len(self.chunks)))][:depth]


def backwards() -> Peer:
    chunks = [
        Chunk(f"{document}#{number}", document, number, number + 1, "x")
        for document in (PLAN_2015, PLAN_2024, REPORT, NOTES)
        for number in range(10)
    ]
    return Peer("backwards", Backwards([*chunks, Chunk("notes#10", NOTES, -1, -1, "altered")]))


def documents_found(filter: dict[str, Any] | None, top_k: int = 100) -> set[str]:
    return {result.document for result in backwards().search("q", top_k, filter)}


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        (None, {PLAN_2015, PLAN_2024, REPORT, NOTES}),
        ({"document": [PLAN_2015, REPORT]}, {PLAN_2015, REPORT}),
        ({"document": PLAN_2015}, {PLAN_2015}),
        ({"year_to": 2016}, {PLAN_2015, NOTES}),
        ({"year_from": 2017, "year_to": 2022}, {PLAN_2015, REPORT, NOTES}),
        ({"year_from": 2026}, {PLAN_2024, NOTES}),
        ({"document": [PLAN_2024], "year_to": 2023}, set()),
        ({"status": "Complete"}, {PLAN_2015, PLAN_2024, REPORT, NOTES}),
    ],
)
def test_documents_and_years_are_filtered_and_nothing_else(
    filter: dict[str, Any] | None, found: set[str]
) -> None:
    assert documents_found(filter) == found


def test_a_filter_does_not_cost_results() -> None:
    """The documents asked for are ranked last, far below the number of results wanted."""
    system: System = backwards()
    results = system.search("q", 5, {"document": [PLAN_2015]})
    assert [result.id for result in results] == [f"{PLAN_2015}#{number}" for number in (9, 8, 7, 6, 5)]


def test_a_run_holds_the_twenty_best_of_every_query_and_the_summary_counts_what_is_lost(
    tmp_path: Path,
) -> None:
    queries = [Query("a1", "who?", None), Query("b1", "plans", {"document": [PLAN_2015], "lead": "IOM"})]
    write_run(backwards(), "0.1", queries, 1.5, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "backwards.jsonl").read_text().splitlines()]
    assert [(row["query_id"], row["rank"]) for row in rows] == [
        *(("a1", rank) for rank in range(1, 21)),
        *(("b1", rank) for rank in range(1, 11)),
    ]
    assert rows[0] == {
        "query_id": "a1",
        "rank": 1,
        "document": NOTES,
        "start": -1,
        "end": -1,
        "score": 40.0,
        "text": "altered",
    }
    summary = json.loads((tmp_path / "backwards.summary.json").read_text())
    assert summary.pop("p50_ms") >= 0
    assert summary == {
        "name": "backwards",
        "version": "0.1",
        "chunks": 41,
        "unmapped": 1,
        "filters_ignored": ["lead"],
        "index_seconds": 1.5,
    }


def test_plain_bm25_finds_the_passage_in_the_sources_and_twice_the_same(tmp_path: Path) -> None:
    """The one peer whose libraries the project has itself, from the files to the run."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text(
        '{"id": "a", "question": "supply chain compendium translated into regional languages"}\n'
        '{"id": "b", "query": "??"}\n'
    )
    documents = ROOT / "corpus" / "documents"
    run_peers(["bm25"], documents, [asked], tmp_path / "one")
    run_peers(["bm25"], documents, [asked], tmp_path / "two")
    run = (tmp_path / "one" / "bm25.jsonl").read_bytes()
    assert run == (tmp_path / "two" / "bm25.jsonl").read_bytes()
    rows = [json.loads(line) for line in run.splitlines()]
    assert [row["rank"] for row in rows if row["query_id"] == "a"] == list(range(1, 21))
    best = rows[0]
    source = read_sources(documents)[best["document"]]
    assert source[best["start"] : best["end"]] == best["text"]
    assert "translated into 14 regional languages" in best["text"]


def test_a_missing_library_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "txtai", None)
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"id": "a", "question": "who?"}\n')
    with pytest.raises(PeerError, match=r"(?s)txtai.*eval/peers/requirements\.txt"):
        run_peers(["txtai"], ROOT / "corpus" / "documents", [asked], tmp_path)


def test_each_peer_is_a_module_that_holds_its_engine() -> None:
    for place, _ in PEERS.values():
        module, engine = place.split(".")
        assert f"class {engine}:" in (ROOT / "eval" / "peers" / f"{module}.py").read_text()


def test_questions_and_precedents_are_read_with_their_filters(tmp_path: Path) -> None:
    one, two = tmp_path / "questions.jsonl", tmp_path / "precedents.jsonl"
    one.write_text('{"id": "a1", "question": "who\u2028else?", "kind": "name"}\n', encoding="utf-8")
    two.write_text('{"id": "b1", "query": "plans", "filter": {"year_to": 2016}}\n\n')
    assert read_queries([one, two]) == [
        Query("a1", "who\u2028else?", None),
        Query("b1", "plans", {"year_to": 2016}),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "a2"}',
        '{"id": 2, "query": "plans"}',
        '{"id": "a2", "query": "plans", "filter": "all"}',
        '{"id": "a1", "query": "the first line\'s id"}',
    ],
)
def test_a_line_that_is_no_query_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a1", "question": "who?"}\n' + line + "\n")
    with pytest.raises(PeerError, match=r"questions\.jsonl:2"):
        read_queries([path])


def test_unreadable_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match=r"holds no \.txt file"):
        read_sources(tmp_path)
    (tmp_path / "plan.txt").write_bytes(b"\xff")
    with pytest.raises(PeerError, match=r"plan\.txt"):
        read_sources(tmp_path)
    with pytest.raises(PeerError, match=r"missing\.jsonl"):
        read_queries([tmp_path / "missing.jsonl"])
