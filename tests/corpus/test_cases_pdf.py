"""PDF files with one difficulty each: what a reader of the page expects is what the passages say."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.passages import passages
from corpus.readers.pdf import read_pdf
from corpus.structure.blocks import blocks
from corpus.types import Block, Document, Passage
from tests.corpus.reading import read_file

with warnings.catch_warnings():  # of its own imports
    warnings.simplefilter("ignore")
    from fpdf import FPDF

CASES = Path(__file__).parent / "cases"
REAL = Path(__file__).parents[2].parent / "shared/transfer/documents"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the documents of shared/transfer are not here")


def _file(name: str) -> Path:
    return next((REAL if (REAL / name).exists() else CASES).glob(f"{name}*"))


def _blocks(name: str) -> list[tuple[str, str, Block]]:
    """Kind, text and block of each block of a file."""
    extracted = read_file(_file(name))
    found = blocks(extracted.text, extracted.title, extracted.pieces)
    return [(block.kind, _flat(extracted.text[block.start : block.end]), block) for block in found]


def _passages(name: str) -> list[Passage]:
    extracted = read_file(_file(name))
    document = Document(
        "made", extracted.title, "Forum", "plan", (2031, 2031), "documents/made.pdf", "0" * 64
    )
    return passages(document, extracted.text, extracted.pieces)


def _texts(name: str, kind: str) -> list[str]:
    return [text for found, text, _ in _blocks(name) if found == kind]


def _said(name: str) -> str:
    """What the passages of a file say, one a line."""
    return "\n".join(_flat(passage.text) for passage in _passages(name))


def _fields(name: str) -> list[dict[str, str]]:
    return [{k: _flat(v) for k, v in p.fields.items()} for p in _passages(name) if p.kind == "row"]


def _flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("path", sorted(CASES.glob("*.pdf")), ids=lambda path: path.stem[:3])
def test_every_visible_character_is_in_one_piece(path: Path) -> None:
    if path.name.startswith("19"):
        return
    extracted = read_file(path)
    position = 0
    for piece in extracted.pieces:
        assert position <= piece.start < piece.end
        assert not extracted.text[position : piece.start].strip()
        position = piece.end
    assert not extracted.text[position:].strip()


def test_contents_are_furniture() -> None:
    assert len(_texts("04b", "contents")) == 5
    assert "Berth fees 3" not in _said("04b")
    assert "A berth costs thirty crowns a night" in _said("04b")


def test_calls_of_notes_are_apart() -> None:
    said = _said("05b")
    assert "raised in 2019 by the lake council. It stands 41 metres above" in said
    assert _texts("05b", "footnote") == [
        "3 See the minutes of the council of May 2019.",
        "4 Measured from the top of the quay wall.",
    ]


@pytest.mark.parametrize("name", ["06-", "06d"])
def test_wrapped_cells_without_rules_stay_in_their_rows(name: str) -> None:
    assert [(row["Lead"], row["Status"]) for row in _fields(name)] == [
        ("Norden with the help of the harbour office", "Pending until the new chains come from the forge"),
        ("Lighthouse board", "Complete, reported to the council in May"),
        ("River office and Suden", "Delayed by storms; new date is the third week of June"),
    ]


def test_fields_of_forms_are_read_where_they_stand() -> None:
    said = _said("18")
    assert "Name of the boat: Grey Heron" in said
    assert "Home port: Easthaven" in said
    assert "Insured: ☒" in said


def test_fonts_that_do_not_say_their_letters_are_refused() -> None:
    with pytest.raises(ReadError, match="fonts") as refused:
        read_file(_file("19"))
    assert "character recognition" in refused.value.remedy


def test_a_watermark_is_left_out() -> None:
    text = read_file(_file("21")).text
    assert "COPY" not in text
    assert "DRAFT" not in text
    assert "The office publishes the depth that was reached within ten days." in _flat(text)


def test_hyphens_of_compounds_are_kept() -> None:
    said = _said("33")
    for word in ("counter-smuggling", "twenty-first", "well-being", "international", "re-signs", "2024-2025"):
        assert word in said


def test_heads_and_feet_of_two_pages_are_left_out() -> None:
    said = _said("34")
    assert "Confidential" not in said
    assert "circular page" not in said
    assert "unless the council has raised the quota" in said


def test_the_title_is_set_in_the_largest_type_of_the_first_page() -> None:
    for name, title in (
        ("p06", "Report of the Pilots Group on its tenth session: Eastmark"),
        ("p09", "Eastmark"),
    ):
        extracted = read_file(_file(name))
        largest = max(extracted.pieces, key=lambda piece: piece.look.size)
        assert _flat(extracted.text[largest.start : largest.end]) == title


def test_running_heads_are_furniture_that_can_beread_file() -> None:
    assert _texts("p07", "furniture") == [
        "HARBOUR FORUM FIFTH ACTION PLAN",
        "MID-TERM SELF-ASSESSMENT REPORT",
        "2030-2032",
    ]
    assert len(_texts("p07", "contents")) == 2
    assert _texts("p07", "heading") == ["A LETTER FROM THE SECRETARY", "ACTION PLAN PROCESS"]


def test_bold_recommendations_are_items() -> None:
    items = _texts("s01", "item")
    assert [item.split()[0] for item in items] == ["40.1", "40.2", "40.3", "40.4", "40.5"]
    assert items[2].endswith("punishing those who lay them (Eastmark);")
    (after,) = [block for kind, text, block in _blocks("s01") if text.startswith("The recommendations above")]
    assert not after.lead_in


def test_a_number_and_its_answer_are_one() -> None:
    items = _texts("s02", "item")
    assert [item.split()[0] for item in items] == ["40.11-14", "40.18-19", "40.47"]
    assert items[2].startswith("40.47 A manual on pilotage was printed in 2030 and sent to all ports.")


def test_key_value_tables_have_a_row_each_and_their_grid() -> None:
    extracted = read_file(_file("s06"))
    rows = [piece for piece in extracted.pieces if piece.kind == "row"]
    cells: dict[int, list[list[str]]] = {piece.table: [] for piece in rows}
    for piece in rows:
        cells[piece.table].append([extracted.text[start:end] for start, end in piece.cells])
    first, second = cells.values()
    assert first[1] == ["Lead actors", *["Pilots Office"] * 4]
    assert first[5] == ["Completion level", "Not started", "Limited", "Substantial", "Completed"]
    assert first[6] == ["Completion level", "", "", "x", ""]
    assert second[6] == ["Completion level", "", "x", "", ""]


def test_columns_and_a_table_across_them() -> None:
    text = _flat(read_file(_file("s08")).text)
    places = [
        text.find(start)
        for start in (
            "The office reckons",
            "Masters who laid",
            "Comments are",
            "ESTIMATED COSTS",
            "Action Labour",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert _fields("s08") == [
        {
            "Action": "Survey of the keel and of the rudder",
            "Labour cost": "2 hours x $85 = $170",
            "Parts cost": "$0",
            "Cost per boat": "$170",
            "Cost in all": "$12,410",
        },
        {
            "Action": "New lamp",
            "Labour cost": "1 hour x $85 = $85",
            "Parts cost": "$40",
            "Cost per boat": "$125",
            "Cost in all": "$9,125",
        },
    ]
    assert text.rfind("The office reckons") > text.find("$9,125")


def test_justified_lines_are_a_paragraph() -> None:
    (paragraph,) = _texts("s09", "paragraph")
    assert "found that 80 open points on the register" in paragraph
    assert paragraph.endswith("before the next meeting.")


def test_cells_belong_to_headers_by_position() -> None:
    rows = _fields("s11")
    assert [row.get("Organisation/Country") for row in rows[:4]] == [
        "Northland",
        "Eastmark",
        None,
        "Southisle",
    ]
    assert [row["Topic"] for row in rows[4:]] == ["Welcome", "Register as part of the chart"]
    assert rows[4]["Summary"].endswith("settle open points before the register is closed.")


def test_sideways_text_is_left_out() -> None:
    assert _texts("s12", "heading") == [f"Part {number}. Boats that are laid up" for number in (1, 2, 3)]
    assert "NOTICES" not in read_file(_file("s12")).text


def test_the_foot_of_the_first_page_is_left_out() -> None:
    assert "talks between the members and the fishers necessary" in _said("s14")
    assert "Page 1 of 4" not in _said("s14")


def test_wide_gaps_make_no_table() -> None:
    assert [kind for kind, _, _ in _blocks("s18")] == ["paragraph"]


def test_hanging_numbers_are_items() -> None:
    items = _texts("s20", "item")
    assert [item[:2] for item in items] == ["1.", "2.", "3."]
    assert items[0].endswith("It met in Portside and elected a reader.")


def test_rows_that_the_end_of_a_page_cuts_are_whole() -> None:
    rows = _fields("t01")
    assert [row["No."] for row in rows] == [str(number) for number in range(1, 13)]
    assert all(row["Commitment"].endswith("before the next meeting of the group.") for row in rows)
    marks = [[name for name in row if name.startswith("Progress")] for row in rows]
    states = ("Progress – Not started", "Progress – Under way", "Progress – Completed")
    assert marks == [[states[number % 3]] for number in range(12)]


_COSTS = (
    ("Survey of the keel ...", "2 hours ...", "$170 ..."),
    ("New lamp ...", "1 hour ...", "$85 ..."),
    ("Sounding of the channel", "40 hours and", "$3,400"),
    ("and of the basin.", "a day.", ""),
)


def _ruled_costs(rows: Sequence[Sequence[str]]) -> bytes:
    """A table with a rule below its header and uprights between columns, and none between rows."""
    pdf = FPDF(format="A4")
    pdf.add_page()
    pdf.set_font("Helvetica", "", 9)
    edges, top = (20, 65, 90, 120), 40
    for rule in (top, top + 8, top + 8 + 5 * len(rows)):
        pdf.line(edges[0], rule, edges[-1], rule)
    for edge in edges[1:-1]:
        pdf.line(edge, top, edge, top + 8 + 5 * len(rows))
    for x, name in zip(edges, ("Action", "Labour", "Cost"), strict=False):
        pdf.text(x + 5, top + 5, name)
    for number, row in enumerate(rows):
        for x, text in zip(edges, row, strict=False):
            inset = 4 if text.startswith("and") else 1
            pdf.text(x + inset, top + 12 + 5 * number, text)
    return bytes(pdf.output())


def test_rows_that_no_rule_parts_are_told_by_their_lines() -> None:
    extracted = read_pdf(_ruled_costs(_COSTS), "costs.pdf")
    rows = [piece for piece in extracted.pieces if piece.kind == "row"]
    assert [[extracted.text[slice(*cell)] for cell in piece.cells] for piece in rows] == [
        ["Action", "Labour", "Cost"],
        ["Survey of the keel", "2 hours", "$170"],
        ["New lamp", "1 hour", "$85"],
        ["Sounding of the channel and of the basin.", "40 hours and a day.", "$3,400"],
    ]


def test_one_row_that_fills_its_cells_stays_one() -> None:
    wrapped = (
        ("Survey of the keel and of rudder", "two hours for", "some crowns and"),
        ("that the office of pilots wants", "each boat here", "more for lamps"),
    )
    extracted = read_pdf(_ruled_costs(wrapped), "costs.pdf")
    assert len([piece for piece in extracted.pieces if piece.kind == "row"]) == 2


def _labelled() -> bytes:
    pdf = FPDF(format="A4")
    pdf.add_page()
    for label, text in (
        ("AUTHORITY:", "The Pilots Office of the inner lakes, which answers to the council of members."),
        ("DATES:", "Comments must reach the office before the twenty-first day of September of this year."),
    ):
        pdf.set_font("Helvetica", "B", 8)
        pdf.write(5, label + " ")
        pdf.set_font("Helvetica", "", 10)
        pdf.write(5, text + " Those that come later are read if there is time for them.\n")
    return bytes(pdf.output())


def test_a_label_in_another_type_begins_a_paragraph_and_stays_in_it() -> None:
    extracted = read_pdf(_labelled(), "labels.pdf")
    found = [_flat(extracted.text[piece.start : piece.end]) for piece in extracted.pieces]
    assert [text.split()[0] for text in found] == ["AUTHORITY:", "DATES:"]
    assert all(text.endswith("if there is time for them.") for text in found)


def _gazette() -> bytes:
    """Four pages with a running head; on the first its parts stand one below the other."""
    pdf = FPDF(format="A4")
    for page, birds in enumerate(("Herons", "Ospreys", "Gulls", "Terns"), 1):
        pdf.add_page()
        pdf.set_font("Helvetica", "", 8)
        head = ("Pilots Gazette", f"Volume 4, No. {page}")
        for line in head if page == 1 else (f"{' / '.join(head)} / Notices of the office",):
            pdf.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", "", 10)
        for number in range(1, 30):
            text = f"{birds} number {number} rest at the quay until the storm has passed over the lake and its ports."
            pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def test_parts_of_a_running_head_on_the_first_page_are_furniture() -> None:
    extracted = read_pdf(_gazette(), "gazette.pdf")
    said = [
        extracted.text[piece.start : piece.end] for piece in extracted.pieces if piece.kind != "furniture"
    ]
    assert said[0].startswith("Herons number 1")
    assert not any("Gazette" in text for text in said)


@needs_real
def test_milestones_notes_and_figures_of_a_plan() -> None:
    name = "FDS-2021"
    rows = [row for row in _fields(str(next(REAL.glob(f"{name}*")).name)) if "Milestone" in row]
    assert len(rows) == 21
    assert sum("Responsible Party" in row for row in rows) == 11
    assert len([t for t in _texts(_real(name), "footnote") if t.split(".")[0].isdigit()]) == 14
    said = _said(_real(name))
    assert "Agency Actions Community of Practice" not in said
    assert "Federal Data Strategy 2021 Action Plan 7" not in said
    assert "Foundational Activities" not in said
    assert len([row for row in _fields(_real(name)) if "In 2020 we learned…" in row]) == 5


@needs_real
def test_key_value_tables_go_on_over_pages() -> None:
    extracted = read_file(_file(_real("NAP2SA")))
    rows = [piece for piece in extracted.pieces if piece.kind == "row"]
    firsts = [extracted.text[slice(*piece.cells[0])] for piece in rows]
    assert firsts.count("Lead government actors") == 26
    assert firsts.count("Next steps") == 26
    leads = [p.table for p, first in zip(rows, firsts, strict=True) if first == "Lead government actors"]
    steps = [p.table for p, first in zip(rows, firsts, strict=True) if first == "Next steps"]
    assert leads == steps
    assert len(set(leads)) == 26


@needs_real
def test_three_columns_with_notes_at_their_feet() -> None:
    name = _real("federal-register")
    said = _said(name)
    assert "jbell" not in read_file(_file(name)).text
    assert "Federal Register / Vol. 85, No. 152 / Thursday, August 6, 2020 / Proposed Rules" not in said
    assert "this proposed AD affects 73 airplanes of U.S. registry" in said
    notes = [text.split()[0] for text in _texts(name, "footnote")]
    assert [str(number) for number in range(1, 16)] == notes[:15]


@needs_real
def test_options_of_a_paper() -> None:
    name = _real("2-5-24")
    assert [text.split()[0] for text in _texts(name, "footnote")] == [str(number) for number in range(1, 9)]
    assert "Page 2 of 8" not in _said(name)
    heads = _texts(name, "heading")
    assert {"Background", "MSF Requirements", "Conclusion"} <= set(heads)


def _real(start: str) -> str:
    return next(REAL.glob(f"{start}*")).name
