"""Who invented documents of many kinds are: title, issuer, kind and period, and what series they belong to."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.identity.names import full_name
from corpus.identity.series import same_series, series
from corpus.proposals import propose
from corpus.types import Document
from tests.corpus.identified import IdentityCase, cases

# What is known to be missed; each is marked to be confirmed but the kind.
MISSED = {
    "CED_C_EST_CO_2.pdf": {"kind"},
    "Q1.docx": {"period"},
    "MOU signed copy.docx": {"issuer", "period"},
    "communique.md": {"issuer"},
    "curriculum.pdf": {"issuer"},
    "res-44-12.pdf": {"title"},
    "tor_rev2.docx": {"period"},
}
pytestmark = pytest.mark.usefixtures("read_here")
PLAN = Document("a", "Forward Work Plan 2024-26", "Harbour Group", "work plan", (2024, 2026), "a.txt", "0")


@pytest.mark.parametrize(
    "case", [*cases("identity.jsonl"), *cases("identity_unseen.jsonl")], ids=lambda case: case.file
)
def test_documents_of_many_kinds(case: IdentityCase, tmp_path: Path) -> None:
    found = propose(case.write(tmp_path))
    wrong = {name for name, right in case.right(found).items() if not right}
    assert wrong == MISSED.get(case.file, set())
    assert wrong - {"kind"} <= {*found.document.confirm}


def test_the_plans_of_a_group_are_a_series() -> None:
    assert series("Updated Forward Work Plan 2015-17, Harbour Working Group") == (
        "Forward Work Plan, Harbour Working Group"
    )
    assert series("Rules of the Harbour") is None
    older = replace(PLAN, id="b", title="Updated Forward Work Plan: 2015-17", period=(2015, 2017))
    assert same_series(PLAN, older)
    assert same_series(PLAN, replace(older, issuer="Harbour Group on Buoys"))


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, id="b", issuer="Pilots League"),
        replace(PLAN, id="b", issuer="unknown"),
        replace(PLAN, id="b", title="Work Plan on Buoys 2015-17"),
        replace(PLAN, id="b", title="Annual Report 2015", kind="report"),
    ],
    ids=lambda other: f"{other.title}, {other.issuer}",
)
def test_plans_of_another_group_are_no_series(other: Document) -> None:
    assert not same_series(PLAN, other)


def test_a_document_is_called_by_what_is_known_of_it() -> None:
    report = replace(PLAN, title="Report on Buoys", period=(2030, 2031))
    assert full_name(report) == "Report on Buoys, harbour group 2030-2031"
    assert full_name(replace(report, confirm=("issuer", "period"))) == "Report on Buoys"
    assert full_name(PLAN) == "Forward Work Plan 2024-26, harbour group"
