"""Measures by spans, against values worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.retrieval import covering_rank, found, hit, judge_evidence, ndcg, recall, reciprocal_rank
from eval.metrics.spans import Quote, is_placed, place, union
from eval.systems.protocol import Retrieved

QUOTE = Quote("d", "q" * 100, ((100, 200),))
OTHER = Quote("d", "r" * 50, ((400, 450),))


def passage(start: int, end: int, document: str = "d") -> Retrieved:
    return Retrieved(f"{document}{start}-{end}", document, start, end, "x" * (end - start), 1.0)


def unplaced(length: int) -> Retrieved:
    return Retrieved("lost", "d", -1, -1, "x" * length, 1.0)


def test_nothing_returned_is_worth_nothing() -> None:
    assert set(judge_evidence(((QUOTE,),), []).values()) == {0.0}
    assert ndcg([(QUOTE, 2)], []) == 0.0
    assert recall([(QUOTE, 2)], [], 5) == 0.0


@pytest.mark.parametrize(("end", "value"), [(170, 1.0), (169, 0.0)])
def test_seventy_of_a_hundred_characters_cover(end: int, value: float) -> None:
    assert hit(((QUOTE,),), [passage(100, end)], 1) == value


def test_two_passages_cover_a_quote_together() -> None:
    halves = [passage(100, 140), passage(150, 180)]
    assert covering_rank([QUOTE], halves) == [2]
    assert reciprocal_rank(((QUOTE,),), halves) == 0.5


def test_overlapping_passages_are_not_counted_twice() -> None:
    overlapping = [passage(100, 150), passage(110, 160), passage(100, 150)]
    assert covering_rank([QUOTE], overlapping) == [None]


def test_the_same_place_in_another_document_covers_nothing() -> None:
    assert covering_rank([QUOTE], [passage(100, 200, "e")]) == [None]


def test_any_occurrence_of_a_repeated_quote_will_do_but_not_parts_of_two() -> None:
    twice = Quote("d", "q" * 100, ((100, 200), (300, 400)))
    assert covering_rank([twice], [passage(300, 400)]) == [1]
    assert covering_rank([twice], [passage(100, 140), passage(340, 400)]) == [None]


def test_hit_needs_one_quote_and_found_needs_all_of_one_alternative() -> None:
    results = [passage(400, 450)]
    assert hit(((QUOTE, OTHER),), results, 1) == 1.0
    assert found(((QUOTE, OTHER),), results, 300) == 0.0
    assert found(((QUOTE,), (OTHER,)), results, 300) == 1.0


def test_the_last_passage_is_cut_where_reading_stops() -> None:
    results = [passage(0, 50), passage(100, 200)]
    assert found(((QUOTE,),), results, 120) == 1.0
    assert found(((QUOTE,),), results, 119) == 0.0


def test_reading_is_paid_for_duplicates_and_for_chunks_without_a_place() -> None:
    evidence = ((QUOTE,),)
    assert found(evidence, [passage(0, 50), passage(0, 50), passage(100, 200)], 170) == 1.0
    assert found(evidence, [passage(0, 50), passage(0, 50), passage(100, 200)], 169) == 0.0
    assert found(evidence, [unplaced(100), passage(100, 200)], 170) == 1.0
    assert found(evidence, [unplaced(100), passage(100, 200)], 169) == 0.0


def test_rank_counts_chunks_without_a_place() -> None:
    assert reciprocal_rank(((QUOTE,),), [unplaced(10), passage(100, 200)]) == 0.5


def test_reciprocal_rank_ends_at_ten() -> None:
    before = [passage(n, n + 1) for n in range(9)]
    assert reciprocal_rank(((QUOTE,),), [*before, passage(100, 200)]) == 0.1
    assert reciprocal_rank(((QUOTE,),), [*before, passage(9, 10), passage(100, 200)]) == 0.0


def test_ndcg_by_hand() -> None:
    relevant = [(QUOTE, 1), (OTHER, 2)]
    ideal = 3 + 1 / math.log2(3)
    assert ndcg(relevant, [passage(400, 450), passage(100, 200)]) == pytest.approx(1.0)
    assert ndcg(relevant, [passage(100, 200), passage(400, 450)]) == pytest.approx(
        (1 + 3 / math.log2(3)) / ideal
    )
    assert ndcg(relevant, [passage(0, 9), passage(400, 450)]) == pytest.approx(3 / math.log2(3) / ideal)


def test_a_gold_passage_counts_once_and_a_rank_has_one_gain() -> None:
    relevant = [(QUOTE, 2), (OTHER, 2)]
    ideal = 3 + 3 / math.log2(3)
    assert ndcg(relevant, [passage(100, 200), passage(100, 200)]) == pytest.approx(3 / ideal)
    assert ndcg(relevant, [passage(0, 1000), passage(400, 450)]) == pytest.approx(3 / ideal)
    assert ndcg([(QUOTE, 1), (OTHER, 2)], [passage(0, 1000)]) == pytest.approx(3 / (3 + 1 / math.log2(3)))


def test_recall_is_capped_at_what_k_results_could_hold() -> None:
    quotes = [(Quote("d", "xx", ((n * 10, n * 10 + 2),)), 1) for n in range(4)]
    results = [passage(n * 10, n * 10 + 2) for n in range(4)]
    assert recall(quotes, results, 2) == 1.0
    assert recall(quotes, results[:1], 2) == 0.5
    assert recall(quotes, [passage(0, 100)], 2) == 1.0
    assert recall(quotes, results[:3], 5) == 0.75


def test_a_result_keeps_its_place_only_if_its_text_stands_there() -> None:
    sources = {"d": "one two  three\nfour"}
    stands = Retrieved("a", "d", 4, 14, "two  three", 1.0)
    assert place(stands, sources) == stands
    reflowed = Retrieved("a", "d", 4, 19, "two three four", 1.0)
    assert place(reflowed, sources) == reflowed
    for wrong in (
        Retrieved("a", "d", 5, 15, "two  three", 1.0),
        Retrieved("a", "d", 4, 14, "two  thrice", 1.0),
        Retrieved("a", "d", 15, 25, "four", 1.0),
        Retrieved("a", "e", 4, 14, "two  three", 1.0),
    ):
        assert not is_placed(place(wrong, sources))


spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(spans))
def test_union_is_the_same_characters_once_in_order(given: list[tuple[int, int]]) -> None:
    merged = union(given)
    characters = [character for start, end in merged for character in range(start, end)]
    assert characters == sorted({character for start, end in given for character in range(start, end)})


@given(st.lists(spans.filter(lambda span: span[0] < span[1]), max_size=8), st.integers(1, 300))
def test_reading_further_never_loses_a_quote(places: list[tuple[int, int]], characters: int) -> None:
    evidence = ((Quote("d", "q" * 20, ((20, 40),)),),)
    results = [passage(start, end) for start, end in places]
    assert found(evidence, results, characters) <= found(evidence, results, characters + 50)
    assert hit(evidence, results, 1) <= hit(evidence, results, 3) <= hit(evidence, results, 10)
