"""What must come out of the real documents of `shared/transfer`, counted there by eye; without that folder nothing is checked."""

from functools import cache
from pathlib import Path

import pytest

from corpus.layout import from_json_lines
from corpus.passages import passages
from corpus.proposals import propose
from corpus.records import Record, records
from corpus.structure.blocks import blocks
from corpus.types import Passage
from index.columns import ColumnRoles
from index.encoders.base import Encoder

DOCUMENTS = Path(__file__).parents[3] / "shared/transfer/documents"
pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents of shared/transfer are not here"
)
NOTICE, OPTIONS, SELF_ASSESSMENT = "federal-register*", "2-5-24*", "NAP2SA*"
PLAN, WEB_PLAN, MEETING = "FDS-2021*", "2020-federal*", "7_15_24*"
FURNITURE = {
    NOTICE: ("Federal Register / Vol.", "Vol. 85, No. 152\n", "jbell on DSK", "VerDate"),
    OPTIONS: ("Page 2 of 8",),
    PLAN: ("Federal Data Strategy 2021 Action Plan 7", "Agency Actions Community of Practice"),
    WEB_PLAN: ("Skip to", "Back to top", "Home"),
    SELF_ASSESSMENT: (),
    MEETING: (),
}


@cache
def _passages(name: str) -> list[Passage]:
    (path,) = DOCUMENTS.glob(name)
    found = propose(path)
    text = found.text or path.read_text("utf-8")
    return passages(found.document, text, from_json_lines(found.layout or "", name))


def _headings(name: str) -> set[str]:
    return {heading for passage in _passages(name) for heading in passage.section}


def _records(encoder: Encoder, name: str) -> list[Record]:
    return records(ColumnRoles(encoder).decided(_passages(name)))


def _rows(name: str, header: str) -> list[dict[str, str]]:
    return [dict(p.fields) for p in _passages(name) if header in p.fields and p.kind in ("row", "definition")]


@pytest.mark.parametrize("name", FURNITURE)
def test_what_belongs_to_the_page_is_in_no_passage(name: str) -> None:
    said = "\n".join(" ".join(passage.text.split()) for passage in _passages(name))
    assert not [words for words in FURNITURE[name] if words in said]


def test_each_commitment_has_its_leads_and_how_far_it_is(real_encoder: Encoder) -> None:
    found = _records(real_encoder, SELF_ASSESSMENT)
    assert len(found) == 26
    assert all(record.lead and record.status and record.number for record in found)
    assert [len(record.fields) for record in found if "Other actors involved" in record.fields] == [10] * 20
    assert found[-1].fields["Next steps"].endswith("in regular consultation with civil society.")


def test_milestones_are_records_some_with_a_lead(real_encoder: Encoder) -> None:
    found = _records(real_encoder, PLAN)
    assert len(found) == 21
    assert sum(bool(record.lead) for record in found) == 11
    assert sum(heading.startswith("Action ") for heading in _headings(PLAN)) == 11
    assert len(_rows(PLAN, "In 2020 we learned…")) == 5


def test_milestones_of_a_web_page_are_records(real_encoder: Encoder) -> None:
    """19 tables are HTML and have 60 rows; the one of action 2 is written with bars and has 6: 66, not 62."""
    found = _records(real_encoder, WEB_PLAN)
    assert len(found) == 66
    assert sum(bool(record.lead) for record in found) == 47
    assert len({record.passage.section[-1] for record in found}) == 20


def test_a_notice_has_no_plan_in_it(real_encoder: Encoder) -> None:
    assert _records(real_encoder, NOTICE) == []


def test_tables_over_the_columns_of_a_notice() -> None:
    found = _rows(NOTICE, "Labor cost")
    assert [(row["Action"], row["Parts cost"], row["Cost on U.S. operators"]) for row in found] == [
        ("FCC OPS installation and verification", "$0", "$6,205."),
        ("AFM revisions", "$0", "$6,205."),
        ("MDS installation and verification, INOP marker removal.", "$0", "$6,205."),
        ("Stabilizer wiring change", "Up to $3,790", "Up to $766,865."),
        ("AOA sensor system test", "$0", "$248,200."),
    ]
    assert found[3]["Labor cost"] == "Up to 79 work-hours × $85 per hour = Up to $6,715."


def test_the_labels_of_a_notice_begin_paragraphs() -> None:
    said = [" ".join(passage.text.split()) for passage in _passages(NOTICE)]
    assert "DATES: The FAA must receive comments on this proposed AD by September 21, 2020." in said
    assert sum(text.startswith(("AGENCY:", "ACTION:", "SUMMARY:", "DATES:")) for text in said) == 8


def test_options_with_their_labels() -> None:
    found = [set(passage.fields) for passage in _passages(OPTIONS) if passage.kind == "row"]
    labels = {
        "Cost",
        "Time to Implement",
        "Amount of Control",
        "Meets U.S. Regulatory Requirements",
        "Meets OGP IRM MSF requirements",
    }
    assert found == [{"Item", *labels}] * 4
    _, *levels = [p for p in _passages(OPTIONS) if "Level of Public Influence" in p.section]
    assert len(levels) == 6
    assert {"Purpose:", "Background", "MSF Requirements", "Conclusion"} <= _headings(OPTIONS)


def test_a_meeting_has_two_tables_of_attendees_and_no_plan(real_encoder: Encoder) -> None:
    rows = [passage.section[-1] for passage in _passages(MEETING) if passage.kind == "row"]
    assert rows == ["Virtual:"] * 26 + ["In Person:"] * 16
    assert _records(real_encoder, MEETING) == []
    assert {"Agenda:", "Key Resources:", "Q&A"} <= _headings(MEETING)


def test_front_matter_is_no_text() -> None:
    for name in ("2021-12-03*", "2022-06-10*"):
        (path,) = DOCUMENTS.glob(name)
        found = propose(path)
        source = path.read_text("utf-8")
        assert found.document.title
        assert source.startswith("---")
        assert blocks(source, found.document.title)[0].kind == "furniture"
        assert not any(passage.text.startswith(("---", "title:", "date:")) for passage in _passages(name))
