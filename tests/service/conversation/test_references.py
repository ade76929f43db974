"""Whom "they" are, which of a list is meant, and other years: follow-ups as people type them."""

import pytest

from index.generation import Index
from service.answering.types import Answer
from service.chat import answer
from tests.support.plans import two_plans
from tests.support.tiny import TinyEncoder

OLD = """\
# Ferry Plan 2015

In May 2014, the council held a regional webinar on lamps and oil.

In May 2015, the council held a regional webinar on ropes and sails.
"""
NEW = """\
# Ferry Plan 2024

| No. | Action | Lead |
|---|---|---|
| 1 | Paint the northern pier before winter | Norway |
| 2 | Mend the nets of the harbour | Iceland |
| 3 | Train the pilots of the bay | Norway |

Norway reported that seals damage the nets. Iceland reported that storms damage the pier.

The council agreed on these wishes:

- the lamps of the harbour are lit at dusk
- the pilots speak two languages
- the records of tides are kept in ink
"""


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return two_plans(tmp_path_factory.mktemp("ferries"), OLD, NEW)


def ask(ferries: Index, *questions: str) -> Answer:
    return answer(ferries, TinyEncoder(), [("user", question) for question in questions])


def test_they_are_those_whom_the_last_answer_gave(ferries: Index) -> None:
    said = ask(ferries, "who leads item 1 of the 2024 plan", "what else do they lead?")
    assert "Norway" in said.question
    assert "pilots" in said.text


def test_they_are_the_country_that_was_asked_about(ferries: Index) -> None:
    said = ask(ferries, "What did Norway report about seals?", "and what did they say about nets?")
    assert said.question.startswith("and what did Norway say")


def test_which_of_them_chooses_from_the_list_that_was_given(ferries: Index) -> None:
    said = ask(ferries, "which wishes did the council agree on?", "which of them is about tides?")
    assert "tides are kept in ink" in said.text
    assert len(said.citations) == 1
    assert said.citations[0].quote in NEW


def test_the_year_before_is_searched_without_the_day_of_the_last(ferries: Index) -> None:
    said = ask(ferries, "What was the May 2015 regional webinar about?", "and the webinar a year before?")
    assert said.question.endswith("in 2014")
    assert "lamps and oil" in said.text


def test_the_second_of_a_list_is_not_counted_from_what_leads_in_to_it(ferries: Index) -> None:
    said = ask(ferries, "which wishes did the council agree on?", "quote the second one")
    assert "two languages" in said.text


def test_of_those_filters_the_items_that_were_given_by_their_fields(ferries: Index) -> None:
    said = ask(
        ferries,
        "which items does Norway lead in the 2024 plan?",
        "of those, which alone?",
        "quote the second one",
    )
    assert said.citations[0].passage.fields["No."] == "3"
