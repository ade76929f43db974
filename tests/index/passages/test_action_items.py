"""The columns of action items: what a passage has is told by row as it is by mask."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.passages.action_items import ValueColumn

SIZE, VALUES = 12, ("IOM", "RSO", "UNODC")


@given(
    st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, len(VALUES) - 1)), unique=True).map(sorted),
    st.lists(st.integers(0, SIZE - 1), unique=True),
    st.sampled_from([*VALUES, "nobody"]),
)
def test_rows_have_what_the_mask_says(having: list[tuple[int, int]], asked: list[int], value: str) -> None:
    pairs = np.array(having, np.int32).reshape(-1, 2)
    column, rows = ValueColumn(VALUES, pairs[:, 0], pairs[:, 1]), np.array(asked, np.intp)
    mask = column.having(lambda other: other == value, SIZE)
    assert column.has(value, rows).tolist() == mask[rows].tolist()
