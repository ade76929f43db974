"""Numbered labels that no document has."""

import pytest

from service.questions.labels import absent_label

TEXTS = [
    "Option 1: a pier.\nOption 2: a raft.\nOption 03: nothing.",
    "The ferry has 40 seats and runs 6 times.",
]


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("what does option 5 cost", "option 5"),
        ("what does Option 2 cost", ""),
        ("what does option 3 cost", ""),
        ("what does annex 5 say", ""),  # nothing is known of annexes
        ("has the ferry 50 seats", ""),  # a number that is no label
        ("what does option 2.5 cost", ""),
        ("what did option 2015 cost", ""),
    ],
)
def test_only_a_label_among_others_with_its_word_is_absent(question: str, absent: str) -> None:
    assert absent_label(question, TEXTS) == absent
