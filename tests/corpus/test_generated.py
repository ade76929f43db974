"""Generated documents are read as they were written, and any text at all keeps its offsets."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.passages import LIMIT
from corpus.types import Passage
from tests.corpus.reading import assert_accounted_for, read, read_blocks
from tests.corpus.written import Written, documents

_SLOW_TO_WRITE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

# What lines are made of, so that random texts reach the rules that plain letters never do.
_PIECES = (
    "\n", "\n\n", "\r\n", "\r", "\f", "\t", "\t\t", " ", "    ", "- ", "* ", "• ", "1. ", "2) ", "(a) ", "- b. ",
    "IV. ", "# ", "## ", "**", "*", "_", "<i>", "</i>", "|", "| a | b |\n", "|--|--|\n", "---", "===", "```", "~~~",
    ": ", "\ufeff", "Action", "Lead", "word", "The thing", "is done.", "as follows:", "Attachment A", "1.2 Scope",
    "page 12", "- 3 -", "12", "oOo", "“", "’", ")", "(", "; and", "...", "…", "é", "e\u0301", "\u2028", "\x85", "\x1c",
    "\u200b", "\u00a0", "日本語。", "In", "this", "e.g.", "x" * 60 + " ", "many words go " * 90, "\\|", "[a](b)",
    "<!-- c -->", "\U0001f6a2",
)  # fmt: skip


@given(documents())
@settings(max_examples=30, suppress_health_check=_SLOW_TO_WRITE)
def test_a_document_is_read_as_it_was_written_to_the_character(written: Written) -> None:
    blocks = read_blocks(written.source)
    read_as = [(block.kind, written.source[block.start : block.end], block.section) for block in blocks]
    assert read_as == [(block.kind, block.text, block.section) for block in written.blocks]
    introduced = [block.lead_in[-1:] for block in blocks if block.kind == "item"]
    assert introduced == [(block.introduced_by,) for block in written.blocks if block.kind == "item"]
    assert_accounted_for(written.source)


def _passages(kinds: str, found: list[Passage]) -> list[Passage]:
    return [passage for passage in found if passage.kind in kinds.split()]


@given(documents())
@settings(max_examples=30, suppress_health_check=_SLOW_TO_WRITE)
def test_rows_and_definitions_are_passages_and_running_text_is_cut_short_enough(written: Written) -> None:
    found = read(written.source)
    expected = [block for block in written.blocks if block.kind in ("row", "definition")]
    whole = [(p.kind, p.text, p.fields) for p in _passages("row definition", found)]
    assert whole == [(b.kind, b.text, b.fields) for b in expected]
    assert all(len(p.text) <= LIMIT for p in _passages("paragraph item", found))
    assert found == read(written.source)
    assert len({p.id for p in found}) == len(found)


@given(st.text())
@example("")
@example("\ufeff")
@example("\ufeff\ufeff\n\ufeff- x")
@example("\x1c\u202812")
@settings(max_examples=150)
def test_any_text_is_accounted_for(source: str) -> None:
    assert_accounted_for(source)


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
@settings(max_examples=150)
def test_any_mixture_of_marks_is_accounted_for(source: str) -> None:
    assert_accounted_for(source)


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
@settings(max_examples=50)
def test_any_mixture_of_marks_is_read_the_same_again(source: str) -> None:
    assert read_blocks(source) == read_blocks(source)
    assert read(source) == read(source)
