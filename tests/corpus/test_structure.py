"""The single rules of reading that someone looking for an answer would notice, on small texts."""

import pytest

from corpus.text.markup import plain
from tests.corpus.reading import headings, read, read_blocks, shown


def _lead_ins(source: str) -> dict[str, tuple[str, ...]]:
    """What introduces each item, by the item's text."""
    return {source[b.start : b.end]: b.lead_in for b in read_blocks(source) if b.kind == "item"}


def _sections(source: str) -> dict[str, tuple[str, ...]]:
    """The section of each paragraph, by its text."""
    return {source[b.start : b.end]: b.section for b in read_blocks(source) if b.kind == "paragraph"}


class TestLists:
    def test_a_list_closes_with_the_full_stop_after_its_and(self) -> None:
        source = "The members agreed on:\n\n- lights;\n- buoys; and\n- tides.\n- Dues are separate.\n"
        found = _lead_ins(source)
        assert found["- tides."] == ("The members agreed on:",)
        assert found["- Dues are separate."] == ()

    def test_numbering_is_picked_up_after_a_paragraph(self) -> None:
        source = "1. One:\n - a) Inner.\n\nA paragraph stands between.\n\n- b) Inner too.\n2. Two.\n"
        found = _lead_ins(source)
        assert found["- b) Inner too."] == ("1. One:",)
        assert found["2. Two."] == ()

    def test_a_paragraph_that_announces_a_list_speaks_of_the_item_before_it(self) -> None:
        source = "- 1. The drill took place.\n\nIt completed two actions:\n\n- the drill\n- the report\n- 2. Next.\n"
        found = _lead_ins(source)
        assert found["- the report"] == ("- 1. The drill took place.", "It completed two actions:")
        assert found["- 2. Next."] == ()

    def test_indentation_nests_where_nothing_better_tells(self) -> None:
        found = _lead_ins("- Lamps were bought.\n  - They are red.\n- Buoys were not.\n")
        assert found["- They are red."] == ("- Lamps were bought.",)
        assert found["- Buoys were not."] == ()

    def test_roman_numerals_and_letters_are_told_apart_by_their_neighbours(self) -> None:
        letters = _lead_ins("Take:\n\n- h) eight\n- i) nine\n- j) ten\n")
        assert set(letters.values()) == {("Take:",)}
        romans = _lead_ins("1. Take:\n   i. one\n   ii. two\n   iii. three\n2. Leave.\n")
        assert romans["   iii. three".strip()] == ("1. Take:",)
        assert romans["2. Leave."] == ()

    def test_a_name_with_an_initial_is_no_item(self) -> None:
        assert shown("A. Smith spoke first.\n\nThen others did.") == [
            ("paragraph", "A. Smith spoke first."),
            ("paragraph", "Then others did."),
        ]

    def test_the_context_of_an_item_names_what_introduces_it(self) -> None:
        (passage,) = [p for p in read("The **members** agreed on:\n\n- lights\n") if p.kind == "item"]
        assert passage.context == "Harbour Safety Plan\nThe members agreed on:"
        assert passage.text == "- lights"


