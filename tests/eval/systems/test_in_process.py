"""This service in process: its results stand where they say, and its filters reach the index."""

from pathlib import Path

import pytest

from eval.gold_data import read_sources
from eval.metrics.answers import is_exact
from eval.metrics.spans import is_placed, place
from eval.runs.run import TOP_K, time_encoding
from eval.systems.in_process import InProcess, to_filter
from index.encoders.models import Models
from index.passages.filters import Filter

CORPUS = Path(__file__).parents[3] / "corpus"


@pytest.fixture(scope="module")
def service(real_var: Path) -> InProcess:
    return InProcess(real_var, Models())


def test_every_result_stands_in_its_source(service: InProcess) -> None:
    sources = read_sources(CORPUS / "documents")
    results = service.search("forced marriage", TOP_K)
    assert len(results) == TOP_K
    assert all(is_placed(place(result, sources)) for result in results)
    assert [result.score for result in results] == sorted((r.score for r in results), reverse=True)


def test_filters_reach_the_index(service: InProcess) -> None:
    wanted = "tip-forward-work-plan-2024-26"
    assert {r.document for r in service.search("training", TOP_K, {"document": [wanted]})} == {wanted}


def test_a_filter_is_the_index_s_own() -> None:
    assert to_filter({"lead": ["RSO"], "year_from": 2022}) == Filter(lead=("RSO",), year_from=2022)
    assert to_filter(None) == Filter()


def test_answers_quote_their_sources_exactly(service: InProcess) -> None:
    sources = read_sources(CORPUS / "documents")
    said = service.answer([{"role": "user", "content": "Which member leads the forced marriage action?"}])
    assert said.citations
    assert all(is_exact(citation, sources) for citation in said.citations)
    assert 0 <= said.confidence <= 1


def test_encoding_is_timed_apart(service: InProcess) -> None:
    seconds = time_encoding(service.encode, ["one question", "another"])
    assert len(seconds) == 2
    assert min(seconds) > 0
