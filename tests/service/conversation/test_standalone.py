"""A follow-up finds what it should, a new subject is searched alone, and no history is too long or too odd."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from index.generation import Index, load_index
from index.passages.filters import Filter
from service.conversation.standalone import standalone_question
from service.settings import Settings
from tests.support.tiny import TinyEncoder


@pytest.fixture(scope="module")
def index(harbour: Settings) -> Index:
    return load_index(harbour.var)


def chat(client: TestClient, *questions: str, said: str = "Norway [1]") -> tuple[str, str]:
    """What was searched for the last question, and the first quotation."""
    messages = [{"role": "user", "content": questions[0]}]
    for question in questions[1:]:
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": question}]
    answer = client.post("/chat", json={"messages": messages}).json()
    return answer["question"], answer["citations"][0]["quote"] if answer["citations"] else ""


@pytest.mark.parametrize(
    "question",
    [
        "Which members train buoy inspectors on corrosion?",
        "What does the Harbour Group coordinate among its members?",
        "Was the northern lighthouse inspected, and does it need a new staircase?",
        "How often did inspectors of the group see those who keep the northern lighthouse?",
    ],
)
def test_a_new_subject_is_searched_alone(client: TestClient, question: str) -> None:
    assert chat(client, "Who publishes the tide calendar?", question) == chat(client, question)


def test_the_announcement_of_a_new_subject_is_not_searched(client: TestClient) -> None:
    searched, _ = chat(client, "Who leads the tide calendar?", "Different topic: what does TIC stand for?")
    assert searched == "what does TIC stand for?"


def test_a_pronoun_stands_for_the_row_whose_other_column_is_asked_for(client: TestClient) -> None:
    searched, quote = chat(client, "Who leads the fog signal workshop?", "What's its status?")
    assert "“Hold a fog signal workshop" in searched
    assert quote.startswith("4. Hold a fog signal workshop")


def test_a_pronoun_stands_for_the_subject(client: TestClient) -> None:
    searched, quote = chat(
        client, "When was the northern lighthouse inspected?", "Does it need anything new?"
    )
    assert searched == "Does the northern lighthouse inspected need anything new?"
    assert "staircase" in quote


def test_those_are_the_items_that_were_listed(client: TestClient) -> None:
    first = "Which items do all members lead?"
    searched, quote = chat(client, first, "Which of those are for action with Iceland?")
    assert searched == f"Which of the action items of “{first[:-1]}” are for action with Iceland?"
    assert quote.startswith("2. Train")


def test_entries_of_a_list_are_pointed_at_by_their_place(client: TestClient) -> None:
    first = "Who leads the training of buoy inspectors on corrosion?"
    assert chat(client, first, "And the one after that?")[1].startswith("3. Publish")
    assert chat(client, first, "and the previous one?")[1].startswith("1. Repair")
    assert chat(client, first, "Who leads the last one?")[1].startswith("4. Hold")
    assert chat(client, first, "And the one after that?", "And the one after that?")[1].startswith("4. Hold")
    assert chat(client, first, "Who leads number three on the list?")[1].startswith("3. Publish")


def test_they_who_lead_are_meant_where_it_was_asked_who_leads(client: TestClient) -> None:
    first = "Who leads the fog signal workshop?"
    said = client.post("/chat", json={"messages": [{"role": "user", "content": first}]}).json()["answer"]
    leader = said.split(" [1]")[0]
    assert chat(client, first, "And what else do they run?")[0] == f"what else do {leader} run?"


def test_a_whole_question_after_and_is_left_as_it_is(client: TestClient) -> None:
    searched, _ = chat(client, "Who leads the tide calendar?", "And what did Norway say about lighthouses?")
    assert searched == "what did Norway say about lighthouses?"


def test_these_days_point_at_nothing(client: TestClient) -> None:
    question = "Who leads the tide calendar for fishing villages these days?"
    assert chat(client, "When was the northern lighthouse inspected?", question)[0] == question


def test_an_aspect_that_was_asked_for_is_not_the_subject(client: TestClient) -> None:
    searched, _ = chat(client, "What is the status of the tide calendar?", "Who would use it?")
    assert searched == "Who would use the tide calendar?"


def test_a_fragment_takes_the_place_of_what_it_resembles(client: TestClient) -> None:
    first = "Who leads the tide calendar for fishing villages?"
    searched, quote = chat(client, first, "And the buoy inspectors one?")
    assert searched.startswith("Who leads ")
    assert "buoy inspectors" in searched
    assert quote.startswith("2. Train buoy inspectors")
    assert chat(client, "What happened to lighthouses in 2021?", "And in 2023?")[0] == (
        "What happened to lighthouses in 2023?"
    )


def test_a_bare_question_asks_what_the_last_one_did_not(client: TestClient) -> None:
    searched, _ = chat(client, "When did the keeper of the lighthouse retire?", "And where was that?")
    assert searched == "Where did the keeper of the lighthouse retire?"


def test_what_is_rejected_is_put_right(client: TestClient) -> None:
    searched, quote = chat(
        client, "Who leads the tide calendar?", "No, I meant the fog signal workshop, not the tide calendar"
    )
    assert searched == "Who leads the fog signal workshop?"
    assert quote.startswith("4. Hold")


def test_another_document_is_pointed_at_by_its_age(client: TestClient) -> None:
    first = "What does the Work Plan 2020-22 say on the northern lighthouse?"
    searched, quote = chat(client, first, "And what does the newer report say about it?")
    assert "the Annual Report of the Harbour Group 2023" in searched
    assert "staircase" in quote or "inspected twice" in quote


def test_what_someone_did_is_asked_of_what_was_spoken_of(client: TestClient) -> None:
    searched, _ = chat(client, "When was the northern lighthouse inspected?", "Did Norway come too?")
    assert "the northern lighthouse" in searched


def test_an_earlier_subject_is_returned_to(client: TestClient) -> None:
    searched, _ = chat(
        client,
        "Who leads the tide calendar for fishing villages?",
        "When was the northern lighthouse inspected by the group?",
        "Back to the tide calendar: what's its status?",
    )
    assert "Publish a tide calendar" in searched


@given(said=st.text(max_size=200))
@settings(max_examples=25)
def test_it_does_not_matter_how_the_answers_were_worded(client: TestClient, said: str) -> None:
    asked = ("Who leads the fog signal workshop?", "What's its status?")
    assert chat(client, *asked, said=said or "-") == chat(client, *asked)


MESSAGE = st.tuples(
    st.sampled_from(["user", "assistant"]),
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            ["And?", "the next one", "it", "not that, this", "back to it:", "Why?", "2021?", "“", "?", "one"]
        ),
        st.lists(
            st.sampled_from("and who leads the first one of them, it 2021 ? . : not back to".split())
        ).map(" ".join),
    ),
)


@given(history=st.lists(MESSAGE, max_size=12), last=MESSAGE)
@settings(max_examples=150)
def test_no_history_fails(index: Index, history: list[tuple[str, str]], last: tuple[str, str]) -> None:
    question = last[1].strip() or "And?"
    asked = standalone_question(index, TinyEncoder(), [*history, ("user", question)])
    assert asked.standalone.strip()


def test_long_histories_and_long_messages_cost_no_more_than_a_few_searches(index: Index) -> None:
    encoder = TinyEncoder()
    many = [("user", f"And the {n}th lighthouse? {'!' * 50_000}{' it' * 20_000}") for n in range(500)]
    asked = standalone_question(index, encoder, [*many, ("user", "Who leads it?")], Filter())
    assert len(asked.standalone) < 1_000
    assert len(encoder.encoded) < 100
    longest = " .,!" * 25_000 + "and it?"
    assert standalone_question(index, encoder, [*many, ("user", longest)]).before is None


def test_nothing_is_near_where_a_filter_leaves_nothing(index: Index) -> None:
    nothing = Filter(year_from=1900, year_to=1901)
    messages = [("user", "Who leads the fog signal workshop?"), ("user", "And when?")]
    assert standalone_question(index, TinyEncoder(), messages, nothing).before is None
