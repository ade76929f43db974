"""Questions whose answer must be of a kind and belong to what is asked about; comparisons, letters, greetings."""

from dataclasses import replace

import pytest

from index.generation import Index
from index.passages.filters import Filter
from service.answering import steps
from service.answering.answer_type import ANSWER_TYPES
from service.answering.context import QuestionContext
from service.lookups.lists import parts, series
from service.answering.types import Answer, StandaloneQuestion
from service.chat import answer
from service.conversation.small_talk import is_small_talk
from service.questions.comparison import comparison
from service.steps.outcome import Step
from service.steps.pipeline import STEPS
from tests.support.plans import two_plans
from tests.support.tiny import TinyEncoder

OLD = """\
# Ferry Plan 2015

The harbour council discusses the old pier and its lanterns.

Seals were counted along the northern coast by volunteers.
"""
NEW = """\
# Ferry Plan 2024

The winter regatta was held in Tromsø, with many crews.

The summer regatta was held in June 2022 by the harbour council.

The regatta was opened by Ms Ada Lund, Harbour Master of Bergen and Deputy Director of the Coast Guard.

The harbour council replaces the lanterns of the pier.

The Sea School was established in 1999 as a part of the Coast Guard.

The Pilots noted that lanterns are dim.

The Co-Skippers acknowledge the crews. Signed for the CRR by ------------------------ in Bergen.

The Office of the Harbour Director of Bergen thanks Mr Ola Nordmann.

A museum was created for the crews; its shop opened in 2021. The Rowing Week took place on 3-4 May 2018 in Bergen.

The keepers thank the Divers for their letters.

Norway and Iceland co-chaired the 2022 Annual Meeting under the Working Group on Rescue of Seals and Whales.

The Co-Chairs thank the Whale Group of the Working Group for Whales for its letters.

The Rescue Office held a seminar in Trondheim.

The Weather Office is based in Stavanger.

Crews use the Coastal Radio Relay (CRR) at sea. The relay reports to the Harbour Inspectorate (Harbour Inspectorate, HIN).

Action Item\tAction Item Lead
1) Paint the pier.\tPilots
2) Count the seals.\tCoast Guard
3) Repair the lanterns.\tPilots Coast Guard
4) Count the whales.\tNAMC
"""


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two plans, of which one speaks of a regatta, its place and its people."""
    return two_plans(tmp_path_factory.mktemp("regatta"), OLD, NEW)


def ask(ferries: Index, *questions: str) -> Answer:
    return answer(ferries, TinyEncoder(), [("user", question) for question in questions])


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Where was the winter regatta held?", "in Tromsø"),
        ("Who was the Harbour Master of Bergen?", "Ada Lund"),
        ("When was the Sea School established?", "1999"),
        ("What did the Pilots say?", "lanterns are dim"),
        ("What did the Co-skippers say?", "acknowledge the crews"),
        ("When did the Rowing Week start?", "3-4 May 2018"),
        ("Who co-chairs the group on rescue of seals?", "Norway and Iceland"),
        ("Where is the Weather Office based?", "in Stavanger"),
        ("Which action items are led jointly?", "Repair the lanterns. [1] (1 of"),
        ("How many action items are led jointly with the Coast Guard?", "1: "),
        ("Who are the co-chairs of the Rescue Group?", "Norway and Iceland"),
        ("Who chaired the 2022 annual meeting in Bergen?", "Norway and Iceland"),
        ("Which items does the North Atlantic Marine Commission lead?", "Count the whales"),
    ],
)
def test_what_belongs_to_what_is_asked_about_answers(ferries: Index, question: str, says: str) -> None:
    said = ask(ferries, question)
    assert said.status != "not_found"
    assert says in said.text


@pytest.mark.parametrize(
    "question",
    [
        "Where was the summer regatta held?",
        "Where is the Rescue Office based?",
        "Who is the Deputy Minister of the Coast Guard?",
        "When was the harbour council established?",
        "What did the Divers say?",
        "Who is the Harbour Director of Bergen?",
        "Who co-chairs the Working Group for Whales?",
        "Who are the co-chairs of the Whale Group?",
        "When was the museum created?",
        "Which action items does Bergen lead?",
        "What does ABC stand for?",
    ],
)
def test_what_only_lies_near_does_not_answer(ferries: Index, question: str) -> None:
    said = ask(ferries, question)
    assert said.status == "not_found"
    assert said.citations


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What does CRR stand for?", "CRR: Coastal Radio Relay [1]"),
        ("What does HIN stand for?", "Harbour Inspectorate, HIN"),
        ("what does crr stand for?", "CRR: Coastal Radio Relay [1]"),
    ],
)
def test_letters_are_spelled_out_of_the_text(ferries: Index, question: str, says: str) -> None:
    said = ask(ferries, question)
    assert says in said.text
    assert said.citations[0].quote in NEW


def test_two_plans_are_compared_each_in_its_words(ferries: Index) -> None:
    said = ask(ferries, "How do the two plans differ on the lanterns?")
    assert said.status == "answered"
    assert said.text.startswith("Ferry Plan 2024: ")
    assert (
        "[1] Ferry Plan 2015: The harbour council discusses the old pier and its lanterns. [2]" in said.text
    )
    assert {citation.passage.document.id for citation in said.citations} == {"old", "new"}


def test_a_plan_that_says_nothing_is_named(ferries: Index) -> None:
    said = ask(ferries, "Compare the old and the new plan on the radio relay")
    assert said.status == "partial"
    assert said.text.endswith("Ferry Plan 2015: nothing found on “the radio relay”.")


def test_what_neither_plan_says_is_not_found(ferries: Index) -> None:
    assert ask(ferries, "How do the two plans differ on submarines?").status == "not_found"


@pytest.mark.parametrize(
    "question",
    [
        "How do the plans differ?",
        "What is said on lanterns?",
        "How do the 1990 and 2015 plans differ on seals?",
        "How does the current plan speak about climate change?",
        "In the current plan, which two items are about lanterns?",
        "How many items do the two plans have on lanterns?",
    ],
)
def test_what_names_no_two_documents_or_no_topic_is_no_comparison(ferries: Index, question: str) -> None:
    assert comparison(question, ferries.documents.values()) is None


def test_the_plans_compared_are_of_one_group(ferries: Index) -> None:
    old, new = sorted(ferries.documents.values(), key=lambda document: document.period)
    other = replace(new, id="other", title="Pilot Plan 2020", issuer="Pilots", period=(2020, 2020))
    compared = comparison("How do the plans differ on seals?", [other, old, new])
    assert compared is not None
    assert compared.documents == (new, old)


def test_of_what_the_filter_keeps_out_nothing_is_said(ferries: Index) -> None:
    question = [("user", "How do the two plans differ on the lanterns?")]
    said = answer(ferries, TinyEncoder(), question, Filter(document=("old",)))
    assert "2024" not in said.text
    assert {citation.passage.document.id for citation in said.citations} <= {"old"}


def test_what_was_counted_can_be_listed(ferries: Index) -> None:
    said = ask(ferries, "How many items do the Pilots lead?", "List them")
    assert "Paint the pier" in said.text
    assert "Repair the lanterns" in said.text


def test_joint_leads_are_told_apart(ferries: Index) -> None:
    assert ask(ferries, "Who leads item 3?").text == "Pilots and Coast Guard [1]"


@pytest.mark.parametrize("message", ["hello", "Thank you very much!", "Good morning", "Great, thanks"])
def test_a_greeting_gets_no_passage(ferries: Index, message: str) -> None:
    said = ask(ferries, "Where was the winter regatta held?", message)
    assert not said.citations
    assert "Ask a question" in said.text


def test_thanks_between_questions_do_not_count(ferries: Index) -> None:
    questions = ("How many items do the Pilots lead?", "List them")
    assert ask(ferries, questions[0], "Thanks!", questions[1]).text == ask(ferries, *questions).text


@pytest.mark.parametrize("message", ["hello, who leads item 3?", "Good practice", "thanks for the lanterns"])
def test_what_says_more_is_no_greeting(message: str) -> None:
    assert not is_small_talk(message)


def test_however_is_no_name() -> None:
    text = "However, Norway, Iceland, Denmark and Sweden sailed."
    row = series(text)
    assert row is not None
    assert [text[slice(*part)] for part in parts(text, row)] == ["Norway", "Iceland", "Denmark", "Sweden"]


@pytest.mark.parametrize(
    ("name", "question"), [(type.name, example) for type in ANSWER_TYPES for example in type.examples]
)
def test_an_example_is_of_its_answer_type_and_no_earlier_one(name: str, question: str) -> None:
    matching = (type.name for type in ANSWER_TYPES if type.asked.match(question.strip(" ?")))
    assert next(matching) == name


@pytest.mark.parametrize(
    ("step", "question"),
    [
        (steps.numbered_items, "Who leads item 3?"),
        (steps.aggregated_records, "How many items do the Pilots lead?"),
        (steps.unknown_lead, "Which action items does Bergen lead?"),
        (steps.expanded_abbreviation, "What does CRR stand for?"),
        (steps.compared_documents, "How do the two plans differ on the lanterns?"),
        (steps.searched, "Where was the winter regatta held?"),
    ],
)
def test_the_first_step_that_knows_an_answer_gives_it(ferries: Index, step: Step, question: str) -> None:
    context = QuestionContext(ferries, TinyEncoder(), Filter(), StandaloneQuestion(question, None))
    assert next(one for one in STEPS if isinstance(one(context), Answer)) is step
