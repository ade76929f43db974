"""Markdown and plain text: the small cases, one fault each, and others of their kinds."""

from pathlib import Path

import pytest

from corpus.structure.blocks import blocks
from corpus.text.markup import plain
from tests.corpus.reading import assert_accounted_for, read, shown

CASES = Path(__file__).parent / "cases"
REAL = Path(__file__).parents[3] / "shared/transfer/documents"
real = pytest.mark.skipif(
    not REAL.exists(), reason="needs the real documents, which are not part of the project"
)


def fields(source: str) -> list[dict[str, str]]:
    """The fields of the rows of a text."""
    assert_accounted_for(source)
    return [dict(passage.fields) for passage in read(source) if passage.fields]


def test_a_break_in_a_cell_is_a_blank() -> None:
    (row,) = fields((CASES / "37-br-in-cell-2024.md").read_text("utf-8"))
    assert row == {"Task": "Weigh and log", "Lead": "Suden", "Status": "Pending"}
    assert plain("Weigh<br>and<BR />log") == "Weigh and log"


def test_bars_that_are_escaped_part_no_cells() -> None:
    assert fields("| Task | Lead |\n|---|---|\n| Weigh \\| log | A \\_b\\_ |\n") == [
        {"Task": "Weigh | log", "Lead": "A _b_"}
    ]


def test_tables_need_no_outer_bars() -> None:
    source = "Tasks of the year:\n\nTask | Lead\n--- | :---:\nWeigh | Suden\nLog | Norden\n\nA | B stands in text.\n"
    assert fields(source) == [{"Task": "Weigh", "Lead": "Suden"}, {"Task": "Log", "Lead": "Norden"}]
    assert shown(source)[-1] == ("paragraph", "A | B stands in text.")


@pytest.mark.parametrize("bullet", "• ▪ · ■ □ ➢ ✓ ❖ \uf0b7 \uf0a7 ►".split())
def test_items_may_begin_with_a_symbol(bullet: str) -> None:
    source = f"The office keeps:\n\n{bullet} the lamps of the quay\n{bullet} the ropes of all\n  the boats\n"
    assert [kind for kind, _ in shown(source)] == ["paragraph", "item", "item"]


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        ("***What Has Changed  \n***  \n", "What Has Changed"),
        ("**Aid for the Ports,\nShips and Crews**\n", "Aid for the Ports, Ships and Crews"),
        ("__Aid for the Ports,\nShips and Crews__\n\n", "Aid for the Ports, Ships and Crews"),
    ],
)
def test_a_line_in_bold_is_a_heading_over_several_lines_too(written: str, heading: str) -> None:
    source = f"The plan was made in spring by\nall of the ports.\n\n{written}The quay is swept each morning by\nthe office.  \n"
    assert_accounted_for(source)
    assert shown(source)[1][0] == "heading"
    assert read(source)[-1].section == (heading,)
    assert read(source)[-1].text == "The quay is swept each morning by\nthe office."


def test_bold_words_that_begin_a_paragraph_are_no_heading() -> None:
    source = "**National Action\nPlan** is the name of it.\n\nIt is **long\nand wide**.\n"
    assert [kind for kind, _ in shown(source)] == ["paragraph", "paragraph"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("see [the\nplan](https://a.example/x_(y)/@z/b.pdf)", "see the plan"),
        ('[the plan](plan.html "The plan")', "the plan"),
        (r"\*not bold\* and **bold**", "*not bold* and bold"),
        (r"5 \# 3", "5 # 3"),
    ],
)
def test_links_and_escapes_are_shown_plain(written: str, said: str) -> None:
    assert plain(written) == said


def test_a_sentence_ends_before_the_call_of_a_note() -> None:
    source = f"The quay is swept each morning.[1] {'The crane is greased on Fridays by the engineer. ' * 9}"
    assert read(source)[0].text.startswith("The quay is swept each morning.[1] The crane")
    assert read(source)[1].text.startswith("The crane")


@real
@pytest.mark.parametrize(
    ("name", "headings", "items"),
    [
        ("2021-12-03*.md", ["What Has Changed", "What Remains Consistent"], 21),
        (
            "2022-06-10*.md",
            [
                "Promoting Stability and Assistance for Communities of Destination, Origin, Transit, and Return",
                "Promoting Regular Pathways for Migration and International Protection",
                "Promoting Humane Migration Management",
                "Promoting a Coordinated Emergency Response",
                "A Shared Approach to Reduce and Manage Irregular Migration",
            ],
            5,
        ),
    ],
)
def test_statements_with_bold_headings_and_wrapped_items(name: str, headings: list[str], items: int) -> None:
    (path,) = REAL.glob(name)
    source = path.read_text("utf-8")
    found = blocks(source)
    assert [block.section[-1] for block in found if block.kind == "heading"] == headings
    listed = [source[block.start : block.end] for block in found if block.kind == "item"]
    assert len(listed) == items
    assert all(item.endswith(".") for item in listed)
    assert {b.kind for b in found} == {"furniture", "paragraph", "heading", "item"}
