"""Which documents a message speaks of."""

import pytest

from corpus.types import Document
from service.understanding.scope import scope_of


def document(id: str, title: str, kind: str, first: int, last: int) -> Document:
    return Document(id, title, "Islands", kind, (first, last), f"{id}.txt", "0" * 64)


HELD = [
    document("old", "Harbour Work Plan 2015-17", "work plan", 2015, 2017),
    document("new", "Harbour Work Plan 2024-26", "work plan", 2024, 2026),
    document("sheet", "Fact Sheet: National Action Plan to Combat Reef Damage", "fact sheet", 2021, 2021),
    document("review", "Review of the Lighthouse Programme", "review", 2013, 2015),
]


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        ("who leads item 4 of the 2024-26 work plan", ("new",)),
        ("what does the earlier plan say on buoys", ("old",)),
        (
            "the pillars of the National Action Plan to Combat Reef Damage",
            ("sheet",),
        ),  # by its title, of no plan's kind
        ("how do both plans treat pilots", ("old", "new")),
        ("what changed between the 2015-17 and 2024-26 plans", ("old", "new")),
        ("pilots in the 2015-17 plan and in the 2024-26 plan", ("old", "new")),
        ("what did the review find", ()),  # one of its kind, and no word that names it
    ],
)
def test_documents_are_known_by_kind_age_years_and_title(message: str, ids: tuple[str, ...]) -> None:
    assert scope_of(message, HELD).documents == ids


def test_years_that_only_overlap_with_those_of_a_plan_name_another() -> None:
    assert scope_of("who leads the seal survey in the 2016-18 plan", HELD).missing == ("the 2016-18 plan",)


def test_a_period_of_no_plan_is_that_of_the_document_about_it() -> None:
    assert scope_of("who leads the seal survey in the 2013-2015 plan", HELD).documents == ("review",)


def test_a_plan_that_is_not_held_is_missing() -> None:
    scope = scope_of("what does the 2018-20 work plan say", HELD)
    assert scope.documents == ()
    assert scope.missing == ("the 2018-20 work plan",)


def test_since_a_year_goes_on_without_end() -> None:
    ((first, last),) = scope_of("what happened to pilots since 2015", HELD).years
    assert first == 2015
    assert last > 2100
