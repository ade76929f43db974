"""A follow-up finds what it should, a new subject is searched alone, commands act on the last answer, and no history fails."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from index.generation import Index, load_index
from service.chat import answer
from service.settings import Settings
from tests.support.tiny import TinyEncoder


@pytest.fixture(scope="module")
def index(harbour: Settings) -> Index:
    return load_index(harbour.var)


def chat(client: TestClient, *questions: str, said: str = "Norway [1]") -> tuple[str, str, str]:
    """What was searched for the last question, the answer, and its first quotation."""
    messages = [{"role": "user", "content": questions[0]}]
    for question in questions[1:]:
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": question}]
    given = client.post("/chat", json={"messages": messages}).json()
    quote = given["citations"][0]["quote"] if given["citations"] else ""
    return given["question"], given["answer"], quote


@pytest.mark.parametrize(
    "question",
    [
        "Which members train buoy inspectors on corrosion?",
        "What does the Harbour Group coordinate among its members?",
        "How often did inspectors of the group see those who keep the northern lighthouse?",
    ],
)
def test_a_new_subject_is_searched_alone(client: TestClient, question: str) -> None:
    assert chat(client, "Who publishes the tide calendar?", question) == chat(client, question)


def test_a_pronoun_stands_for_the_row_whose_other_column_is_asked_for(client: TestClient) -> None:
    _, said, quote = chat(client, "Who leads the fog signal workshop?", "What's its status?")
    assert said.startswith("For action")
    assert quote.startswith("4. Hold a fog signal workshop")


def test_a_pronoun_stands_for_the_subject(client: TestClient) -> None:
    searched, _, quote = chat(
        client, "When was the northern lighthouse inspected?", "Does it need anything new?"
    )
    assert "northern lighthouse" in searched
    assert "staircase" in quote


def test_entries_of_a_list_are_pointed_at_by_their_place(client: TestClient) -> None:
    first = "Who leads the training of buoy inspectors on corrosion?"
    assert chat(client, first, "And the one after that?")[2].startswith("3. Publish")
    assert chat(client, first, "and the previous one?")[2].startswith("1. Repair")
    assert chat(client, first, "Who leads the last one?")[2].startswith("4. Hold")
    assert chat(client, "What does Iceland lead?", "and the second one, who leads it?")[2].startswith(
        "3. Publish"
    )


def test_a_fragment_takes_the_place_of_what_it_resembles(client: TestClient) -> None:
    first = "Who leads the tide calendar for fishing villages?"
    assert chat(client, first, "And the buoy inspectors one?")[2].startswith("2. Train buoy inspectors")


def test_another_body_takes_the_place_of_the_one_named(client: TestClient) -> None:
    searched, said, _ = chat(client, "What does Iceland lead?", "And Norway?")
    assert searched == "What does Norway lead?"
    assert said.startswith("1 of 4 action items:\n- 1. Repair")


def test_what_was_meant_is_put_right(client: TestClient) -> None:
    _, _, quote = chat(client, "Who leads the tide calendar?", "sorry, I meant the fog signal workshop")
    assert quote.startswith("4. Hold")


def test_another_document_is_pointed_at_by_its_age(client: TestClient) -> None:
    first = "What does the Work Plan 2020-22 say on the northern lighthouse?"
    searched, _, quote = chat(client, first, "And what does the 2023 report say about it?")
    assert "northern lighthouse" in searched
    assert not quote.startswith("1. Repair")


def test_the_last_answer_is_quoted_and_its_place_told_on_command(client: TestClient) -> None:
    first = "When was the northern lighthouse inspected?"
    _, said, quote = chat(client, first)
    assert chat(client, first, "what are the exact words?")[1].startswith("“")
    assert chat(client, first, "where is that from?")[1].startswith("Annual Report")
    assert chat(client, first, "are you sure?")[2] == quote
    assert chat(client, first, "say that again")[1] == said


def test_a_command_is_forgotten_by_the_next_question(client: TestClient) -> None:
    first = "Who leads the fog signal workshop?"
    assert chat(client, first, "what are the exact words?", "What's its status?") == chat(
        client, first, "What's its status?"
    )


@given(said=st.text(max_size=200))
@settings(max_examples=15)
def test_it_does_not_matter_how_the_answers_were_worded(client: TestClient, said: str) -> None:
    asked = ("Who leads the fog signal workshop?", "What's its status?")
    assert chat(client, *asked, said=said or "-") == chat(client, *asked)


MESSAGE = st.tuples(
    st.sampled_from(["user", "assistant"]),
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            ["And?", "the next one", "it", "I meant this", "name them", "Why?", "2021?", "“", "?", "one"]
        ),
        st.lists(
            st.sampled_from(
                "and who leads the first one of them, it 2021 ? . : not shorter Iceland plan".split()
            )
        ).map(" ".join),
    ),
)


@given(history=st.lists(MESSAGE, max_size=10), last=MESSAGE)
@settings(max_examples=100)
def test_no_history_fails(index: Index, history: list[tuple[str, str]], last: tuple[str, str]) -> None:
    question = last[1].strip() or "And?"
    given = answer(index, TinyEncoder(), [*history, ("user", question)])
    assert given.text.strip()
    assert all(one.quote in one.passage.text for one in given.citations)


def test_long_histories_cost_no_more_than_a_few_answers(index: Index) -> None:
    encoder = TinyEncoder()
    many = [("user", f"And the {n}th lighthouse? {'!' * 50_000}{' it' * 20_000}") for n in range(500)]
    given = answer(index, encoder, [*many, ("user", "Who leads it?")])
    assert len(given.question) < 1_000
    assert len(encoder.encoded) < 200
