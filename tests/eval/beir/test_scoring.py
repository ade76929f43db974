"""Collections in BEIR's layout: read as they are, refused by line, and scored as ir_measures would."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pytest
from ir_measures import R, nDCG
from typer.testing import CliRunner

from eval.beir.collection import CollectionError, Entry, read_collection
from eval.beir.scoring import (
    SYSTEMS,
    average_scores,
    index_collection,
    ranked,
    reciprocal_rank_fusion,
    run_collection,
    score_collection,
    texts_of,
)
from eval.cli import app
from index.search import search
from tests.support.tiny import TinyEncoder

DISHES = {
    "soup": (
        "Leek soup",
        "Slice the leeks, soften them in butter, add stock and potatoes, simmer for half an hour.",
    ),
    "bread": (
        "Rye bread",
        "Mix rye flour with water and sourdough, leave overnight, bake in a hot oven for an hour.",
    ),
    "pie": (
        "Apple pie",
        "Line a tin with pastry, fill it with sliced apples and cinnamon, bake until golden.",
    ),
    "salad": ("", "Toss lettuce, cucumber and tomatoes with oil and vinegar just before serving."),
    "jam": ("Plum jam", "Boil stoned plums with sugar until a drop sets on a cold plate."),
}
QUERIES: list[dict[str, Any]] = [
    {"_id": "q1", "text": "how do I bake with sourdough"},
    {"_id": "q2", "text": "dessert of apples and cinnamon in pastry"},
    {"_id": "soup", "text": "leeks and potatoes simmered in stock"},
    {"_id": "u1", "text": "how long does a violin string last", "answerable": False},
    {"_id": "u2", "text": "where is the library", "metadata": {"answerable": False}},
    {"_id": "unjudged", "text": "vinegar"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tbread\t2\nq1\tpie\t1\nq2\tpie\t1\nsoup\tsoup\t0\nsoup\tsalad\t1\n"


def write_collection(folder: Path) -> Path:
    (folder / "qrels").mkdir()
    (folder / "corpus.jsonl").write_text(
        "".join(
            json.dumps({"_id": name, "title": title, "text": text}) + "\n"
            for name, (title, text) in DISHES.items()
        )
    )
    (folder / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in QUERIES))
    (folder / "qrels" / "test.tsv").write_text(QRELS)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, float]]]:
    folder, encoder = tmp_path_factory.mktemp("dishes"), TinyEncoder()
    collection = read_collection(write_collection(folder))
    return run_collection(collection, index_collection(folder / "var", collection, encoder), encoder)


def test_a_collection_is_read_as_it_stands(folder: Path) -> None:
    collection = read_collection(folder)
    assert collection.documents["soup"] == Entry(*DISHES["soup"])
    assert collection.documents["salad"].title == ""
    assert collection.qrels == {
        "q1": {"bread": 2, "pie": 1},
        "q2": {"pie": 1},
        "soup": {"soup": 0, "salad": 1},
    }
    assert set(collection.queries) == {"q1", "q2", "soup", "u1", "u2"}
    assert collection.unanswerable == {"u1", "u2"}


def test_judgements_may_lie_in_the_folder_itself_or_in_another_split(folder: Path) -> None:
    expected = read_collection(folder).qrels
    (folder / "qrels" / "test.tsv").rename(folder / "qrels.tsv")
    assert read_collection(folder).qrels == expected
    (folder / "qrels" / "dev.tsv").write_text("q1\tjam\t1\n")
    assert read_collection(folder).qrels == {"q1": {"jam": 1}}
    (folder / "qrels" / "train.tsv").write_text("q1\tpie\t1\n")
    assert read_collection(folder, "train").qrels == {"q1": {"pie": 1}}


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"text": "y"}\n', r"corpus\.jsonl:2: _id: is missing"),
        ("corpus.jsonl", '{"_id": "a"}\n', r"corpus\.jsonl:1: text: is missing"),
        ("corpus.jsonl", "[]\n", r"corpus\.jsonl:1: is not an object"),
        ("queries.jsonl", "?\n", r"queries\.jsonl:1: is not JSON"),
        ("qrels/test.tsv", "q1 bread 1\n", r"test\.tsv:1: .* is not a judgement"),
        ("qrels/test.tsv", "q9\tbread\t1\n", r"test\.tsv:1: there is no query 'q9'"),
        ("qrels/test.tsv", "q1\tfish\t1\n", r"test\.tsv:1: there is no document 'fish'"),
    ],
)
def test_a_malformed_line_is_named(folder: Path, file: str, text: str, message: str) -> None:
    (folder / file).write_text(text)
    with pytest.raises(CollectionError, match=message):
        read_collection(folder)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CollectionError, match=r"is missing|holds neither"):
        read_collection(folder)


def test_every_system_is_scored_on_the_judged_queries(
    folder: Path, runs: dict[str, dict[str, dict[str, float]]]
) -> None:
    collection = read_collection(folder)
    found = score_collection(collection, runs)
    assert set(found.scores) == set(SYSTEMS) == set(found.auroc)
    for system in SYSTEMS:
        judged = {query: scores for query, scores in runs[system].items() if query in collection.qrels}
        theirs = ir_measures.calc_aggregate([nDCG @ 10, R @ 5], collection.qrels, judged)
        ours = found.scores[system]
        assert ours["nDCG@10"].estimate.mean == pytest.approx(theirs[nDCG @ 10], abs=1e-9)
        assert ours["recall@5"].estimate.mean == pytest.approx(theirs[R @ 5], abs=1e-9)
        assert ours["nDCG@10"].estimate.n == 3
    assert found.scores["full"]["RR@10"].p == 1.0


def test_a_title_is_context(folder: Path, tmp_path: Path) -> None:
    collection, encoder = read_collection(folder), TinyEncoder()
    generation = index_collection(tmp_path / "var", collection, encoder)
    for row, (id, entry) in enumerate(collection.documents.items()):
        passage = generation.passages[row]
        assert (passage.id, passage.text, passage.context) == (id, entry.text, entry.title)
        # as `bali build` does: the single vector of the bare text, the token vectors of both
        assert np.allclose(generation.dense.vectors()[row], encoder.encode([entry.text])[0])
        words = f"{entry.text} {entry.title}"
        assert len(generation.tokens.codes(row)) == encoder.pieces([words])[0].length
    assert generation.lexical.scores("rye")[1] > 0
    assert set(encoder.encoded) >= set(texts_of(collection))


def test_without_titles_each_text_is_embedded_once(folder: Path) -> None:
    plain = {id: Entry("", entry.text) for id, entry in read_collection(folder).documents.items()}
    assert texts_of(replace(read_collection(folder), documents=plain)) == [e.text for e in plain.values()]


def test_ranks_are_fused(runs: dict[str, dict[str, dict[str, float]]]) -> None:
    fused = runs["rrf"]["q2"]
    places = [ranked(runs[system]["q2"]) for system in ("lexical", "dense")]
    assert set(fused) == {*places[0], *places[1]}
    assert fused["pie"] == sum(1 / (61 + place.index("pie")) for place in places)


def test_each_collection_counts_the_same(runs: dict[str, dict[str, dict[str, float]]], folder: Path) -> None:
    collection = read_collection(folder)
    fewer = replace(collection, qrels={"q2": collection.qrels["q2"]})
    average = average_scores([(collection, runs), (fewer, runs)], "RR@10")
    for system, score in average.items():
        means = [score_collection(one, runs).scores[system]["RR@10"] for one in (collection, fewer)]
        assert score.estimate.mean == pytest.approx(np.mean([mean.estimate.mean for mean in means]))
    assert average["full"].p == 1.0


def test_a_query_does_not_find_itself(runs: dict[str, dict[str, dict[str, float]]]) -> None:
    for system in SYSTEMS:
        assert "soup" not in runs[system]["soup"]
        assert "salad" in runs["dense"]["soup"]


def test_words_alone_return_only_what_shares_one(runs: dict[str, dict[str, dict[str, float]]]) -> None:
    assert runs["lexical"]["u1"] == {}
    assert set(runs["lexical"]["q2"]) <= {"pie", "bread"}


def test_full_is_the_search_of_the_service(
    folder: Path, tmp_path: Path, runs: dict[str, dict[str, dict[str, float]]]
) -> None:
    collection, encoder = read_collection(folder), TinyEncoder()
    generation = index_collection(tmp_path / "again", collection, encoder)
    for query, text in collection.queries.items():
        found = search(generation, encoder, text, 100).results
        assert runs["full"][query] == {r.passage.id: r.score for r in found if r.passage.id != query}


def test_texts_are_embedded_in_turns_as_all_at_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection, encoder = read_collection(folder), TinyEncoder()
    alone = index_collection(tmp_path / "alone", collection, encoder)
    monkeypatch.setattr("eval.beir.scoring._TOGETHER", 2)
    done: list[int] = []
    in_turns = index_collection(tmp_path / "turns", collection, encoder, done.append)
    assert done == [2, 2, 2, 2, 1]
    assert in_turns.manifest.files == alone.manifest.files


def test_a_query_that_found_nothing_has_zero(folder: Path) -> None:
    nothing: dict[str, dict[str, dict[str, float]]] = {"full": {}}
    assert score_collection(read_collection(folder), nothing).scores["full"]["nDCG@10"].estimate.mean == 0.0


def test_ties_rank_the_larger_id_first() -> None:
    assert ranked({"a": 1.0, "b": 1.0, "c": 2.0}) == ["c", "b", "a"]


def test_a_document_that_both_rankings_have_comes_first() -> None:
    fused = reciprocal_rank_fusion([{"a": 3.0, "b": 2.0}, {"c": 0.9, "b": 0.1}])
    assert fused == {"a": 1 / 61, "b": 2 / 62, "c": 1 / 61}


@pytest.fixture
def exported(real_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the model exported, which takes it seconds otherwise."""
    monkeypatch.setenv("BALI_VAR", str(real_var))


@pytest.mark.usefixtures("exported")
def test_the_command_scores_a_collection_about_cooking(folder: Path) -> None:
    done = CliRunner().invoke(app, ["beir", str(folder), "--json"])
    assert done.exit_code == 0, done.stderr
    written = json.loads(done.stdout)
    (scores,) = written["collections"].values()
    assert scores["scores"]["full"]["RR@10"]["estimate"]["mean"] > 0.6
    assert scores["auroc"]["dense"]["mean"] == 1.0
    assert written["average"]["full"] == scores["scores"]["full"]["nDCG@10"]
    (folder / "corpus.jsonl").unlink()
    failed = CliRunner().invoke(app, ["beir", str(folder)])
    assert (failed.exit_code, len(failed.stderr.strip().splitlines())) == (2, 1)


@pytest.mark.usefixtures("exported")
def test_several_collections_are_summarised(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("baking") / "again"
    shutil.copytree(folder, other)
    done = CliRunner().invoke(app, ["beir", str(folder), str(other)])
    assert done.exit_code == 0, done.stderr
    summary = done.stdout[done.stdout.rindex("lexical") :]
    assert [name in summary for name in (folder.name, "again", "average")] == [True] * 3
