"""Who is on a list, yes and no, what is counted, and what is quoted of a passage."""

import pytest

from index.generation import Index
from service.answering.types import Answer
from service.chat import answer
from tests.support.plans import two_plans
from tests.support.tiny import TinyEncoder

OLD = "# Ferry Plan 2015\n\nThe ferry runs two times a day.\n"
NEW = """\
# Ferry Plan 2024

Sailing nations of the regatta: Norway, DPR Korea, Republic of Korea, Iceland and Denmark.

Rowing nations and observers of the regatta: Fiji, Tonga, Samoa and Palau.

## Opening of the lighthouse

Guests from Norway and Tonga came on a Sunday. The lamp was lit at nine. All guests from abroad sang.

The glossary explains these words.

Option 1 is a pier of stone.

Option 2 is a raft of wood.
"""


@pytest.fixture(scope="module")
def regatta(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return two_plans(tmp_path_factory.mktemp("regatta"), OLD, NEW)


def ask(regatta: Index, *questions: str) -> Answer:
    return answer(regatta, TinyEncoder(), [("user", question) for question in questions])


def test_of_two_names_for_one_country_the_likelier_is_shown(regatta: Index) -> None:
    said = ask(regatta, "Is South Korea among the sailing nations of the regatta?").text
    assert said.startswith("Yes: ")
    assert "Republic of Korea" in said
    assert "DPR Korea" not in said


def test_a_list_is_given_that_says_least_besides_what_is_asked(regatta: Index) -> None:
    said = ask(regatta, "list the sailing nations of the regatta").text
    assert "Iceland" in said
    assert "Fiji" not in said


def test_the_heading_of_a_passage_counts_for_a_yes(regatta: Index) -> None:
    said = ask(regatta, "Was Tonga at the opening of the lighthouse?")
    assert said.text.startswith("Yes: ")
    assert said.citations[0].quote in NEW


def test_a_sentence_between_two_that_answer_is_not_left_out(regatta: Index) -> None:
    said = ask(regatta, "which guests came on a Sunday and sang?").text
    assert "…" not in said


def test_an_option_that_is_not_among_those_named_is_refused_by_its_name(regatta: Index) -> None:
    said = ask(regatta, "what is option 7 made of")
    assert said.status == "not_found"
    assert said.text.startswith("The documents have no option 7.")


def test_of_two_alternatives_the_one_is_named_without_yes(regatta: Index) -> None:
    said = ask(regatta, "Is Tonga among the rowing nations or the sailing nations of the regatta?")
    assert not said.text.startswith(("Yes", "No"))
    assert "Tonga" in said.text
