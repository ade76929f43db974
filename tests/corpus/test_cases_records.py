"""Records of small plans, each written in its own way, by the model that is shipped."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.layout import Look
from corpus.passages import LIMIT, passages
from corpus.readers.docx import read_docx
from corpus.readers.extracted import LayoutWriter, TableRow
from corpus.records import Record, records
from corpus.text.folding import folded
from corpus.types import Passage
from index.columns import ColumnRoles
from index.encoders.base import Encoder
from tests.corpus.reading import DOCUMENT, read

CASES = Path(__file__).parent / "cases"


def _records(encoder: Encoder, found: Sequence[Passage]) -> list[Record]:
    return records(ColumnRoles(encoder).decided(found))


def _of(encoder: Encoder, name: str) -> list[Record]:
    return _records(encoder, read((CASES / name).read_text("utf-8")))


def test_lines_of_labels_below_a_title_are_one_record(real_encoder: Encoder) -> None:
    found = _of(real_encoder, "s03-labels.txt")
    assert [(r.number, r.lead, r.deadline, r.fields["Measurement"]) for r in found] == [
        (
            "6",
            ("Pilots Office", "Ministry of Quays"),
            "Completed within 12 months",
            "Number of ports that take the form",
        ),
        ("7", ("Eastmark Hydrographic Service",), "Completed within 3 months", "Register opened (Y/N)"),
    ]
    assert [r.text.split(" By ")[0] for r in found] == [
        "Pilot a Single Pilotage Form",
        "Keep a Register of Buoys",
    ]


def test_milestones_with_a_responsible_party(real_encoder: Encoder) -> None:
    found = _of(real_encoder, "s04-milestones.md")
    assert [(r.text, r.lead, r.deadline) for r in found] == [
        ("Rent two rooms", ("Northland",), "31 March 2032"),
        ("Hire watch officers", ("Pilots Office",), "30 June 2032"),
        ("Publish the first weekly notice", ("Pilots Office",), "31 December 2032"),
        ("Agree on the columns of the register", ("Eastmark",), "30 April 2032"),
        ("Publish a report on the first year", ("Pilots Office",), "31 December 2032"),
    ]


def test_recommendations_in_groups_with_a_position(real_encoder: Encoder) -> None:
    extracted = read_docx((CASES / "p04-matrix.docx").read_bytes(), "p04-matrix.docx")
    found = _records(real_encoder, passages(DOCUMENT, extracted.text, extracted.pieces))
    assert [(r.number, r.group, r.status) for r in found] == [
        ("40.1", "Theme: Ratification", "Supported"),
        ("40.2", "Theme: Lost vessels", "Noted"),
        ("40.3", "Theme: Lost vessels", "Supported"),
    ]


def test_each_name_is_one_lead_however_it_is_written(real_encoder: Encoder) -> None:
    found = _of(real_encoder, "24b-lead-names-2024.md")
    assert [r.lead for r in found] == [
        ("Bosnia and Herzegovina",),
        ("Trinidad and Tobago",),
        ("Fiji", "Tonga"),
        ("Côte d’Ivoire",),
        ("Antigua & Barbuda",),
        ("Ministry of Transport, Works and Energy",),
        ("Norden",),
        ("Norden", "Suden"),
        ("Republic of Korea", "Japan"),
        ("Suden",),
        (),
    ]
    asked = ("Côte d’Ivoire", "Côte d'Ivoire", " côte d'ivoire ", "Co\u0302te d’Ivoire")
    assert {folded(name) for name in asked} == {folded(found[3].lead[0])}


def test_options_are_no_plan(real_encoder: Encoder) -> None:
    assert _of(real_encoder, "a04-options.txt") == []


_KEYS = (
    "Lead actors",
    "Other actors involved",
    "Main objective",
    "Completion level",
    "End date",
    "Next steps",
)
_LEVELS = ("Not started", "Limited", "Substantial", "Completed")
_MATTERS = (
    (
        "1. Pilot a Single Form",
        "Pilots Office",
        "Masters",
        "Make it easy to ask.",
        "Substantial",
        "This goes on.",
        "None.",
    ),
    (
        "2. Light the Channel",
        "Northland",
        "Lamp makers",
        "Light it at night.",
        "Limited",
        "June 2032",
        "Ten more.",
    ),
)


def _tables(*, cut: bool) -> list[Passage]:
    """A table of properties for each matter, with a grid of levels; `cut` before the level, as by the end of a page."""
    writer = LayoutWriter()
    writer.text("Open Quays", Look(outline=1))
    for title, *values in _MATTERS:
        rows = [TableRow(((title, 5),))]
        for key, value in zip(_KEYS, values, strict=True):
            if key == "Completion level":
                rows.append(TableRow(((key, 1), *((level, 1) for level in _LEVELS))))
                rows.append(TableRow((("", 1), *(("x" if level == value else "", 1) for level in _LEVELS))))
            else:
                rows.append(TableRow(((key, 1), (value, 4))))
        parts = [rows[:4], rows[4:]] if cut else [rows]
        for n, part in enumerate(parts):
            if n:
                writer.text("Page 3", kind="furniture")
            writer.table(part)
    writer.text("What comes after stands alone.")
    return passages(DOCUMENT, writer.finished(), writer.pieces)


@pytest.mark.parametrize("cut", [False, True])
def test_a_table_of_properties_is_one_record(real_encoder: Encoder, cut: bool) -> None:
    found = _records(real_encoder, _tables(cut=cut))
    assert [(r.number, r.text, r.lead, r.status, r.deadline) for r in found] == [
        ("1", "Pilot a Single Form", ("Pilots Office",), "Substantial", "This goes on."),
        ("2", "Light the Channel", ("Northland",), "Limited", "June 2032"),
    ]
    assert all(tuple(r.fields) == _KEYS for r in found)
    assert [r.passage.text for r in found] == ["Lead actors\tPilots Office", "Lead actors\tNorthland"]


def test_marks_name_the_state_where_they_exclude_each_other(real_encoder: Encoder) -> None:
    rows = ["Action\tLead\tNot started\tIn progress\tCompleted", *_rows_of_marks()]
    found = _records(real_encoder, read("\n".join(rows) + "\n"))
    assert [r.status for r in found] == ["Not started", "In progress", "Completed", "In progress"]


def _rows_of_marks() -> list[str]:
    actions = ("Light the lamps", "Sweep the quay", "Paint the boats", "Mend the nets")
    places = itertools.cycle(("x\t\t", "\tx\t", "\t\tx", "\tx\t"))
    return [f"{action}\tIOX\t{marks}" for action, marks in zip(actions, places, strict=False)]


def test_the_shipped_plans_hold_their_items(real_encoder: Encoder, shipped: Catalogue) -> None:
    by_document = itertools.groupby(shipped.passages(), key=lambda passage: passage.document.id)
    found = {id: _records(real_encoder, list(own)) for id, own in by_document}
    assert {id: len(own) for id, own in found.items() if own} == {
        "tip-forward-work-plan-2015-17": 10,
        "tip-forward-work-plan-2024-26": 16,
    }
    assert all(r.number and (r.lead or r.status) for own in found.values() for r in own)


def test_a_property_of_which_nothing_is_said_does_not_end_the_record(real_encoder: Encoder) -> None:
    writer = LayoutWriter()
    matters = (("Light the Channel", ""), ("Sweep the Quay", "Lamp makers"), ("Mend the Nets", "Masters"))
    for matter, other in matters:
        cells = (
            ("Lead actors", "Northland" if other else "Suden"),
            ("Other actors", other),
            ("Status", "Completed"),
        )
        writer.table([TableRow(((matter, 2),)), *(TableRow(((key, 1), (said, 1))) for key, said in cells)])
        writer.text("What comes after stands alone.")
    found = _records(real_encoder, passages(DOCUMENT, writer.finished(), writer.pieces))
    assert [(r.text, r.lead, r.status, len(r.fields)) for r in found] == [
        ("Light the Channel", ("Suden",), "Completed", 2),
        ("Sweep the Quay", ("Northland",), "Completed", 3),
        ("Mend the Nets", ("Northland",), "Completed", 3),
    ]


def test_a_long_value_is_several_passages_of_one_record(real_encoder: Encoder) -> None:
    results = " ".join(
        f"In month {n} the office hung lamp {n} on the northern pier of the port." for n in range(1, 31)
    )
    writer = LayoutWriter()
    for matter, lead in (("Light the Channel", "Suden"), ("Sweep the Quay", "Northland")):
        cells = (("Lead actors", lead), ("Results", f"{matter}. {results}"), ("Status", "Completed"))
        writer.table([TableRow(((matter, 2),)), *(TableRow(((key, 1), (said, 1))) for key, said in cells)])
    found = _records(real_encoder, passages(DOCUMENT, writer.finished(), writer.pieces))
    assert [(r.text, r.status, r.fields["Results"]) for r in found] == [
        (matter, "Completed", f"{matter}. {results}") for matter in ("Light the Channel", "Sweep the Quay")
    ]
    assert all(len(passage.text) <= LIMIT for r in found for passage in r.passages)
    assert all(len(r.passages) > 5 for r in found)


def test_decisions_with_who_and_when_are_records(real_encoder: Encoder) -> None:
    rows = "\n".join(
        f"{n}\tCirculate calendar {n} of the tides\tSecretariat\t{n} June 2032" for n in range(1, 5)
    )
    found = _records(real_encoder, read(f"No.\tDecision\tResponsible\tDeadline\n{rows}\n"))
    assert [(r.number, r.lead, r.deadline) for r in found][:2] == [
        ("1", ("Secretariat",), "1 June 2032"),
        ("2", ("Secretariat",), "2 June 2032"),
    ]


def _notice(subject: str) -> str:
    return (
        f"Directions for Pilots; {subject}\n\nAGENCY: Pilots Office.\nACTION: Notice of a rule.\n\n"
        f"SUMMARY: {'The office means to set a rule for all boats. ' * 10}\n\n"
        f"DATES: {'Comments must come before the day on which the rule is set. ' * 8}\n\n"
        "What comes next is the text itself, at some length, and it says more of the rule.\n\n"
    )


def test_labels_that_head_the_paragraphs_of_a_notice_are_no_record(real_encoder: Encoder) -> None:
    found = read(_notice("Lamps") + _notice("Nets"))
    assert _records(real_encoder, found) == []
    assert {passage.kind for passage in found} == {"paragraph"}


def test_questions_by_their_numbers_are_no_unit() -> None:
    questions = "\n".join(f"- Q{n}: How should channel {n} be lit at night?" for n in (1, 2))
    found = read(f"Lamps\n\n{questions}\n\nNets\n\n{questions}\n")
    assert {passage.kind for passage in found} == {"item"}
