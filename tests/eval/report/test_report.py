"""The report shows what there is, and nothing in it can break out of the page."""

from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.gold_data import Gold
from eval.metrics.latency import Latency
from eval.metrics.spans import Quote
from eval.report.report import entries, mark, markdown, render, slices, summaries
from eval.runs.results import Results, ResultsError
from eval.runs.run import ask, judge, latency, time_encoding
from eval.runs.types import QuestionRun
from eval.systems.protocol import Retrieved
from tests.eval.toys import QuotingAnswerer, WordSystem, toy_gold

HOSTILE = "</script><img src=x onerror=\"alert('&')\">"


class Elements(HTMLParser):
    """Collects the start tags, and the text of each mark."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self._in_mark = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_mark = tag == "mark"

    def handle_data(self, data: str) -> None:
        if self._in_mark:
            self.marks.append(data)
            self._in_mark = False


def shown(results: Results, gold: Gold, timed: Latency | None = None, peers: Sequence[Results] = ()) -> str:
    return render(results, gold, summaries(results, peers), timed, None, peers)


@pytest.fixture
def gold(tmp_path: Path) -> Gold:
    return toy_gold(tmp_path)


@pytest.fixture
def asked(gold: Gold) -> QuestionRun:
    return ask(gold, WordSystem(), QuotingAnswerer())


def test_the_page_needs_nothing_from_elsewhere(gold: Gold, asked: QuestionRun) -> None:
    page = shown(judge(gold, asked), gold, latency(asked, time_encoding(str.split, ["a"] * 2)))
    for tag, attributes in Elements(page).tags:
        assert tag not in {"link", "iframe", "img"}
        assert "src" not in attributes
        assert "href" not in attributes or str(attributes["href"]).startswith("#")
    assert page.count("<svg") == 2
    assert "as long as encoding its question" in page


def test_every_question_is_there_with_its_quote_marked(gold: Gold, asked: QuestionRun) -> None:
    page = Elements(shown(judge(gold, asked), gold))
    outcomes = [attributes["data-outcome"] for tag, attributes in page.tags if tag == "details"]
    assert outcomes == ["passed", "passed", "failed", "passed", "passed", "failed"]
    reasons = [entry.reasons for entry in entries(judge(gold, asked), gold) if entry.reasons]
    assert reasons == [("not right",), ("not right", "not cited right")]
    assert page.marks.count("Keys are kept by the porter.") >= 2


def test_everything_from_outside_is_escaped(gold: Gold, asked: QuestionRun) -> None:
    results = {
        query: [replace(r, text=HOSTILE, document=HOSTILE) for r in found]
        for query, found in asked.results.items()
    }
    answers = {
        query: replace(answer, text=HOSTILE, question=HOSTILE) for query, answer in asked.answers.items()
    }
    hostile = judge(gold, QuestionRun(HOSTILE, results, answers))
    hostile = replace(
        hostile,
        judged=tuple(
            replace(entry, query=HOSTILE, slices={HOSTILE: (HOSTILE,)}, id=f"{entry.id}{HOSTILE}")
            for entry in hostile.judged
        ),
    )
    page = shown(hostile, gold, peers=[replace(hostile, system=f"peer {HOSTILE}")])
    elements = Elements(page)
    assert not [tag for tag, attributes in elements.tags if tag == "img" or "onerror" in attributes]
    assert [tag for tag, _ in elements.tags].count("script") == 1
    assert "&lt;/script&gt;&lt;img" in page


def test_marks_are_the_characters_of_the_gold_quotes() -> None:
    result = Retrieved("r", "d", 10, 20, "abcdefghij", 1.0)
    inner, crossing = Quote("d", "cd", ((12, 14),)), Quote("d", "j..", ((19, 22),))
    assert mark(result, [inner, crossing]) == [("ab", False), ("cd", True), ("efghi", False), ("j", True)]
    assert mark(result, [Quote("e", "cd", ((12, 14),))]) == [("abcdefghij", False)]
    assert mark(replace(result, start=-1, end=-1), [inner]) == [("abcdefghij", False)]


def test_others_are_compared_on_the_same_questions(gold: Gold) -> None:
    ours = judge(gold, ask(gold, WordSystem()))
    results = {
        query: [] if query == "q1" else found for query, found in ask(gold, WordSystem()).results.items()
    }
    peer = judge(gold, QuestionRun("peer", results, {}))
    (questions, *_) = summaries(ours, [peer])
    assert [line.name for line in questions.lines] == ["words", "peer"]
    first, second = (line.cells[0].mean for line in questions.lines)
    assert first is not None
    assert second is not None
    assert [first.mean, second.mean] == pytest.approx([1.0, 2 / 3])
    with pytest.raises(ResultsError, match="different gold data"):
        summaries(ours, [replace(peer, gold="another")])


def test_a_summary_reads_as_markdown(gold: Gold) -> None:
    ours = judge(gold, ask(gold, WordSystem()))
    (table, *_) = summaries(ours, [replace(ours, system="peer")])
    heading, rule, first, second = markdown(table).splitlines()
    assert heading.startswith("| questions: retrieval | hit@1 | hit@3 |")
    assert rule.count("--:") == len(table.columns)
    assert first.startswith("| words | 1.00 (1.00–1.00) |")
    assert second.startswith("| peer | 1.00 (1.00–1.00) |")


def test_slices_and_entries_cover_every_question(gold: Gold, asked: QuestionRun) -> None:
    results = judge(gold, asked)
    by_kind = next(table for table in slices(results) if table.title == "questions by kind")
    assert [line.name for line in by_kind.lines] == ["date", "person", "unanswerable"]
    assert [entry.judged.id for entry in entries(results, gold)] == ["q1", "q2", "q3", "q4", "p1", "c1.2"]


def test_the_page_repeats_to_the_byte(gold: Gold, asked: QuestionRun) -> None:
    assert shown(judge(gold, asked), gold) == shown(judge(gold, asked), gold)
