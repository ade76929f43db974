"""A standalone question → an answer: the first step that knows one."""

from collections.abc import Callable

from service.answering.context import QuestionContext
from service.answering.steps import (
    aggregated_records,
    compared_documents,
    counted_list,
    defined_term,
    expanded_abbreviation,
    numbered_items,
    searched,
    unknown_lead,
)
from service.answering.types import Answer

Step = Callable[[QuestionContext], Answer | None]

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
    return next(found for step in STEPS if (found := step(context)) is not None)
