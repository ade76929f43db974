"""How a passage is cut into clauses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.types import Document, Passage
from index.encoders.tokenizer import Tokenization
from index.retrieval.highlights import clauses, highlights


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. Repair the northern lighthouse.\tNavigation\tNorway",
            ["Repair the northern lighthouse.", "Navigation", "Norway"],
        ),
        (
            "Members inspected the lighthouses twice; they were satisfied with what they saw – all but one of the older ones.",
            [
                "Members inspected the lighthouses twice;",
                "they were satisfied with what they saw",
                "all but one of the older ones.",
            ],
        ),
        (
            "It was late. The lamp was then replaced by members.",
            ["It was late. The lamp was then replaced by members."],
        ),
    ],
)
def test_cells_sentences_and_parts_are_clauses_and_short_ones_stay_together(
    text: str, expected: list[str]
) -> None:
    assert [text[start:end] for start, end in clauses(text)] == expected


@given(st.text(alphabet="ab .;–\t\n", max_size=80))
def test_clauses_are_in_order_and_begin_and_end_with_text(text: str) -> None:
    position = 0
    for start, end in clauses(text):
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        position = end


def test_a_text_without_word_pieces_has_nothing_to_mark() -> None:
    document = Document("old", "Old", "Harbour", "plan", (2015, 2016), "old.md", "")
    passage = Passage("old-1", document, "— … —", 0, 5, (), "definition", {}, "of a plan")
    none = Tokenization(2, np.zeros(0, np.int32), np.zeros((0, 2), np.int32))
    context = np.ones((3, 2), np.float32)
    assert highlights(passage, (), context, np.ones(2, np.float32), none) == ()
