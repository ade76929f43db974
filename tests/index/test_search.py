"""What a question gets: the same every time, exactly what a filter lets through, and marked where it answers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import read_catalogue
from index.build import build
from index.generation import Index, load_index
from index.passages.filters import Filter
from index.retrieval.quantizer import Quantizer
from index.search import ConversationContext, EvidenceWeights, SearchResults, search
from tests.conftest import write_corpus
from tests.support.tiny import TinyEncoder

QUESTIONS = (
    "Who repairs the northern lighthouse?",
    "fog signal",
    "TIC",
    "When was the lamp replaced?",
    "?",
    "",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("search")
    build(folder / "var", read_catalogue(write_corpus(folder / "corpus")), TinyEncoder())
    return load_index(folder / "var")


def texts(index: Index, question: str, filter: Filter | None = None) -> list[str]:
    return [result.passage.text for result in search(index, TinyEncoder(), question, filter=filter).results]


def test_the_passage_asked_for_comes_first(index: Index) -> None:
    assert texts(index, "Publish a tide calendar for fishing villages")[0].startswith("3. Publish")
    assert "Members thanked the keeper" in texts(index, "keeper who retires")[0]


def test_the_same_question_gets_the_same_answer_from_every_thread(index: Index) -> None:
    encoder = TinyEncoder()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: search(index, encoder, "lighthouse lamp").results, range(32)))
    assert all(results == found[0] for results in found)


@given(st.text(max_size=60), st.integers(1, 30))
def test_scores_are_bounded_ordered_and_never_of_more_than_asked_for(
    index: Index, question: str, top_k: int
) -> None:
    results = search(index, TinyEncoder(), question, top_k).results
    scores = [result.score for result in results]
    assert len(results) == min(top_k, index.passages.searched.sum())
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= score <= 1 for score in scores)
    assert len({result.passage.id for result in results}) == len(results)
    for result in results:
        end = 0
        for mark in result.highlights:
            assert end <= mark.start < mark.end <= len(result.passage.text)
            end = mark.end
            assert (
                result.passage.text[mark.start : mark.end].strip()
                == result.passage.text[mark.start : mark.end]
            )


def test_equal_scores_rank_in_the_order_of_the_documents(index: Index) -> None:
    nothing = EvidenceWeights(late=0, lexical=1, dense=0, beside=0, wishes=0)
    found = search(index, TinyEncoder(), "zebra", 100, evidence=nothing).results
    assert {result.score for result in found} == {0.0}
    assert [result.passage for result in found] == [p for p in index.passages if p.kind != "heading"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Filter(document=("report",)), lambda p: p.document.id == "report"),
        (Filter(year_from=2023), lambda p: p.document.id == "report"),
        (Filter(year_to=2021), lambda p: p.document.id == "plan"),
        (Filter(year_from=2021, year_to=2022), lambda p: p.document.id == "plan"),
        (Filter(lead=("iceland",)), lambda p: "Iceland" in p.fields.get("Action Lead", "")),
        (Filter(lead=("All members",)), lambda p: "All members" in p.fields.get("Action Lead", "")),
        (Filter(status=("for action",)), lambda p: p.fields.get("Status", "").startswith("For action")),
        (Filter(status=("complete",), lead=("Iceland",)), lambda _: False),
        (Filter(kind=("definition",)), lambda p: p.kind == "definition"),
    ],
)
def test_a_filter_lets_through_all_that_it_names_and_nothing_else(
    index: Index, question: str, filter: Filter, expected: object
) -> None:
    assert callable(expected)
    found = search(index, TinyEncoder(), question, 100, filter)
    assert {r.passage.id for r in found.results} == {
        p.id for p in index.passages if p.kind != "heading" and expected(p)
    }
    assert sum(count for _, count in found.facets["document"]) == len(found.results)


def test_headings_are_found_where_they_are_asked_for(index: Index) -> None:
    headings = [p for p in index.passages if p.kind == "heading"]
    assert headings
    assert all(index.sources[p.document.id][p.start : p.end] == p.text for p in headings)
    found = search(index, TinyEncoder(), headings[-1].text, 100, Filter(kind=("heading",)))
    assert {r.passage.id for r in found.results} == {p.id for p in headings}
    assert found.results[0].passage == headings[-1]


def test_facets_count_every_passage_let_through(index: Index) -> None:
    facets = search(index, TinyEncoder(), "lighthouse", 1).facets
    assert dict(facets["lead"]) == {"Norway": 1, "All members": 2, "Iceland": 2}
    assert dict(facets["status"]) == {"Complete": 1, "For action": 2, "Ongoing": 1}
    assert sum(count for _, count in facets["kind"]) == index.passages.searched.sum()


def test_few_candidates_find_what_looking_at_all_passages_finds(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Which workshop is on fog signals?"
    everything = search(index, TinyEncoder(), question, 1).results[0]
    monkeypatch.setattr("index.search._EXHAUSTIVE", 0)
    monkeypatch.setattr("index.search._CANDIDATES", 3)
    assert search(index, TinyEncoder(), question, 1).results[0].passage == everything.passage


def test_a_short_name_finds_what_is_written_out(index: Index) -> None:
    found = search(index, TinyEncoder(), "what does the TIC do")
    assert found.interpretation.names == {"TIC": "Tide Information Centre"}


def test_a_slip_of_the_pen_is_forgiven_and_told(index: Index) -> None:
    found = search(index, TinyEncoder(), "nothern lighthouse")
    assert found.interpretation.corrected == {"nothern": "northern"}
    assert "northern lighthouse" in found.results[0].passage.text


@pytest.mark.parametrize(
    ("question", "wish", "value"),
    [
        ("lighthouses in the 2020-22 plan", "period", "2020-2022"),
        ("lighthouses before 2023", "period", "-2022"),
        ("lighthouses since 2023", "period", "2023-"),
        ("the current report", "period", "2023-"),
        ("what is led by Iceland", "lead", "Iceland"),
        ("which actions are completed", "status", "Complete"),
        ("what is the third action", "number", "3"),
        ("when did they meet", "date", ""),
    ],
)
def test_wishes_are_understood_and_exclude_nothing(
    index: Index, question: str, wish: str, value: str
) -> None:
    found = search(index, TinyEncoder(), question, 100)
    assert (wish, value) in {(p.wish, p.value) for p in found.interpretation.preferences}
    assert len(found.results) == index.passages.searched.sum()


def test_a_wish_decides_between_equals(index: Index) -> None:
    wished = search(index, TinyEncoder(), "lighthouse staircase, actions that are completed", 20)
    plain = search(
        index,
        TinyEncoder(),
        "lighthouse staircase, actions that are completed",
        20,
        evidence=EvidenceWeights(wishes=0),
    )

    def rank(found: SearchResults) -> int:
        complete = (
            r.rank for r in found.results if r.passage.fields.get("Status", "").startswith("Complete")
        )
        return next(complete)

    assert rank(wished) <= rank(plain)
    score = {r.passage.id: r.score for r in plain.results}
    gained = [r.passage for r in wished.results if r.score > score[r.passage.id]]
    assert [passage.fields["Status"][:8] for passage in gained] == ["Complete"]


def test_the_cell_asked_for_is_marked(index: Index) -> None:
    best = search(index, TinyEncoder(), "Who leads the repair of the northern lighthouse?", 1).results[0]
    marked = [best.passage.text[mark.start : mark.end] for mark in best.highlights]
    assert any("Norway" in part for part in marked)


def test_a_score_does_not_depend_on_how_large_the_weights_are(index: Index) -> None:
    small = EvidenceWeights(late=1, lexical=0.5, dense=0.5, beside=0, wishes=0)
    large = EvidenceWeights(late=2, lexical=1, dense=1, beside=0, wishes=0)
    once = search(index, TinyEncoder(), "fog signal workshop", 100, evidence=small).results
    twice = search(index, TinyEncoder(), "fog signal workshop", 100, evidence=large).results
    assert [r.passage.id for r in once] == [r.passage.id for r in twice]
    assert [r.score for r in once] == pytest.approx([r.score for r in twice], abs=2e-6)


def test_a_passage_gains_by_what_stands_beside_it(index: Index) -> None:
    words_alone = EvidenceWeights(late=0, lexical=1, dense=0, beside=0, wishes=0, reworded=False)
    with_neighbours = EvidenceWeights(late=0, lexical=1, dense=0, beside=0.5, wishes=0, reworded=False)
    alone = search(index, TinyEncoder(), "corrosion", 2, evidence=words_alone).results
    beside = search(index, TinyEncoder(), "corrosion", 2, evidence=with_neighbours).results
    assert alone[0].passage == beside[0].passage
    assert alone[1].score == 0
    assert beside[1].score > 0
    assert beside[1].passage.section == beside[0].passage.section


def test_neighbours_under_one_heading_are_known(index: Index) -> None:
    for n in range(1, len(index.passages)):
        one, other = index.passages[n - 1], index.passages[n]
        together = bool(one.section) and (one.document, one.section) == (other.document, other.section)
        together = together and "heading" not in (one.kind, other.kind)
        assert (index.passages.sections[n - 1] == index.passages.sections[n]) == together


def test_what_was_spoken_of_before_does_not_unbound_the_score(index: Index) -> None:
    before = ConversationContext("lighthouses", index.passages[0])
    found = search(index, TinyEncoder(), "who leads it", 100, before=before)
    assert max(result.score for result in found.results) <= 1


def test_four_bits_a_coordinate_keep_the_direction_of_a_vector() -> None:
    random = np.random.default_rng(3)
    quantizer = Quantizer(np.eye(48, dtype=np.float32))
    vectors = random.normal(size=(50, 48)).astype(np.float32)
    same = quantizer.cosines(vectors, quantizer.encode(vectors))
    opposite = quantizer.cosines(vectors, quantizer.encode(-vectors))
    assert np.diag(same).min() > 0.98
    np.testing.assert_allclose(same.mean(), -opposite.mean(), atol=2e-3)
    np.testing.assert_allclose(np.diag(same), -np.diag(opposite), atol=5e-3)


def test_token_vectors_of_a_passage_are_nearest_to_its_own_words(index: Index) -> None:
    encoder = TinyEncoder()
    row = next(n for n, p in enumerate(index.passages) if "tide calendar" in p.text)
    reading = encoder.read(["tide calendar fishing villages"])[0]
    near = index.tokens.nearest(reading, np.arange(len(index.passages)))
    assert near.mean(axis=1).argmax() == row
    assert near[row].min() > 0.9
