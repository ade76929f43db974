"""A request → an answer: the first step that knows one."""

from dataclasses import replace

from service.answering.context import QuestionContext
from service.answering.types import Answer, TraceEntry
from service.steps.comparison import compared_documents
from service.steps.definitions import defined_term, expanded_abbreviation
from service.steps.outcome import Step
from service.steps.reading import counted_list, searched
from service.steps.records import aggregated_records, numbered_items, unknown_lead

STEPS: tuple[Step, ...] = (
    numbered_items,  # "who leads item 4 of the 2024-26 plan"
    aggregated_records,  # "how many items does Thailand lead"
    unknown_lead,  # the same of a body that leads none
    defined_term,  # "what does RSO mean", from a glossary
    expanded_abbreviation,  # the same, from running text
    compared_documents,  # "how do the two plans differ on training"
    counted_list,  # "what are the nine goals"
    searched,  # everything else; always answers
)


def answer(context: QuestionContext) -> Answer:
    """The answer of the first step that has one, with what the steps before it said."""
    trace: list[TraceEntry] = []
    for step in STEPS:
        given = step(context)
        if isinstance(given, Answer):
            trace.append(TraceEntry(step.__name__, given.status))
            return replace(given, trace=tuple(trace))
        trace.append(TraceEntry(step.__name__, f"passes: {given.reason}"))
    raise AssertionError("the last step always answers")
