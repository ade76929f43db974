"""The fitted confidence, on the shipped corpus."""

from pathlib import Path

import pytest

from index.encoders.base import Encoder
from index.generation import load_index
from service.answering import confidence
from service.chat import answer

SHIPPED = Path(confidence.__file__).with_name("confidence.json")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who leads the forced marriage research in the 2024-26 plan?", True),
        ("How many participants attended the Following the Money Forum?", True),
        ("How many bananas were eaten at the Following the Money Forum?", False),
        ("What did the evaluation of the 2030 work plan cost?", False),
    ],
)
def test_near_misses_are_told_from_answers(
    monkeypatch: pytest.MonkeyPatch,
    real_var: Path,
    real_encoder: Encoder,
    question: str,
    found: bool,
) -> None:
    monkeypatch.setattr(confidence, "MODEL", SHIPPED)
    confidence.fit_for.cache_clear()
    given = answer(load_index(real_var), real_encoder, [("user", question)])
    assert (given.status != "not_found") == found
    assert 0 <= given.confidence <= 1


def test_another_encoder_gets_the_fit_without_views(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "MODEL", SHIPPED)
    confidence.fit_for.cache_clear()
    assert not confidence.fit_for("another").views
