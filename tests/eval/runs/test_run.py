"""A run is judged as it should be, repeats to the byte, and changes when what it is made of does."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.gold_data import Gold
from eval.metrics.latency import percentiles
from eval.runs.results import Results, ResultsError, by_set, by_slice, curves, read_results, to_json
from eval.runs.run import ask, judge, latency, searches, time_encoding
from eval.runs.trec import RunError, read_run, write_run
from eval.runs.types import QuestionRun
from eval.systems.protocol import Retrieved
from tests.eval.toys import QuotingAnswerer, WordSystem, toy_gold


@pytest.fixture
def gold(tmp_path: Path) -> Gold:
    return toy_gold(tmp_path)


@pytest.fixture
def asked(gold: Gold) -> QuestionRun:
    return ask(gold, WordSystem(), QuotingAnswerer())


def means(results: Results, name: str = "questions") -> dict[str, float]:
    return {measure: mean.mean for measure, mean in by_set(results)[name].items()}  # type: ignore[index]


def test_figures_of_the_toy_by_hand(gold: Gold, asked: QuestionRun) -> None:
    figures = means(judge(gold, asked))
    # q1 and q2 are found at rank 1; q3 shares "book" and, without the stop, "time" with nothing: rank 1 too,
    # but its other quote comes later
    assert figures["hit@1"] == 1.0
    assert figures["found@300c"] == 1.0
    assert figures["right"] == pytest.approx(2 / 3)
    assert figures["false answer"] == 0.0
    assert figures["false refusal"] == 0.0
    assert figures["exact"] == 1.0
    assert figures["AUROC"] == 1.0
    precedents = means(judge(gold, asked), "precedents")
    assert precedents["recall@5"] == 1.0
    assert 0.9 < precedents["nDCG@10"] <= 1.0


def test_conversations_count_from_the_second_turn_and_search_the_standalone_question(
    gold: Gold, asked: QuestionRun
) -> None:
    turns = [entry for entry in judge(gold, asked).judged if entry.set == "conversations"]
    assert [entry.id for entry in turns] == ["c1.2"]
    assert turns[0].answer is not None
    assert turns[0].answer.question == "And on Fridays, when does the archive close?"
    without = ask(gold, WordSystem())
    assert [result.score for result in without.results["c1.2"]] != [
        result.score for result in asked.results["c1.2"]
    ]


def test_filters_reach_the_system(asked: QuestionRun) -> None:
    assert {result.document for result in asked.results["p1"]} == {"rules"}


def test_slices_hold_the_questions_of_their_kind(gold: Gold, asked: QuestionRun) -> None:
    slices = by_slice(judge(gold, asked))["questions"]
    assert slices["difficulty"]["easy"]["hit@1"].n == 2
    assert slices["document"]["rules"]["hit@1"].n == 1
    assert set(slices["kind"]) == {"date", "person", "unanswerable"}


def test_the_same_run_twice_gives_the_same_bytes(gold: Gold) -> None:
    texts = [to_json(judge(gold, ask(gold, WordSystem(), QuotingAnswerer())), gold.sources) for _ in range(2)]
    assert texts[0] == texts[1]


def test_results_come_back_from_their_file(gold: Gold, asked: QuestionRun, tmp_path: Path) -> None:
    results = judge(gold, asked)
    path = tmp_path / "results.json"
    path.write_text(to_json(results, gold.sources))
    assert read_results(path, gold.sources) == results


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"judged": [{"id": 1}]}'])
def test_a_file_that_holds_no_results_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(ResultsError, match="is not a results file"):
        read_results(path, {})
    with pytest.raises(ResultsError, match="is missing"):
        read_results(tmp_path / "other.json", {})


def test_a_run_file_comes_back_and_is_judged_alike(gold: Gold, asked: QuestionRun, tmp_path: Path) -> None:
    path = write_run(asked.results, "words", tmp_path)
    back = read_run(path)
    assert back == {query: list(results) for query, results in asked.results.items()}
    first = path.read_text().splitlines()[0].split()
    assert first == ["q1", "Q0", asked.results["q1"][0].id, "1", repr(asked.results["q1"][0].score), "words"]
    alone = ask(gold, WordSystem())
    assert judge(
        gold, QuestionRun("words", read_run(write_run(alone.results, "words", tmp_path)), {})
    ) == judge(gold, alone)


def test_a_duplicate_is_written_at_its_first_rank(tmp_path: Path) -> None:
    one, two = (Retrieved(name, "d", 0, 1, "x", 1.0) for name in "ab")
    assert read_run(write_run({"q": [one, two, one]}, "t", tmp_path)) == {"q": [one, two]}


def test_bad_run_files_are_refused_with_their_line(tmp_path: Path) -> None:
    spaced = Retrieved("a b", "d", 0, 1, "x", 1.0)
    with pytest.raises(RunError, match="holds white space"):
        write_run({"q": [spaced]}, "t", tmp_path)
    path = write_run({"q": [replace(spaced, id="a")]}, "t", tmp_path)
    path.write_text("q Q0 a 1 1.0 t\nq Q0 a first 1.0 t\n")
    with pytest.raises(RunError, match=r"t\.run:2"):
        read_run(path)
    path.write_text("q Q0 z 1 1.0 t\n")
    with pytest.raises(RunError, match=r"t\.run:1: passage 'z' is not described"):
        read_run(path)
    (tmp_path / "t.passages.jsonl").write_text('{"id": "a"}\n')
    with pytest.raises(RunError, match=r"t\.passages\.jsonl:1"):
        read_run(path)
    (tmp_path / "t.passages.jsonl").unlink()
    with pytest.raises(RunError, match="is missing"):
        read_run(path)


def each(change: Callable[[Retrieved], Retrieved]) -> Callable[[Sequence[Retrieved]], list[Retrieved]]:
    return lambda results: [change(result) for result in results]


def shuffled(results: Sequence[Retrieved]) -> list[Retrieved]:
    return random.Random(5).sample(list(results), len(results))


@pytest.mark.parametrize(
    ("mutation", "falls", "unplaced"),
    [
        (shuffled, {"RR@10", "hit@1"}, False),
        (
            each(lambda r: replace(r, start=r.start + 1, end=r.end + 1)),
            {"RR@10", "hit@10", "found@2400c"},
            True,
        ),
        (each(lambda r: replace(r, text=r.text[:-1] + "!")), {"RR@10", "hit@10", "found@2400c"}, True),
        (lambda _: [], {"RR@10", "hit@10", "found@2400c"}, False),
    ],
)
def test_a_mutated_ranking_changes_the_figures_it_should(
    gold: Gold,
    asked: QuestionRun,
    mutation: Callable[[Sequence[Retrieved]], list[Retrieved]],
    falls: set[str],
    unplaced: bool,
) -> None:
    mutated = {query: mutation(results) for query, results in asked.results.items()}
    before, after = judge(gold, asked), judge(gold, replace(asked, results=mutated))
    for measure in falls:
        assert means(after)[measure] < means(before)[measure]
    for measure in ("right", "cited right", "exact", "AUROC"):
        assert means(after)[measure] == means(before)[measure]
    assert before.unplaced == 0
    assert (after.unplaced == after.returned > 0) == unplaced


def test_emptied_answers_change_the_answer_figures_and_no_others(gold: Gold, asked: QuestionRun) -> None:
    emptied = {query: replace(answer, text="") for query, answer in asked.answers.items()}
    before, after = means(judge(gold, asked)), means(judge(gold, replace(asked, answers=emptied)))
    changed = {measure for measure in before if before[measure] != after[measure]}
    assert changed == {"right", "right and cited", "length", "ECE"}
    assert after["right"] == 0.0


def test_a_citation_moved_by_one_is_not_exact_and_one_elsewhere_is_not_right(
    gold: Gold, asked: QuestionRun
) -> None:
    def moved(by: int) -> dict[str, float]:
        answers = {
            query: replace(
                answer,
                citations=tuple(replace(c, start=c.start + by, end=c.end + by) for c in answer.citations),
            )
            for query, answer in asked.answers.items()
        }
        return means(judge(gold, replace(asked, answers=answers)))

    assert moved(0)["exact"] == 1.0
    assert (moved(1)["exact"], moved(1)["cited right"]) == (0.0, moved(0)["cited right"])
    assert (moved(1000)["exact"], moved(1000)["cited right"]) == (0.0, 0.0)
    assert moved(1000)["right"] == moved(0)["right"]


def test_latency_is_of_live_runs_only(gold: Gold, asked: QuestionRun) -> None:
    measured = latency(asked, time_encoding(str.split, ["one two"] * 3))
    assert measured is not None
    assert measured.search.n == searches(gold)
    assert measured.answer is not None
    assert measured.ratio is not None
    assert measured.ratio > 0
    assert latency(QuestionRun("file", asked.results, {})) is None


def test_percentiles_by_hand() -> None:
    found = percentiles([0.001 * n for n in range(1, 102)])
    assert found is not None
    assert [found.p50, found.p95, found.n] == pytest.approx([51.0, 96.0, 101])
    assert percentiles([]) is None


def test_curves_follow_the_confidences(gold: Gold, asked: QuestionRun) -> None:
    risk, bins = curves(judge(gold, asked))
    assert [(point.threshold, point.coverage) for point in risk] == [(0.9, 0.75), (0.2, 1.0)]
    assert [part.n for part in bins] == [1, 3]


def test_results_json_has_no_latency(gold: Gold, asked: QuestionRun) -> None:
    data: Mapping[str, Any] = json.loads(to_json(judge(gold, asked), gold.sources))
    assert set(data) == {"system", "gold", "returned", "unplaced", "summary", "judged"}
