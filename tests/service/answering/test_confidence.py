"""The fitted confidence, on the shipped corpus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoders.base import Encoder
from index.generation import Index, load_index
from service.answering import confidence
from service.chat import answer
from tests.service.conftest import fitted

SHIPPED = Path(confidence.__file__).with_name("confidence.json")


@pytest.fixture(scope="module", autouse=True)
def shipped_confidence() -> Iterator[None]:
    with fitted(SHIPPED):
        yield


@pytest.fixture(scope="module")
def real_index(real_var: Path) -> Index:
    return load_index(real_var)


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
    real_index: Index, real_encoder: Encoder, question: str, found: bool
) -> None:
    given = answer(real_index, real_encoder, [("user", question)])
    assert (given.status != "not_found") == found
    assert 0 <= given.confidence <= 1


def test_another_encoder_gets_the_fit_without_views() -> None:
    assert not confidence.fit_for("another").views