class TestHeadings:
    def test_underlined_headings_nest(self) -> None:
        source = "Scope\n=====\n\nIt is wide.\n\nAims\n----\n\nThey are few.\n"
        assert _sections(source) == {"It is wide.": ("Scope",), "They are few.": ("Scope", "Aims")}

    def test_a_rule_under_a_sentence_makes_it_no_heading(self) -> None:
        assert shown("It stops here.\n---\nThe rest follows.") == [
            ("paragraph", "It stops here."),
            ("furniture", "---"),
            ("paragraph", "The rest follows."),
        ]

    def test_hash_marks_nest_by_their_number_and_leave_the_name_clean(self) -> None:
        source = "# One\n\nA text.\n\n### **Deep** ##\n\nB text.\n\n## Two\n\nC text.\n"
        assert _sections(source) == {
            "A text.": ("One",), "B text.": ("One", "Deep"), "C text.": ("One", "Two")
        }  # fmt: skip

    def test_a_plain_line_between_paragraphs_heads_what_follows(self) -> None:
        source = "The text begins.\n\nThe need for light\n\nIt is dark.\n"
        assert headings(source) == ["The need for light"]
        assert _sections(source)["It is dark."] == ("The need for light",)

    def test_many_short_lines_in_a_row_are_no_headings(self) -> None:
        names = ["Arcadia", "Boreal States", "Cimmeria", "Delphinia", "Elysia"]
        assert headings("The members are these.\n\n" + "\n\n".join(names) + "\n\nThey met.\n") == []

    def test_the_names_after_an_attachment_are_no_part_of_its_title(self) -> None:
        names = "\n\n".join(f"Delegate {letter}" for letter in "ABCDEFGHIJ")
        found = shown(f"A text.\n\nAnnex 1\n\n{names}\n\nThe list ends.\n")
        assert ("heading", "Annex 1") in found
        assert ("paragraph", "Delegate J") in found

    def test_an_attachment_ends_the_sections_before_it(self) -> None:
        source = (
            "I. First\n\nA text.\n\nAttachment A\n\nRules of the harbour\n\nB text.\n\nSpeed\n\nC text.\n"
        )
        attachment = "Attachment A – Rules of the harbour"
        assert _sections(source)["B text."] == (attachment,)
        assert _sections(source)["C text."] == (attachment, "Speed")

    def test_numbered_lines_are_headings_alone_and_items_in_a_row(self) -> None:
        alone = "1. Scope\n\nThe plan covers it.\n\n1.1 Limits\n\nThere are some.\n\n2. Aims\n\nFew.\n"
        assert headings(alone) == ["1. Scope", "1.1 Limits", "2. Aims"]
        assert _sections(alone)["There are some."] == ("1. Scope", "1.1 Limits")
        assert headings("1. Scope\n\n2. Aims\n\n3. Means\n\nThat was all.\n") == []

    def test_a_heading_of_the_length_of_a_paragraph_is_one(self) -> None:
        long = "# " + "The marks are wrong here, this is text. " * 20
        (block,) = read_blocks(long)
        assert block.kind == "paragraph"

    def test_the_title_lines_are_read_as_text_and_head_nothing(self) -> None:
        source = "HARBOUR SAFETY PLAN\n\nARCADIA, 12 MAY 2030\n\nThe plan begins.\n"
        assert shown(source)[0] == ("title", "HARBOUR SAFETY PLAN\n\nARCADIA, 12 MAY 2030")
        assert _sections(source) == {"The plan begins.": ()}

    def test_a_label_owns_the_paragraphs_after_it(self) -> None:
        source = (
            "The group met.\n\nMembers of the group:\n\nArcadia, Boreal States\n\nObservers:\n\nCimmeria\n"
        )
        texts = [(p.text, p.section[-1:]) for p in read(source)][1:]
        assert texts == [
            ("Members of the group:\n\nArcadia, Boreal States", ("Members of the group:",)),
            ("Observers:\n\nCimmeria", ("Observers:",)),
        ]


class TestCode:
    def test_a_fenced_block_holds_no_headings_items_or_rows(self) -> None:
        code = "```\n# no heading\n\n- no item\na\tb\nc\td\n```"
        assert shown(f"Text before.\n{code}\nText after.") == [
            ("paragraph", "Text before."),
            ("paragraph", code),
            ("paragraph", "Text after."),
        ]

    def test_a_fence_that_nothing_closes_swallows_nothing(self) -> None:
        assert headings("# One\n\n```\n\n# Two\n\nText.\n") == ["# One", "# Two"]

    def test_lines_of_tildes_are_ornaments(self) -> None:
        assert headings("~~~~~\n\n# One\n\nText.\n\n~~~~~\n\n# Two\n\nText.\n") == ["# One", "# Two"]


