"""The second judge: what a reader would mark down, and what not."""

from collections.abc import Sequence

import pytest

from eval.gold_data import Question
from eval.metrics.answers import Accepted
from eval.metrics.spans import Quote
from eval.runs.rubric import form_of, has_form, mark
from eval.systems.protocol import Answer, Citation, Status

QUOTE = Quote("letters", "The archive opens at nine.", ((0, 26),))


def question(
    ideal: str, answers: Sequence[str] = ("nine",), kind: str = "fact", answerable: bool = True
) -> Question:
    accepted = Accepted(tuple(answers), {}, len(answers) > 1)
    evidence = ((QUOTE,),) if answerable else ()
    return Question("q1", "?", kind, "natural", "easy", answerable, accepted, evidence, None, ideal)


def answer(text: str, status: Status = "answered", cited: bool = True) -> Answer:
    citation = Citation(QUOTE.text, "", "letters", 0, 26)
    return Answer(status, text, 0.9, "?", (citation,) if cited else ())


@pytest.mark.parametrize(
    ("text", "ideal", "kind", "expected"),
    [
        ("The archive opens at nine. [1]", "At nine.", "fact", 3),
        ("Yes: the archive opens at nine. [1]", "Yes, at nine.", "yesno", 3),
        ("The archive opens at nine. [1]", "Yes, at nine.", "yesno", 2),  # not in the form asked
        ("No: the archive opens at nine. [1]", "Yes, at nine.", "yesno", 1),  # the contrary, though proved
        ("nine: the archive opens at nine. [1]", "9.", "count", 3),
        ("The archive opens at nine. [1]", "9.", "count", 2),
        (f"The archive opens at nine. {'And so on. ' * 100}", "At nine.", "fact", 2),  # noisy
        ("It closes at five.", "At nine.", "fact", 1),  # shows the evidence only
    ],
)
def test_an_answer_is_marked_as_a_reader_would(text: str, ideal: str, kind: str, expected: int) -> None:
    assert mark(question(ideal, kind=kind), answer(text)).mark == expected


def test_a_list_of_which_all_is_needed_is_one_in_markdown() -> None:
    asked = question("Ink, keys and maps.", ("ink", "keys", "maps"))
    assert form_of(asked) == "list"
    assert mark(asked, answer("Ink, keys and maps. [1]")).mark == 2
    assert mark(asked, answer("3:\n- ink [1]\n- keys [2]\n- maps [3]")).mark == 3
    assert not has_form("- ink [1]", "list")


def test_an_answer_without_proof_that_says_something_else_is_green_and_wrong() -> None:
    given = mark(question("At nine."), answer("At five.", cited=False))
    assert (given.mark, given.green_and_wrong) == (0, True)
    assert not mark(question("At nine."), answer("At five.", "partial", cited=False)).green_and_wrong


@pytest.mark.parametrize(
    ("status", "cited", "expected"),
    [("not_found", True, 3), ("not_found", False, 2), ("partial", True, 1), ("answered", True, 0)],
)
def test_a_near_miss_is_refused_with_the_nearest_passages(status: Status, cited: bool, expected: int) -> None:
    given = mark(question("Not said.", (), answerable=False), answer("…", status, cited))
    assert (given.mark, given.green_and_wrong) == (expected, status == "answered")


def test_a_refusal_of_what_the_documents_say_gets_nothing() -> None:
    assert mark(question("At nine."), answer("I found no sentence that answers.", "not_found")).mark == 0
