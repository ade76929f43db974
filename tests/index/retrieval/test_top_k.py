"""The largest of many values are those that sorting gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.top_k import top_k


@given(st.lists(st.integers(0, 6)), st.integers(1, 12))
def test_equal_values_are_taken_in_order(values: list[int], count: int) -> None:
    best = sorted(range(len(values)), key=lambda n: (-values[n], n))[:count]
    assert top_k(np.array(values, np.float32), count).tolist() == sorted(best)


@pytest.mark.parametrize("distinct", [2, 50, 10**6])
def test_of_very_many_too(distinct: int) -> None:
    values = np.random.default_rng(3).integers(0, distinct, 200_003).astype(np.float32)
    best = np.lexsort((np.arange(len(values)), -values))[:80]
    assert top_k(values, 80).tolist() == sorted(best.tolist())
