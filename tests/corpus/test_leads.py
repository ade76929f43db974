"""Leads are names: what is one, what is several, and who only helps."""

import pytest

from corpus.leads import LeadNames, known_leads


@pytest.mark.parametrize(
    ("cell", "leads"),
    [
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        ("Antigua & Barbuda", ["Antigua & Barbuda"]),
        ("Saint Kitts and Nevis, Trinidad and Tobago", ["Saint Kitts and Nevis", "Trinidad and Tobago"]),
        ("Sao Tome and Principe", ["Sao Tome and Principe"]),
        ("Fiji and Tonga", ["Fiji", "Tonga"]),
        ("Australia / Thailand", ["Australia", "Thailand"]),
        ("Republic of Korea; Japan", ["Republic of Korea", "Japan"]),
        ("Republic of Korea and Japan", ["Republic of Korea", "Japan"]),
        (
            "Department of Immigration and Border Protection",
            ["Department of Immigration and Border Protection"],
        ),
        ("Ministry of Transport, Works and Energy", ["Ministry of Transport, Works and Energy"]),
        ("Ministry of Health and WHO", ["Ministry of Health", "WHO"]),
        ("Ministry of Health and Ministry of Justice", ["Ministry of Health", "Ministry of Justice"]),
        ("Pilots Office, Ministry of Quays", ["Pilots Office", "Ministry of Quays"]),
        ("Food and Agriculture Organization", ["Food and Agriculture Organization"]),
        (
            "National Archives and Records Administration (NARA), Office of Management and Budget (OMB)",
            ["National Archives and Records Administration (NARA)", "Office of Management and Budget (OMB)"],
        ),
        ("Customs and Border Force", ["Customs and Border Force"]),
        ("River office and Suden", ["River office", "Suden"]),
        ("Norden (with Suden)", ["Norden"]),
        ("Suden, supported by IOM", ["Suden"]),
        ("Norden with the help of the harbour office", ["Norden"]),
        (
            "International Organization for Migration (IOM)",
            ["International Organization for Migration (IOM)"],
        ),
        ("TBC", []),
        ("n/a", []),
        ("To be determined", []),
        ("–", []),
    ],
)
def test_names_in_a_cell(cell: str, leads: list[str]) -> None:
    assert LeadNames(known_leads([cell])).read(cell) == tuple(leads)


def test_a_name_that_stands_alone_elsewhere_is_one_by_itself() -> None:
    cells = ["Norden and Harbour Office", "Norden", "Harbour Office"]
    assert LeadNames(known_leads(cells)).read(cells[0]) == ("Norden", "Harbour Office")
    assert LeadNames(known_leads(cells[:1])).read(cells[0]) == ("Norden and Harbour Office",)
