"""A request → an answer: the first step that knows one."""

from dataclasses import replace

from service.answering.context import QuestionContext
from service.answering.types import Answer, TraceEntry
from service.steps.collection import asked_collection
from service.steps.comparison import compared
from service.steps.definitions import defined_term, expanded_abbreviation
from service.steps.membership import membership
from service.steps.meta import help, other_language, outside, small_talk
from service.steps.outcome import Step
from service.steps.overview import overview
from service.steps.reading import searched
from service.steps.records import asked_records

STEPS: tuple[Step, ...] = (
    other_language,  # "Siapa yang memimpin …"
    small_talk,  # "thanks"
    help,  # "what can you do"
    outside,  # "write me a poem"
    asked_collection,  # "which documents do you have"
    asked_records,  # "who leads item 4 of the 2024-26 plan", "how many items does Thailand lead"
    membership,  # "is Turkey a member", "which agencies are members"
    defined_term,  # "what does RSO mean", from a glossary
    expanded_abbreviation,  # the same, from running text
    compared,  # "how do the two plans differ on training"
    overview,  # "everything on scams", "summarise the report"
    searched,  # everything else; always answers
)


def answer(context: QuestionContext) -> Answer:
    """The answer of the first step that has one, with what the steps before it said."""
    trace: list[TraceEntry] = []
    for step in STEPS:
        given = step(context)
        if isinstance(given, Answer):
            trace.append(TraceEntry(step.__name__, given.status))
            return replace(given, request=context.request, trace=tuple(trace))
        trace.append(TraceEntry(step.__name__, f"passes: {given.reason}"))
    raise AssertionError("the last step always answers")
