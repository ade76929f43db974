"""Word files with one difficulty each: what a reader of the document would expect of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.errors import ReadError
from corpus.passages import passages
from corpus.readers.docx import read_docx
from corpus.records import records, roles_by_words, with_roles
from corpus.structure.blocks import blocks
from corpus.types import Document, Passage
from tests.corpus.word import level, lists, numbered, p, r, table, tc, tr, word

CASES = Path(__file__).parent / "cases"
TRANSFER = Path(__file__).parents[3] / "shared" / "transfer" / "documents"
FIRST_ROW = '<w:tblLook w:firstRow="1" w:val="04A0"/>'
BOLD = "<w:b/>"


def case(name: str) -> bytes:
    """The file of a case."""
    (path,) = CASES.glob(f"{name}*.docx")
    return path.read_bytes()


def read(data: bytes, title: str = "") -> list[Passage]:
    """The passages of a Word file."""
    found = read_docx(data, "made")
    document = Document("made", title, "x", "x", (2024, 2024), "documents/made.docx", "0" * 64)
    return passages(document, found.text, found.pieces)


def shown(data: bytes) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    found = read_docx(data, "made")
    return [(b.kind, found.text[b.start : b.end]) for b in blocks(found.text, "", found.pieces)]


def rows(data: bytes) -> list[Mapping[str, str]]:
    """The fields of each row."""
    return [passage.fields for passage in read(data) if passage.kind in ("row", "definition")]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.docx")), ids=lambda path: path.stem)
def test_every_visible_character_lies_in_one_piece(path: Path) -> None:
    found = read_docx(path.read_bytes(), path.name)
    at = 0
    for piece in found.pieces:
        assert not found.text[at : piece.start].strip()
        assert found.text[piece.start : piece.end] == found.text[piece.start : piece.end].strip()
        at = piece.end
    assert not found.text[at:].strip()


def test_a_sentence_that_ends_in_a_quotation_mark_is_text() -> None:
    assert ("paragraph", "The master said: “The quay is swept each morning by the harbour office.”") in shown(
        case("02c")
    )


def test_columns_have_the_names_of_both_header_rows() -> None:
    northland = rows(case("03b"))[0]
    assert northland == {
        "Member": "Northland",
        "2023 – Planned": "12",
        "2023 – Done": "9",
        "2024 – Planned": "14",
        "2024 – Done": "13",
    }


def test_a_table_of_contents_is_not_read() -> None:
    assert [text for kind, text in shown(case("04")) if kind == "contents"] == [
        "Berth fees 3",
        "Night arrivals 5",
        "Winter closing 7",
    ]
    said = [(passage.kind, passage.text) for passage in read(case("04"))]
    assert ("heading", "Berth fees") in said
    assert not any(text.startswith("Berth fees 3") for _, text in said)
    (fees,) = [passage for passage in read(case("04")) if passage.text.startswith("A berth")]
    assert (fees.text, fees.section) == ("A berth costs thirty crowns a night.", ("Berth fees",))


def test_the_number_of_a_note_is_no_part_of_a_number() -> None:
    (text,) = [text for kind, text in shown(case("05c")) if kind == "paragraph"]
    assert text == "The mast was raised in 2019[3] by the council and stands 41[4] metres above the quay."


def test_headings_have_the_numbers_that_word_shows() -> None:
    assert [text for kind, text in shown(case("07-")) if kind == "heading"][1:] == [
        "1. General",
        "1.1 Purpose",
        "1.2 Terms",
        "2. Meetings",
        "2.1 Calling a meeting",
        "2.2 Quorum",
        "3. Money",
        "3.1 Fees",
        "3.2 Audit",
    ]
    (quorum,) = [passage for passage in read(case("07-")) if "seven members" in passage.text]
    assert quorum.section == ("2. Meetings", "2.2 Quorum")


def test_numbers_come_from_the_styles_that_a_style_is_based_on() -> None:
    assert [text for kind, text in shown(case("07b")) if kind == "item"] == [
        "Rule 1. Pilots board at the outer buoy.",
        "Rule 2. Pilots leave at the inner buoy.",
        "Rule 3. Pilots speak to the tower on channel nine.",
    ]


def test_lists_made_alike_count_on() -> None:
    assert [text[:3] for kind, text in shown(case("08")) if kind == "item"] == ["1. ", "2. ", "3. ", "4. "]


def test_rows_in_content_controls_are_rows() -> None:
    assert {row["Boat"]: row["Base"] for row in rows(case("09"))} == {
        "Heron": "East Quay",
        "Osprey": "West Quay",
        "Tern": "Mill Pier",
    }


def test_hidden_text_is_not_read() -> None:
    assert "ninety" not in read_docx(case("11"), "made").text
    style = (
        '<w:style w:type="character" w:styleId="Remark"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Draft"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Later"><w:basedOn w:val="Draft"/></w:style>'
    )
    remark = '<w:rStyle w:val="Remark"/>'
    body = f"<w:p>{r('Seen.')}{r(' Hidden.', remark)}</w:p>" + p("Hidden too.", '<w:pStyle w:val="Later"/>')
    assert read_docx(word(body, styles=style), "made").text == "Seen.\n"


def test_struck_text_is_not_read() -> None:
    assert [text for kind, text in shown(case("12")) if kind == "paragraph"] == [
        "The mooring fee for visiting boats is forty-five crowns a night.",
        "Boats without a licence leave within a day.",
    ]
    assert read_docx(word(p("Old.", run="<w:dstrike/>") + p("New.")), "made").text == "New.\n"


def test_equations_are_written_on_one_line() -> None:
    (text,) = [text for kind, text in shown(case("13b")) if kind == "paragraph"]
    assert text == "The berth fee is 12 × length + 35 crowns for each night."


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        ("<m:f><m:num>{a+b}</m:num><m:den>{2}</m:den></m:f>", "(a+b)/2"),
        ("<m:sSup><m:e>{x}</m:e><m:sup>{2}</m:sup></m:sSup>", "x^2"),
        ("<m:sSub><m:e>{x}</m:e><m:sub>{i+1}</m:sub></m:sSub>", "x_(i+1)"),
        ("<m:rad><m:radPr><m:degHide/></m:radPr><m:deg/><m:e>{x+1}</m:e></m:rad>", "√(x+1)"),
        ("<m:d><m:e>{a}</m:e></m:d>", "(a)"),
        ('<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>{a}</m:e></m:d>', "[a]"),
        (
            '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{i=1}</m:sub><m:sup>{n}</m:sup><m:e>{i}</m:e></m:nary>',
            "∑_(i=1)^n i",
        ),
        ("<m:m><m:mr><m:e>{1}</m:e><m:e>{2}</m:e></m:mr><m:mr><m:e>{3}</m:e><m:e>{4}</m:e></m:mr></m:m>", "[1, 2; 3, 4]"),
    ],
)  # fmt: skip
def test_parts_of_equations_are_kept_apart(equation: str, text: str) -> None:
    made = equation.replace("{", "<m:r><m:t>").replace("}", "</m:t></m:r>")
    assert read_docx(word(f"<w:p><m:oMath>{made}</m:oMath></w:p>"), "made").text == text + "\n"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "☐"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>', "°"),
        (r("þ", '<w:rFonts w:ascii="Wingdings"/>'), "☑"),
        (r("\uf0b0", '<w:rFonts w:ascii="Symbol"/>'), "°"),
        ("<w:r><w:t>co</w:t><w:softHyphen/><w:t>op\u00ader</w:t><w:noBreakHyphen/><w:t>ate</w:t></w:r>", "cooper-ate"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>'
            '</w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "☑",
        ),
        (
            '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr>'
            f"<w:sdtContent>{r('☐')}</w:sdtContent></w:sdt>",
            "☐",
        ),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('Enter a name')}</w:sdtContent></w:sdt>{r('x')}", "x"),
        (r("2019") + r("3", '<w:vertAlign w:val="superscript"/>'), "2019[3]"),
        (r("1") + r("st", '<w:vertAlign w:val="superscript"/>') + r(" day"), "1st day"),
        (r("12 km") + r("2", '<w:vertAlign w:val="superscript"/>'), "12 km²"),
        (r("10") + r("-6", '<w:vertAlign w:val="superscript"/>'), "10⁻⁶"),
        (f"<w:ins>{r('kept')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>", "kept"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>' + r("code")
            + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("result")
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "result",
        ),
    ],
)  # fmt: skip
def test_characters_are_read_as_they_are_seen(run: str, text: str) -> None:
    assert read_docx(word(f"<w:p>{run}</w:p>"), "made").text == text + "\n"


def test_each_row_of_an_inner_table_stands_beside_its_outer_row() -> None:
    assert rows(case("17b")) == [
        {"Programme": "Beacon repair", "Amounts – Year": "2023", "Amounts – Crowns": "5,100"},
        {"Programme": "Beacon repair", "Amounts – Year": "2024", "Amounts – Crowns": "6,400"},
    ]


def test_inner_tables_of_several_rows_share_their_header() -> None:
    def fees(*sizes: tuple[str, str]) -> str:
        return tc(table(tr("Size", "Fee"), *(tr(*size) for size in sizes), look=FIRST_ROW))

    body = table(
        tr("Pier", "Fees"),
        tr("East", fees(("small", "4"), ("large", "12"))),
        tr("West", fees(("small", "6"), ("large", "18"))),
        look=FIRST_ROW,
    )
    assert rows(word(body))[-1] == {"Pier": "West", "Fees – Size": "large", "Fees – Fee": "18"}
    assert len(rows(word(body))) == 4


@pytest.mark.parametrize("name", ["35-", "35b"])
def test_strict_files_and_files_with_macros_are_read(name: str) -> None:
    assert "The harbour gate shuts at nine." in read_docx(case(name), "made").text


@pytest.mark.parametrize(
    ("data", "remedy"),
    [(b"\xd0\xcf\x11\xe0 an old one", "save it as .docx"), (b"%PDF-1.7", "check its suffix")],
)
def test_what_is_no_docx_is_refused_with_what_helps(data: bytes, remedy: str) -> None:
    with pytest.raises(ReadError) as error:
        read_docx(data, "made")
    assert remedy in error.value.remedy


def test_numbers_are_written_in_their_format() -> None:
    items = [text for kind, text in shown(case("36")) if kind == "item"]
    marks = [text.split(" Letter ")[0] for text in items[:28]]
    assert marks[25:] == ["(z)", "(aa)", "(bb)"]
    assert [text.split()[0] for text in items if "Roman" in text][38:] == ["XXXIX.", "XL.", "XLI."]
    assert [text.split()[0] for text in items if "Zero" in text] == ["01.", "02.", "03."]
    assert [text.split()[0] for text in items if "Ordinal" in text] == ["1st", "2nd", "3rd"]
    assert items[-2:] == ["Article I Legal article one of the roll", "1.1 Legal clause of the roll"]


@pytest.mark.parametrize(
    ("format", "number", "mark"),
    [
        ("lowerRoman", 1994, "mcmxciv"),
        ("upperLetter", 53, "AAA"),
        ("ordinal", 112, "112th"),
        ("ordinalText", 22, "Twenty-second"),
        ("cardinalText", 40, "Forty"),
        ("decimalEnclosedCircle", 7, "⑦"),
        ("decimalZero", 10, "10"),
        ("chineseCounting", 12, "十二"),
        ("chineseCounting", 21, "二十一"),
        ("ideographTraditional", 3, "丙"),
        ("thaiLetters", 2, "ข"),
        ("thaiNumbers", 15, "๑๕"),
        ("russianLower", 3, "в"),
        ("numberInDash", 4, "- 4 -"),
        ("unheardOf", 4, "4"),
    ],
)
def test_number_formats(format: str, number: int, mark: str) -> None:
    numbering = lists(
        f'<w:lvl w:ilvl="0"><w:start w:val="{number}"/><w:numFmt w:val="{format}"/><w:lvlText w:val="%1"/></w:lvl>'
    )
    assert read_docx(word(numbered("Item"), numbering=numbering), "made").text == f"{mark} Item\n"


def test_a_format_of_its_own_is_padded() -> None:
    custom = (
        '<mc:AlternateContent><mc:Choice><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice>'
        '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    )
    numbering = lists(f'<w:lvl w:ilvl="0"><w:start w:val="7"/>{custom}<w:lvlText w:val="%1."/></w:lvl>')
    assert read_docx(word(numbered("Item"), numbering=numbering), "made").text == "007. Item\n"


def test_a_list_begins_anew_where_it_says_so_and_goes_on_where_not() -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num>"
    )
    numbering = lists(level(0, "decimal", "%1."), level(1, "lowerLetter", "(%2)"), more=again)
    body = [
        ("a", 1, 0),
        ("b", 1, 1),
        ("c", 1, 1),
        ("d", 1, 0),
        ("e", 1, 1),
        ("f", 2, 0),
        ("g", 2, 0),
        ("h", 1, 0),
    ]
    text = read_docx(word("".join(numbered(*each) for each in body), numbering=numbering), "made").text
    assert [line.split()[0] for line in text.splitlines()] == [
        "1.",
        "(a)",
        "(b)",
        "2.",
        "(a)",
        "5.",
        "6.",
        "7.",
    ]


def test_a_level_may_never_begin_anew() -> None:
    numbering = lists(
        level(0, "decimal", "%1."), level(1, "decimal", "Clause %2", '<w:lvlRestart w:val="0"/>')
    )
    body = [("a", 1, 0), ("b", 1, 1), ("c", 1, 0), ("d", 1, 1)]
    text = read_docx(word("".join(numbered(*each) for each in body), numbering=numbering), "made").text
    assert [line.strip() for line in text.splitlines()] == ["1. a", "Clause 1 b", "2. c", "Clause 2 d"]


def test_a_matrix_is_a_table_with_groups_and_gives_no_title() -> None:
    found = read_docx(case("p04"), "made")
    assert found.title == ""
    assert [(row["Group"], row["Position"]) for row in rows(case("p04"))] == [
        ("Theme: Ratification", "Supported"),
        ("Theme: Lost vessels", "Noted"),
        ("Theme: Lost vessels", "Supported"),
    ]


def test_a_date_and_a_place_at_the_end_are_text() -> None:
    found = shown(case("s16"))
    assert [text for kind, text in found if kind == "heading"][1:] == ["Objectives"]
    assert found[-2:] == [("paragraph", "December, 2031"), ("paragraph", "Portside, Northland")]


def test_rows_that_begin_late_and_cells_merged_every_way_stand_in_their_columns() -> None:
    body = table(
        tr("Boat", "Crew", "Base", properties="<w:tblHeader/>"),
        tr(tc("Heron", '<w:vMerge w:val="restart"/>'), "six", "East"),
        tr(tc("", "<w:vMerge/>"), tc("none", '<w:gridSpan w:val="2"/>')),
        tr("nine", "West", properties='<w:gridBefore w:val="1"/>'),
    )
    assert rows(word(body)) == [
        {"Boat": "Heron", "Crew": "six", "Base": "East"},
        {"Boat": "Heron", "Crew": "none", "Base": "none"},
        {"Crew": "nine", "Base": "West"},
    ]


def test_edges_not_quite_above_one_another_make_no_column() -> None:
    wide = '<w:gridSpan w:val="2"/>'
    body = table(
        tr(tc("Boat", run=BOLD), tc("Base", wide, BOLD)),
        tr(tc("Heron", wide), "East"),
        tr(tc("Osprey", wide), "West"),
        grid=(2295, 40, 5310),
    )
    assert rows(word(body)) == [{"Boat": "Heron", "Base": "East"}, {"Boat": "Osprey", "Base": "West"}]


def test_a_first_row_over_the_whole_table_is_its_title() -> None:
    body = table(
        tr(tc("Boats of the harbour", '<w:gridSpan w:val="2"/>')),
        tr(tc("Boat", run=BOLD), tc("Base", run=BOLD)),
        tr("Heron", "East"),
    )
    assert shown(word(body))[0][1] == "Boats of the harbour"
    assert rows(word(body)) == [{"Boat": "Heron", "Base": "East", "Group": "Boats of the harbour"}]


def test_a_long_note_over_a_table_is_no_title_of_it() -> None:
    note = "All boats are listed here, those that were lost among them. The harbour office keeps the list."
    body = table(
        tr(tc(note, '<w:gridSpan w:val="2"/>')),
        tr(tc("Boat", run=BOLD), tc("Base", run=BOLD)),
        tr("Heron", "East"),
        tr("Osprey", "West"),
    )
    assert rows(word(body)) == [{"Boat": "Heron", "Base": "East"}, {"Boat": "Osprey", "Base": "West"}]
    assert shown(word(body))[0] == ("paragraph", note)


def test_merged_pillars_stand_in_each_row_and_paragraphs_of_a_cell_apart() -> None:
    found = [passage for passage in read(case("t02")) if passage.kind == "row"]
    assert [passage.fields["Pillar"] for passage in found] == (
        ["1. Prevention"] * 5 + ["2. Protection"] * 4 + ["3. Cooperation"] * 6
    )
    assert all("\tMinistry of Quays\nPilots Office\t" in passage.text for passage in found)
    (lead,) = {record.lead for record in records([with_roles(p, roles_by_words(p.fields)) for p in found])}
    assert lead == ("Ministry of Quays", "Pilots Office")


def test_a_frame_around_text_is_no_table() -> None:
    inside = p("Rules", '<w:outlineLvl w:val="0"/>') + p("The gate shuts at nine.")
    assert shown(word(table(f"<w:tr><w:tc>{inside}</w:tc></w:tr>"))) == [
        ("heading", "Rules"),
        ("paragraph", "The gate shuts at nine."),
    ]


def test_contents_by_field_end_with_it_even_where_its_end_is_missing() -> None:
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    head = p("Fees", '<w:outlineLvl w:val="0"/>')
    for end in ('<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>', ""):
        body = f"<w:p>{begin}{r('Fees 3')}</w:p>{p('Nights 5')}{end}{head}{p('Thirty crowns.')}"
        assert [kind for kind, _ in shown(word(body))] == ["contents", "contents", "heading", "paragraph"]


def test_contents_in_a_control_are_not_read() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    body = f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{p('Contents')}{p('Fees 3')}</w:sdtContent></w:sdt>"
    assert [kind for kind, _ in shown(word(body + p("Thirty crowns.")))] == [
        "contents",
        "contents",
        "paragraph",
    ]


def test_notes_follow_what_calls_them() -> None:
    call = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    note = f'<w:footnote w:id="2">{p(" Since 2019.")}</w:footnote>'
    end = '<w:r><w:endnoteReference w:id="5"/></w:r>'
    endnote = f'<w:endnote w:id="5">{p("By law.")}</w:endnote>'
    head = p("Fees", '<w:outlineLvl w:val="0"/>')
    body = f"{head}<w:p>{r('The fee is thirty')}{call}{r(' crowns.')}{end}</w:p>{p('More.')}"
    assert shown(word(body, footnotes=note, endnotes=endnote)) == [
        ("heading", "Fees"),
        ("paragraph", "The fee is thirty[1] crowns.[i]"),
        ("footnote", "[1] Since 2019."),
        ("footnote", "[i] By law."),
        ("paragraph", "More."),
    ]


def test_text_boxes_are_read_once() -> None:
    def box(text: str) -> str:
        inside = f"<w:pict><w:txbxContent>{p(text)}</w:txbxContent></w:pict>"
        choice = inside.replace("w:pict", "w:drawing")
        either = f"<mc:Choice>{choice}</mc:Choice><mc:Fallback>{inside}</mc:Fallback>"
        return f"<w:r><mc:AlternateContent>{either}</mc:AlternateContent></w:r>"

    body = (
        f"<w:p>{r('The gate shuts.')}{box('Ring twice.')}</w:p><w:p>{r('Go.')}{box('The gate shuts.')}</w:p>"
    )
    assert read_docx(word(body), "made").text == "The gate shuts.\n\nRing twice.\n\nGo.\n"


def test_looks_and_captions_come_from_styles_and_those_they_are_based_on() -> None:
    styles = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/><w:lang w:val="id-ID"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 2"/><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Own head"/><w:basedOn w:val="H"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="caption"/></w:style>'
    )
    body = (
        p("Fees", '<w:pStyle w:val="Own"/>')
        + p("Thirty crowns.")
        + p("Figure 1. A pier", '<w:pStyle w:val="C"/>')
    )
    found = read_docx(word(body, styles=styles), "made")
    head, text, caption = found.pieces
    assert (head.look.size, head.look.bold, head.look.name, head.look.outline) == (14.0, True, "Own head", 2)
    assert (text.look.size, text.look.bold, text.look.outline) == (11.0, False, 0)
    assert caption.kind == "caption"
    assert found.language == "id-ID"


def test_what_is_set_like_a_heading_counts_as_one() -> None:
    size = '<w:sz w:val="26"/>'
    head = p("Attending by line:", '<w:outlineLvl w:val="2"/>', size)
    body = (
        head
        + p("Ada Lund and Cy Reef attended.")
        + p("Attending in person:", run=size)
        + p("Di Quay attended.")
    )
    assert [text for kind, text in shown(word(body)) if kind == "heading"] == [
        "Attending by line:",
        "Attending in person:",
    ]
    assert read(word(body))[-1].section == ("Attending in person:",)


def test_paragraphs_stay_apart_however_they_begin() -> None:
    body = p("Introduction", '<w:outlineLvl w:val="0"/>') + p("the harbour and") + p("boats are open.")
    assert [text for _, text in shown(word(body))] == ["Introduction", "the harbour and", "boats are open."]


def test_a_paragraph_whose_break_was_deleted_goes_on() -> None:
    body = p("The gate", "<w:rPr><w:del/></w:rPr>") + p(" shuts.")
    drop = p("T", '<w:framePr w:dropCap="drop"/>') + p("he quay.")
    assert read_docx(word(body + drop), "made").text == "The gate shuts.\n\nThe quay.\n"


@pytest.mark.skipif(not TRANSFER.is_dir(), reason="the shared documents are not beside the repository")
def test_a_meeting_report() -> None:
    (path,) = TRANSFER.glob("*.docx")
    found = read(path.read_bytes())
    virtual, present = (
        [passage.fields for passage in found if passage.kind == "row" and passage.section[-1:] == (name,)]
        for name in ("Virtual:", "In Person:")
    )
    assert (len(virtual), len(present)) == (26, 16)
    assert virtual[2] == {"First and Last Name": "Cheri Freedman", "Organization": "Oregon Gov"}
    assert {"Agenda:", "Q&A", "Closing - Thank You’s"} <= {
        name for passage in found for name in passage.section
    }
