"""What an answer quotes, on a small corpus of its own."""

import pytest

from index.generation import Index
from service.answering.types import Answer
from service.chat import answer
from tests.support.plans import two_plans
from tests.support.tiny import TinyEncoder

OLD = """\
# Ferry Plan 2015

The ferry runs two times a day between the islands.

The ferry was launched on 3 May 2014 in the old harbour.
"""
NEW = """\
# Ferry Plan 2024

The ferry runs six times a day between the islands.

Ferry\tBeds\tSeats
Gannet\t4\t230
Puffin\t7\t415

The harbour council asked the following members to paint the pier:

- the Norwegian Coast Guard;
- the Iceland Sea School; and
- the Faroe Pilots.

The keepers thank the fishing crews for their support of the regatta in the bay.

The Pilots of Bergen and the Tromsø Divers opened the regatta in the bay on a Sunday.

Crews from Norway, Iceland, Denmark, Finland, Sweden and Estonia sailed in the summer regatta.

The first regatta was sailed on 3 June 2022. The second regatta was sailed on 9 July 2023.

There are four sailing clubs in the regatta.

Sailing Clubs of the Regatta:

Storm Club, Fog Club, Tide Club and Gale Club.
"""


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two plans of different years that say the same of one thing and speak of others alone."""
    return two_plans(tmp_path_factory.mktemp("ferries"), OLD, NEW)


def ask(ferries: Index, question: str) -> Answer:
    return answer(ferries, TinyEncoder(), [("user", question)])


def test_a_date_asked_for_is_answered_with_the_date(ferries: Index) -> None:
    said = ask(ferries, "When was the ferry launched in the old harbour?")
    assert said.text.startswith("3 May 2014 [1]")
    assert said.citations[0].quote in OLD


def test_what_two_periods_say_alike_is_given_with_its_years_newest_first(ferries: Index) -> None:
    said = ask(ferries, "How many times does the ferry run between the islands?").text
    assert said.startswith(
        "Ferry Plan 2024: The ferry runs six times a day between the islands. [1]\n\nFerry Plan 2015: "
    )


def test_a_sentence_that_leads_in_to_a_list_comes_with_the_list(ferries: Index) -> None:
    said = ask(ferries, "whom did the harbour council ask to paint the pier")
    assert (
        "pier: [1]\n- the Norwegian Coast Guard [2]\n- the Iceland Sea School [3]\n- the Faroe" in said.text
    )
    assert all(citation.quote in NEW for citation in said.citations[:4])


def test_a_name_that_no_document_mentions_is_said(ferries: Index) -> None:
    said = ask(ferries, "which volcano near Reykjavik erupted")
    assert said.status == "not_found"
    assert "No document mentions Reykjavik." in said.text


@pytest.mark.parametrize(("column", "number"), [("seats", "415"), ("beds", "7")])
def test_of_a_row_the_column_that_is_named_answers(ferries: Index, column: str, number: str) -> None:
    said = ask(ferries, f"How many {column} does the Puffin have?")
    assert said.text.startswith(f"{number} [1]")
    assert said.citations[0].passage.fields == {"Ferry": "Puffin", "Beds": "7", "Seats": "415"}


def test_who_did_it_comes_before_who_is_only_spoken_of(ferries: Index) -> None:
    said = ask(ferries, "Who opened the regatta in the bay?")
    assert said.text.startswith("The Pilots of Bergen and the Tromsø Divers opened the regatta")


def test_a_yes_or_no_is_decided_without_the_names_beside_it(ferries: Index) -> None:
    said = ask(ferries, "Has Finland sailed in the summer regatta?")
    assert said.text.startswith("Yes: Crews from … sailed in the summer regatta: … Finland … [1]")
    assert said.citations[0].quote in NEW


def test_who_is_not_on_a_closed_list_is_a_no(ferries: Index) -> None:
    said = ask(ferries, "Did France sail in the summer regatta?")
    assert said.text.startswith("No: France is not among “Crews from … sailed in the summer regatta: Norway")
    assert said.citations[0].quote in NEW


def test_a_list_asked_for_is_given_and_not_its_mention(ferries: Index) -> None:
    said = ask(ferries, "What are the sailing clubs of the regatta?")
    assert "Storm Club, Fog Club, Tide Club and Gale Club" in said.text


@pytest.mark.parametrize(
    ("question", "then", "count"),
    [
        ("What are the sailing clubs of the regatta?", "How many is that?", "4 [1]"),
        ("whom did the harbour council ask to paint the pier", "How many is that?", "3 [1] [2] [3] [4]"),
    ],
)
def test_the_list_just_given_is_counted_with_its_citations(
    ferries: Index, question: str, then: str, count: str
) -> None:
    given = ask(ferries, question)
    said = answer(ferries, TinyEncoder(), [("user", question), ("assistant", given.text), ("user", then)])
    assert said.text == count
    assert [c.quote for c in said.citations] == [c.quote for c in given.citations[: len(said.citations)]]


def test_many_counts_after_each_other_end(ferries: Index) -> None:
    assert answer(ferries, TinyEncoder(), [("user", "How many is that?")] * 2_000).text


@pytest.mark.parametrize("ending", ["", "?", " ?", "??", ".", "!"])
def test_how_a_question_ends_changes_nothing(ferries: Index, ending: str) -> None:
    said = ask(ferries, f"How many seats does the Puffin have{ending}")
    plain = ask(ferries, "How many seats does the Puffin have")
    assert (said.text, said.status, said.confidence) == (plain.text, plain.status, plain.confidence)


def test_of_two_editions_the_one_asked_for_is_dated(ferries: Index) -> None:
    said = ask(ferries, "When was the second regatta sailed?").text
    assert said.startswith("9 July 2023 [1]")
