"""Comparing two runs, the gate, and the peers' files, on runs of which the outcome is known."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.runs.compare import Difference, changes, differences
from eval.runs.gate import baseline_path, falls
from eval.runs.peers import read_peers
from eval.runs.results import Judged, Results, ResultsError
from eval.runs.trec import RunError
from eval.systems.protocol import Retrieved


def run(values: list[float], measure: str = "RR@10", start: int = 0) -> Results:
    judged = tuple(
        Judged("questions", f"q{n}", f"question {n}", True, {}, (), None, {measure: value})
        for n, value in enumerate(values, start)
    )
    return Results("run", "gold", judged, 0, 0)


def test_differences_by_hand() -> None:
    (found,) = differences(run([1.0, 1.0, 0.5, 0.0]), run([0.0, 1.0, 0.0, 1.0]))
    assert found == Difference("questions", "RR@10", 0.625, 0.5, found.p, 2, 1, 1)
    assert found.p == 1.0


def test_less_is_better_of_false_answers() -> None:
    (found,) = differences(run([0.0, 0.0], "false answer"), run([1.0, 0.0], "false answer"))
    assert (found.wins, found.losses) == (1, 0)


def test_changes_name_the_lost_questions_first() -> None:
    found = changes(run([1.0, 0.0, 0.5]), run([0.0, 1.0, 0.5]))
    assert [(change.ours.id, change.won) for change in found] == [("q1", False), ("q0", True)]
    assert found[0].measures == {"RR@10": (0.0, 1.0)}


def test_runs_on_other_gold_data_are_not_compared() -> None:
    with pytest.raises(ResultsError, match="different gold data"):
        differences(run([1.0]), replace(run([1.0]), gold="other"))


def test_the_gate_holds_within_noise_and_fails_beyond_it_naming_the_lost() -> None:
    before = run([1.0] * 20)
    assert falls(before, before) == []
    (small,) = falls(run([0.0] * 4 + [1.0] * 16), before)
    assert small.p == pytest.approx(1 / 16, abs=0.01)
    assert not small.beyond_noise
    (large,) = falls(run([0.0] * 6 + [1.0] * 14), before)
    assert large.beyond_noise
    assert large.lost == ("q0", "q1", "q2", "q3", "q4", "q5")
    assert (large.now, large.before) == (0.7, 1.0)


def test_the_gate_lets_accuracy_rise() -> None:
    assert falls(run([1.0] * 20), run([0.0] * 20)) == []
    assert falls(run([0.0] * 20, "false answer"), run([1.0] * 20, "false answer")) == []


def test_the_gate_fails_on_more_false_answers() -> None:
    (fall,) = falls(run([1.0] * 20, "false answer"), run([0.0] * 20, "false answer"))
    assert (fall.beyond_noise, fall.now, fall.before) == (True, 1.0, 0.0)


def test_the_gate_compares_unchanged_questions_only_and_some_there_must_be() -> None:
    (fall,) = falls(run([0.0] * 10, start=5), run([1.0] * 10))
    assert fall.lost == ("q5", "q6", "q7", "q8", "q9")
    with pytest.raises(ResultsError, match="no question in common"):
        falls(run([0.0] * 10, start=50), run([1.0] * 10))


def test_the_gate_fails_when_a_measure_is_gone() -> None:
    (fall,) = falls(run([1.0] * 10, "hit@1"), run([1.0] * 10))
    assert fall.beyond_noise
    assert fall.now == 0.0


def test_the_baseline_is_the_run_that_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is missing"):
        baseline_path(tmp_path)
    (tmp_path / "baseline.txt").write_text("abc123\n")
    assert baseline_path(tmp_path) == tmp_path / "abc123.json"


def test_peers_are_read_with_their_places(tmp_path: Path) -> None:
    row = {"query_id": "q1", "rank": 1, "document": "d", "start": 3, "end": 5, "score": 0.5, "text": "xy"}
    lost = row | {"rank": 2, "start": -1, "end": -1}
    (tmp_path / "peer.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(lost)}\n")
    (tmp_path / "run.passages.jsonl").write_text("not a peer's run")
    (peer,) = read_peers(tmp_path)
    assert peer.system == "peer"
    assert peer.results == {
        "q1": [Retrieved("d:3-5", "d", 3, 5, "xy", 0.5), Retrieved("d:-1--1", "d", -1, -1, "xy", 0.5)]
    }


def test_a_bad_run_of_a_peer_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run of a peer"):
        read_peers(tmp_path)
    (tmp_path / "peer.jsonl").write_text('{"query_id": "q1"}\n')
    with pytest.raises(RunError, match=r"peer\.jsonl:1: is not a result"):
        read_peers(tmp_path)
