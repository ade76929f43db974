"""Kinds of value, by examples."""

import pytest

from service.questions.values import values_in
from service.understanding.request import Wanted


@pytest.mark.parametrize(
    ("text", "kind", "holds"),
    [
        ("It met on 25 March 2015.", "date", True),
        ("It may meet again.", "date", False),
        ("It meets next year.", "date", True),
        ("It lasts twelve months.", "duration", True),
        ("It lasts.", "duration", False),
        ("88 participants came.", "number", True),
        ("Fifteen languages are spoken.", "number", True),
        ("It met on 25 March 2015.", "number", False),  # days and years count nothing
        ("4. Hold a symposium.", "number", False),  # nor does the mark of an item
        ("It costs $16k.", "money", True),
        ("It costs time.", "money", False),
        ("Some 40 per cent agree.", "percent", True),
        ("Ms Anna Berg spoke.", "person", True),
        ("Someone spoke.", "person", False),
        ("Only the Maldives and Palau replied.", "body", True),
        ("Several countries replied.", "body", False),
        ("Write to office@example.org.", "contact", True),
        ("The forum was held in Bangkok.", "place", True),
        ("The forum was held in public.", "place", False),
    ],
)
def test_a_kind_of_value_is_told(text: str, kind: Wanted, holds: bool) -> None:
    assert (kind in values_in(text, [kind])) is holds
