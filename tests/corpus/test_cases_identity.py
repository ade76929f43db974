"""What documents are: title, years, kind and issuer from what a reader would take them from."""

from pathlib import Path

import pytest

from corpus.catalogue import read_catalogue
from corpus.identity.kinds import kind
from corpus.proposals import Proposal, propose
from tests.test_layering import ROOT

CASES = Path(__file__).parent / "cases"
TRANSFER = ROOT.parent / "shared" / "transfer" / "documents"

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.mark.parametrize(
    ("name", "title", "period"),
    [
        ("p01-front-matter.md", "Joint Statement of the Harbour Forum, Third Meeting", (2031, 2031)),
        ("23-front-matter-2024.md", "Coast Radio Handbook", (2023, 2023)),
        ("p02-skip-link.html", "Harbour Forum Action Plan 2031", (2031, 2031)),
        (
            "p06-symbol-first.pdf",
            "Report of the Pilots Group on its tenth session: Eastmark",
            (2031, 2031),
        ),
        ("p07-contents-first.pdf", "Fifth Action Plan, Mid-term Self-Assessment Report", (2030, 2032)),
        ("s03-labels.txt", "Draft Harbour Plan 2031", (2031, 2031)),
        ("s04-milestones.md", "Harbour Action Plan 2032", (2032, 2032)),
        ("s06-key-value-tables.pdf", "Self-Assessment of the Harbour Plan 2030-2032", (2030, 2032)),
        (
            "s11-minutes-table.pdf",
            "Minutes of the Webinar on the Register of Buoys, 15 September 2031",
            (2031, 2031),
        ),
        ("s16-terms-of-reference-2031.docx", "Terms of Reference of the Pilots Group", (2031, 2031)),
        ("a01-person.txt", "Overview of the Quay Meeting, July 2031", (2031, 2031)),
        ("a02-meeting-2031.txt", "Fourth Meeting of the Pilots Group, March 2031", (2031, 2031)),
        ("a04-options.txt", "Ways to Found a Forum, January 2031", (2031, 2031)),
        ("a05-penalty.txt", "Compilation on Eastmark, November 2031", (2031, 2031)),
        ("04-toc-2024.docx", "Guide to Berths 2024", (2024, 2024)),
        ("07-heading-numbers-2024.docx", "Lake Basin Charter 2024", (2024, 2024)),
    ],
)
def test_title_and_years(name: str, title: str, period: tuple[int, int]) -> None:
    proposed = propose(CASES / name)
    assert title.casefold() in proposed.document.title.casefold()
    assert proposed.document.period == period
    assert not {"title", "period"} & {*proposed.document.confirm}


def test_the_subject_in_a_heading_is_the_title() -> None:
    document = propose(CASES / "p09-title-as-heading.pdf").document
    assert document.title.startswith("Eastmark")
    assert document.period == (2031, 2031)


@pytest.mark.parametrize(
    "name", ["p04-matrix.docx", "s01-bold-recommendations.pdf", "s20-hanging-numbers.pdf"]
)
def test_without_a_title_the_name_of_the_file_is_to_be_confirmed(name: str) -> None:
    document = propose(CASES / name).document
    assert document.title == Path(name).stem.replace("-", " ")
    assert {"title", "kind", "period"} <= {*document.confirm}
    assert 1961 not in document.period


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("p01-front-matter.md", "2031-05-06"),
        ("p06-symbol-first.pdf", "2031-03-24"),
        ("a02-meeting-2031.txt", "2031-03"),
    ],
)
def test_the_day_it_came_out(name: str, date: str) -> None:
    assert propose(CASES / name).document.date == date


@pytest.mark.parametrize(("name", "id"), [("会议纪要.txt", "huiyijiyao"), ("การประชุม.txt", "karprachum")])
def test_names_in_any_script_have_ids(name: str, id: str) -> None:
    assert propose(CASES / name).document.id == id


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Joint Statement of the Harbour Forum", "statement"),
        ("Forward Work Plan 2024-26, Harbour Working Group", "work plan"),
        ("FACT SHEET: The National Action Plan to Keep Buoys", "fact sheet"),
        ("Fifth Action Plan, Mid-term Self-Assessment Report", "self-assessment"),
        ("Terms of Reference of the Pilots Group", "terms of reference"),
        ("Eastmark – Compilation prepared by the Secretary", "compilation"),
        ("Buoys of 2029-2031", "document"),
    ],
)
def test_the_kind_is_the_noun_that_the_title_is_of(title: str, expected: str) -> None:
    assert kind(title).value == expected


def test_documents_of_the_project_are_in_english_and_of_their_kinds() -> None:
    catalogue = read_catalogue(ROOT / "corpus")
    for document in catalogue.documents:
        proposed = propose(catalogue.folder / document.file).document
        assert proposed.language == "en"
        assert (proposed.kind, proposed.period) == (document.kind, document.period)


@pytest.fixture(scope="module")
def transferred() -> dict[str, Proposal]:
    """The real documents beside the repository, by their ids."""
    if not TRANSFER.is_dir():
        pytest.skip("the documents of ../shared/transfer are not here")
    return {(found := propose(path)).document.id: found for path in sorted(TRANSFER.iterdir())}


TITLES = {
    "fds-2021-action-plan": "Federal Data Strategy 2021 Action Plan",
    "2020-federal-data-strategy-action-plan": "2020 Action Plan – Federal Data Strategy",
    "nap2sa-mid": "United States of America – Midterm Self-Assessment Report for the Open Government Partnership",
    "2-5-24-u-s-multi-stakeholder-forum-alternatives-analysis": "U.S. Multi-Stakeholder Forum Alternatives Analysis",
    "7-15-24-pnw-open-government-meeting-overview": "PNW Open Government Meeting Overview",
    "2021-12-03-fact-sheet-the-national-action-plan-to-combat-human-trafficking-nap": "FACT SHEET: The National"
    " Action Plan to Combat Human Trafficking (NAP)",
    "2022-06-10-los-angeles-declaration-on-migration-and-protection": "Los Angeles Declaration on Migration and"
    " Protection",
    "federal-register-2020-17221": "Airworthiness Directives; The Boeing Company Airplanes",
}


def test_real_documents_have_their_titles_and_kinds(transferred: dict[str, Proposal]) -> None:
    assert {*TITLES} == {*transferred}
    shown = {id: transferred[id].document.title for id in TITLES}
    assert {id: title for id, title in shown.items() if not title.startswith(TITLES[id])} == {}
    kinds = {id: transferred[id].document.kind for id in TITLES}
    assert [*kinds.values()] == [
        "action plan", "action plan", "self-assessment", "analysis", "overview", "fact sheet", "declaration",
        "notice",
    ]  # fmt: skip
    years = {found.document.period[0] for found in transferred.values()}
    assert years <= {2013, 2015, 2020, 2021, 2022, 2024}


def test_real_documents_have_the_issuers_that_they_name(transferred: dict[str, Proposal]) -> None:
    known = {
        id: found.document.issuer for id, found in transferred.items() if found.document.issuer != "unknown"
    }
    assert known == {
        "2020-federal-data-strategy-action-plan": "Federal Data Strategy",
        "fds-2021-action-plan": "Federal Data Strategy Development Team",
        "federal-register-2020-17221": "Federal Aviation Administration (FAA)",
        "nap2sa-mid": "United States of America",
    }


def test_real_documents_are_in_english(transferred: dict[str, Proposal]) -> None:
    assert {found.document.language for found in transferred.values()} == {"en"}
