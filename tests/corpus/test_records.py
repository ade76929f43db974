"""Action items as records: who leads, what status, which number, whichever way the plan writes it."""

from collections.abc import Sequence

import pytest

from corpus.catalogue import read_catalogue
from corpus.records import Record, numbered, records, role_by_words, roles_by_words, status_of, with_roles
from corpus.types import Passage
from tests.corpus.reading import read
from tests.golden import CORPUS


def _by_words(passages: Sequence[Passage]) -> list[Record]:
    """The records where no model tells the roles of columns."""
    return records([with_roles(passage, roles_by_words(passage.fields)) for passage in passages])


def _records(source: str) -> list[Record]:
    return _by_words(read(source))


def _leads(*cells: str) -> list[tuple[str, ...]]:
    rows = "\n".join(f"{n}) Light lamp {n}.\t{cell}" for n, cell in enumerate(cells, 1))
    return [record.lead for record in _records(f"Action Item\tAction Item Lead\n{rows}\n")]


def test_joint_leads_that_lost_their_separator_are_the_names_that_stand_alone() -> None:
    assert _leads("All members", "IOX", "All members IOX", "IOX Boreal States", "Boreal States") == [
        ("All members",), ("IOX",), ("All members", "IOX"), ("IOX", "Boreal States"), ("Boreal States",)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["Arcadia; IOX", "Arcadia, IOX", "Arcadia / IOX", "Arcadia & IOX", "Arcadia and IOX"]
)
def test_joint_leads_with_a_separator(cell: str) -> None:
    assert _leads(cell) == [("Arcadia", "IOX")]


def test_names_that_contain_each_other_are_told_apart() -> None:
    assert _leads("Boreal", "Boreal Office", "Boreal Office Boreal")[-1] == ("Boreal Office", "Boreal")


def test_a_name_of_unknown_words_is_one_lead() -> None:
    assert _leads("IOX", "IOX Cimmeria", "New Delphinia") == [("IOX",), ("IOX Cimmeria",), ("New Delphinia",)]


def test_a_cell_of_very_many_names_is_split() -> None:
    cell = " ".join(["IOX", "All members"] * 2000)
    assert _leads("IOX", "All members", "IOX IOX", cell)[-1] == ("IOX", "All members") * 2000


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Complete The Working Group held the forum.", "Complete"),
        ("Ongoing. Annual meetings are held.", "Ongoing"),
        ("For action – 2030/31 Implementation of the plan", "For action"),
        ("In progress, to be done by May", "In progress"),
        ("Continuing – 2030/31", "Continuing"),
        ("Complete", "Complete"),
        ("", ""),
    ],
)
def test_a_status_is_the_words_a_cell_opens_with(cell: str, status: str) -> None:
    assert status_of(cell) == status


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Action Item Lead", "lead"),
        ("Responsible agency", "lead"),
        ("Strategy Priority Area", "priority_area"),
        ("Status", "status"),
        ("No.", "number"),
        ("Action Item", "text"),
        ("Activities", "text"),
        ("Colour", None),
    ],
)
def test_the_words_of_a_header_tell_what_its_column_holds(header: str, role: str | None) -> None:
    assert role_by_words(header) == role


def test_the_number_comes_from_its_column_or_from_the_text() -> None:
    (first,) = _records("No.\tAction\tLead\n7\tLight the lamps.\tIOX\n")
    (second,) = _records("Action\tLead\n(7) Light the lamps.\tIOX\n")
    (third,) = _records("Action\tLead\nLight the lamps.\tIOX\n")
    assert [(r.number, r.text) for r in (first, second, third)] == [
        ("7", "Light the lamps."), ("7", "Light the lamps."), (None, "Light the lamps.")
    ]  # fmt: skip


def test_a_record_carries_its_group_and_what_the_plan_lacks_is_empty() -> None:
    source = "Action Item\tPriority Area\tLead\nLight\t\t\n1) Go.\tSafety\tIOX\n"
    (record,) = _records(source)
    assert (record.group, record.priority_area, record.lead, record.status) == (
        "Light",
        "Safety",
        ("IOX",),
        None,
    )


def test_only_tables_of_actions_hold_records() -> None:
    assert _records("Lamp\tColour\tPlace\nOne\tred\tquay\n\nText.\n\nHSP\tHarbour Safety Plan\n") == []


def test_the_two_plans_hold_their_action_items() -> None:
    found = _by_words(read_catalogue(CORPUS).passages())
    by_plan = {
        plan: [record for record in found if record.passage.document.id == f"tip-forward-work-plan-{plan}"]
        for plan in ("2015-17", "2024-26")
    }
    assert len(found) == 26
    assert [record.number for record in by_plan["2015-17"]] == [str(n) for n in range(1, 11)]
    assert [record.number for record in by_plan["2024-26"]] == [str(n) for n in range(1, 17)]
    assert by_plan["2024-26"][2].lead == ("All members", "IOM")
    assert by_plan["2024-26"][3].lead == ("Australia",)
    assert by_plan["2024-26"][6].lead == ("Co-Chairs", "RSO")
    assert {record.group for record in by_plan["2024-26"][6:10]} == {"Capacity building"}
    assert status_of(by_plan["2015-17"][5].status or "") == "Complete"
    assert status_of(by_plan["2015-17"][9].status or "") == "For action"


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("7) Light the lamps.", "7", "Light the lamps."),
        ("40.2 Publish notices", "40.2", "Publish notices"),
        ("Action 6: Pilot a form", "6", "Pilot a form"),
        ("2.5 million lamps are lit", None, "2.5 million lamps are lit"),
        ("Light lamp 3", None, "Light lamp 3"),
    ],
)
def test_the_number_that_a_text_begins_with(text: str, number: str | None, rest: str) -> None:
    assert numbered(text) == (number, rest)
