"""No line and no run of lines makes reading slow: what grows in size grows no faster in time."""

import time

import pytest

from tests.corpus.reading import read

_SIZE = 12_000
_SECONDS = (
    0.9  # of the processor; each takes a tenth or two, and minutes where a pattern tries every way twice
)

_LINES = (
    "*", "*a ", "**a", "* ", ".", ". ", "... ", "…", "-", "- ", "_", "_a ", "|", "| ", "|-", "|--", "\\|", "\t", "a\t",
    "(((", "((a) ", "[", "[a](", "]", "<", "<i>", "</i", "#", "# ", "~", "`", "=", ":", "1.", "1.1", "oOo", "(a) ",
    "e.g. A ", "?! ", "A ", "\u00a0", "x", "“",
)  # fmt: skip
_RUNS = {
    "short lines": "Ab cd\n\n",
    "lines that go on": "foo bar\n\n",
    "lines that break off": "foo bar of\n\nBar of\n\n",
    "a wrapped paragraph": "foo bar baz\n",
    "a wrapped item": "- foo\n  bar baz\n",
    "items that announce items": "1. foo:\n",
    "lists, each introduced": "Intro:\n\n- 1. x\n- 2. y\n\n",
    "rules": "-----\n\n",
    "page breaks": "foo bar\f",
    "labels": "Label:\n\n",
    "attachments": "Attachment A\n\n",
    "dates": "2030 May 2030\n\n",
    "group rows": "A\tB\tC\nx\t\t\n",
    "rows between rules": "a\tb\n-----\n",
    "tables without end": "|a|b|\n|--|--|\n",
    "fences": "```x\n",
    "underlines": "a\n---\n",
    "numbered headings": "1.1 Scope\n\n",
    "bare numbers": "12\n\n",
    "carriage returns": "\r",
    "abbreviations": "see e.g. Foo and ",
}


def _seconds(source: str) -> float:
    begin = time.process_time()
    read(source)
    return time.process_time() - begin


@pytest.mark.parametrize("unit", _LINES)
def test_no_line_is_slow_to_read(unit: str) -> None:
    line = unit * (_SIZE // len(unit))
    assert _seconds(f"{line}x.\n\n{line}\n\n{line} 1\n") < _SECONDS


@pytest.mark.parametrize("unit", _RUNS.values(), ids=_RUNS.keys())
def test_no_run_of_lines_is_slow_to_read(unit: str) -> None:
    assert _seconds(unit * (_SIZE // len(unit))) < _SECONDS


def test_a_long_text_that_introduces_many_items_is_not_read_for_each() -> None:
    assert _seconds("A " + "word " * (_SIZE // 5) + "ends:\n\n" + "- x\n" * (_SIZE // 10)) < _SECONDS