class TestPages:
    @pytest.mark.parametrize(
        "page_break", ["\n\n", "\n\n\n\n", "\f", "\n\n- 12 -\n\n", "\n\nPage 3 of 9\n\f\n"]
    )
    def test_a_paragraph_cut_by_the_end_of_a_page_is_one(self, page_break: str) -> None:
        source = f"Lives were at risk. In{page_break}this regard, lamps were lit."
        assert shown(source) == [("paragraph", source)]

    def test_an_item_cut_by_the_end_of_a_page_is_one(self) -> None:
        source = "- The lamps were\n\nlit at night.\n- The buoys were not."
        assert [text for _, text in shown(source)] == [
            "- The lamps were\n\nlit at night.",
            "- The buoys were not.",
        ]

    def test_a_paragraph_that_ended_is_not_joined_with_the_next(self) -> None:
        assert len(shown("It ended here.\n\nthis one begins small.")) == 2
        assert len(shown("It ended here.\n\n- 12 -\n\nAnother begins.")) == 3

    def test_bare_numbers_that_count_on_are_pages(self) -> None:
        source = "The first page ends in the\n\n1\n\nmiddle of it.\n\n2\n\nThe second page ended well.\n"
        assert [kind for kind, _ in shown(source)] == ["paragraph", "furniture", "paragraph"]

    def test_a_bare_number_alone_is_text(self) -> None:
        assert "furniture" not in {kind for kind, _ in shown("The count was:\n\n45\n\nIt grew to:\n\n99\n")}

    @pytest.mark.parametrize(
        "line", ["--- oOo ---", "* * *", "____", "Page 4", "Aims ........ 12", "Aims . . . . 12"]
    )
    def test_what_belongs_to_the_page_is_not_read_as_text(self, line: str) -> None:
        source = f"It ended here.\n\n{line}\n\nAnother begins."
        assert shown(source)[1] == ("furniture", line)
        assert [p.text for p in read(source)] == ["It ended here.", "Another begins."]


class TestTables:
    def test_the_header_and_the_group_hold_across_a_blank_line(self) -> None:
        source = (
            "Action Item\tPriority Area\tLead\n<i>Light</i>\t\t\n1) Light lamps.\tSafety\tArcadia\n\n"
            "2) Snuff lamps.\tThrift\tIOX\n"
        )
        found = [p.fields for p in read(source)]
        assert found == [
            {
                "Action Item": "1) Light lamps.",
                "Priority Area": "Safety",
                "Lead": "Arcadia",
                "Group": "Light",
            },
            {"Action Item": "2) Snuff lamps.", "Priority Area": "Thrift", "Lead": "IOX", "Group": "Light"},
        ]
        assert read(source)[1].section == ("Light",)

    def test_the_group_ends_with_its_table(self) -> None:
        source = "Action\tArea\tLead\nLight\t\t\n1) Go.\tSafety\tIOX\n\nThe text goes on.\n"
        assert read(source)[-1].section == ()

    def test_an_item_whose_other_cells_are_empty_is_a_row(self) -> None:
        source = "Action\tArea\tLead\n1) Light the lamps\t\t\n2) Snuff them\tThrift\tIOX\n"
        assert [p.fields["Action"] for p in read(source)] == ["1) Light the lamps", "2) Snuff them"]

    def test_a_header_that_returns_after_a_page_is_no_row(self) -> None:
        source = "Duty\tState\nLight the lamps every night\tgood\n\n\nDuty\tState\nSnuff them\tbad\n"
        assert [p.fields for p in read(source)] == [
            {"Duty": "Light the lamps every night", "State": "good"},
            {"Duty": "Snuff them", "State": "bad"},
        ]

    def test_the_number_of_a_page_inside_a_table_cuts_it_not(self) -> None:
        source = "Action\tLead\n1) Light.\tIOX\n\n- 7 -\n\n2) Snuff.\tArcadia\n"
        assert [p.fields["Lead"] for p in read(source)] == ["IOX", "Arcadia"]

    def test_escaped_pipes_stay_in_their_cell(self) -> None:
        source = "| Name | Note |\n|---|---|\n| A \\| B | both |\n| | none |\n"
        assert [p.fields for p in read(source)] == [{"Name": "A | B", "Note": "both"}, {"Note": "none"}]

    def test_a_second_table_after_a_blank_has_its_own_header(self) -> None:
        source = "| Lamp | Lit |\n|---|---|\n| One | yes |\n\n| Fruit | Ripe |\n|---|---|\n| Fig | no |\n"
        assert [p.fields for p in read(source)] == [
            {"Lamp": "One", "Lit": "yes"},
            {"Fruit": "Fig", "Ripe": "no"},
        ]

    def test_columns_without_a_header_or_with_the_same_one_are_told_apart(self) -> None:
        source = "| Lamp | | Lamp |\n|---|---|---|\n| a | b | c |\n"
        assert read(source)[0].fields == {"Lamp": "a", "Column 2": "b", "Lamp (3)": "c"}

    def test_the_context_of_a_row_names_its_columns_and_repeats_what_is_short(self) -> None:
        source = f"Action\tLead\n1) {'Light the lamps of the harbour ' * 4}\tIOX\n"
        assert read(source)[0].context == "Harbour Safety Plan\nAction; Lead: IOX"

    def test_pairs_without_a_header_are_definitions(self) -> None:
        source = "Glossary\n\nHSP\tHarbour Safety Plan\n\nIOX\tOffice of Xebecs\n"
        assert [(p.kind, p.fields) for p in read(source)] == [
            ("definition", {"Term": "HSP", "Definition": "Harbour Safety Plan"}),
            ("definition", {"Term": "IOX", "Definition": "Office of Xebecs"}),
        ]

    def test_pairs_under_words_of_headers_are_rows(self) -> None:
        source = "Abbreviation\tMeaning\nHSP\tHarbour Safety Plan\n"
        assert read(source)[0].fields == {"Abbreviation": "HSP", "Meaning": "Harbour Safety Plan"}

    @pytest.mark.parametrize(
        "text", ["The\tlamps were lit.", "The lamps were lit.\t", "\tThe lamps were lit."]
    )
    def test_a_stray_tab_makes_no_table(self, text: str) -> None:
        source = f"It was dark.\n\n{text}\n\nIt was light."
        assert shown(source)[1] == ("paragraph", text.strip())


