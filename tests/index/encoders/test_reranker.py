"""A reranker decides where it is sure, and is asked of what passes the filter alone."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from index.generation import Index, load_index
from index.passages.filters import Filter
from index.search import search
from service.settings import Settings
from tests.support.tiny import TinyEncoder

QUESTION = "Who repairs the northern lighthouse?"


@pytest.fixture(scope="module")
def index(harbour: Settings) -> Index:
    return load_index(harbour.var)


class Judge:
    """Likes one passage, and keeps what it was asked."""

    def __init__(self, liked: str) -> None:
        self.liked = liked
        self.asked: list[tuple[str, int]] = []

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """1 for the passage liked, 0 for others."""
        self.asked.append((question, len(texts)))
        return np.array([float(self.liked in text) for text in texts], np.float32)


def test_the_reranker_decides_where_it_is_sure_and_the_rest_where_it_is_not(index: Index) -> None:
    judge = Judge("tide calendar")
    plain = search(index, TinyEncoder(), QUESTION, 100).results
    judged = search(index, TinyEncoder(reranker=judge), QUESTION, 100).results
    liked = next(result.passage for result in plain if judge.liked in result.passage.text)
    assert plain[0].passage != liked
    assert [r.passage for r in judged] == [liked, *(r.passage for r in plain if r.passage != liked)]
    assert all(-1 <= result.score <= 1 for result in judged)


def test_the_reranker_hears_only_of_what_passes(index: Index) -> None:
    judge = Judge("tide")
    encoder = TinyEncoder(reranker=judge)
    search(index, encoder, "who leads it", filter=Filter(document=("plan",)))
    search(index, encoder, "who", filter=Filter(kind=("definition",), document=("plan",)))
    plan = sum(p.document.id == "plan" and p.kind != "heading" for p in index.passages)
    assert judge.asked == [("who leads it", plan), ("who", 0)]
