"""The standard measures are those of ir_measures."""

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from eval.metrics.trec import ndcg, recall, reciprocal_rank, reciprocal_rank_fusion

documents = st.sampled_from([f"d{n}" for n in range(30)])
# scores that single precision, which trec_eval computes in, keeps apart
scores = st.integers(-2000, 2000).map(lambda n: n / 8)
queries = st.sampled_from(["q1", "q2", "q3"])
qrels = st.dictionaries(queries, st.dictionaries(documents, st.integers(0, 3), min_size=1), min_size=1)
runs = st.dictionaries(queries, st.dictionaries(documents, scores, max_size=30))
untied = st.dictionaries(
    queries,
    st.lists(documents, unique=True, max_size=30).map(lambda ids: {d: -float(n) for n, d in enumerate(ids)}),
)


def oracle(measure: ir_measures.Measure, judged: object, run: object) -> dict[str, float]:
    return {metric.query_id: metric.value for metric in ir_measures.iter_calc([measure], judged, run)}


def assert_agree(ours: dict[str, float], theirs: dict[str, float]) -> None:
    assert set(theirs) <= set(ours)
    for query, value in ours.items():
        assert value == pytest.approx(theirs.get(query, 0.0), abs=1e-9)


@given(runs, qrels, st.sampled_from([1, 3, 10]))
def test_ndcg_agrees_ties_included(
    run: dict[str, dict[str, float]], judged: dict[str, dict[str, int]], k: int
) -> None:
    assert_agree(ndcg(run, judged, k), oracle(nDCG @ k, judged, run))


@given(runs, qrels, st.sampled_from([1, 5, 10]))
def test_recall_agrees_ties_included(
    run: dict[str, dict[str, float]], judged: dict[str, dict[str, int]], k: int
) -> None:
    assert_agree(recall(run, judged, k), oracle(R @ k, judged, run))


@given(runs, qrels)
def test_reciprocal_rank_agrees_ties_included(
    run: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    assert_agree(reciprocal_rank(run, judged, 30), oracle(RR, judged, run))


@given(untied, qrels)
def test_reciprocal_rank_at_ten_agrees(
    run: dict[str, dict[str, float]], judged: dict[str, dict[str, int]]
) -> None:
    assert_agree(reciprocal_rank(run, judged, 10), oracle(RR @ 10, judged, run))


def test_ties_rank_the_larger_id_first() -> None:
    run = {"q": {"a": 1.0, "b": 1.0}}
    assert reciprocal_rank(run, {"q": {"b": 1}}) == {"q": 1.0}
    assert reciprocal_rank(run, {"q": {"a": 1}}) == {"q": 0.5}


def test_a_query_that_was_not_run_has_zero() -> None:
    assert ndcg({}, {"q": {"a": 1}}) == {"q": 0.0}


def test_a_document_that_both_rankings_have_comes_first() -> None:
    fused = reciprocal_rank_fusion([{"a": 3.0, "b": 2.0}, {"c": 0.9, "b": 0.1}])
    assert fused == {"a": 1 / 61, "b": 2 / 62, "c": 1 / 61}