class TestDefinitions:
    def test_terms_with_their_definition_on_the_next_line(self) -> None:
        source = (
            "Buoy\n: A mark that floats.\n\nTide\n\n:   The sea rising.\n\nFog\n: Cloud.\nMist\n: Thin fog.\n"
        )
        assert [p.fields for p in read(source)] == [
            {"Term": "Buoy", "Definition": "A mark that floats."},
            {"Term": "Tide", "Definition": "The sea rising."},
            {"Term": "Fog", "Definition": "Cloud."},
            {"Term": "Mist", "Definition": "Thin fog."},
        ]

    def test_a_definition_goes_on_over_lines(self) -> None:
        (passage,) = read("Buoy\n: A mark\n  that floats.\n")
        assert passage.fields["Definition"] == "A mark that floats."


class TestMarkup:
    @pytest.mark.parametrize(
        ("written", "seen"),
        [
            ("**bold** and *slanted* and ***both***", "bold and slanted and both"),
            ("16<sup>th</sup> <i>meeting</i>", "16th meeting"),
            ("__bold__ and _slanted_ but snake_case_name", "bold and slanted but snake_case_name"),
            ("[the plan](plan.html) and ![a map](map.png)", "the plan and a map"),
            ("2 * 3 and a lone *star", "2 * 3 and a lone *star"),
            ("if a < b then <x>", "if a < b then <x>"),
            ("two  blanks\nand\u00a0a line", "two blanks and a line"),
        ],
    )
    def test_what_is_seen_of_marked_up_text(self, written: str, seen: str) -> None:
        assert plain(written) == seen

    def test_marks_are_kept_in_the_quotation_and_dropped_in_fields(self) -> None:
        (passage,) = read("Action\tLead\n1) Light **lamps**.\t<i>IOX</i>\n")
        assert passage.text == "1) Light **lamps**.\t<i>IOX</i>"
        assert passage.fields == {"Action": "1) Light lamps.", "Lead": "IOX"}
