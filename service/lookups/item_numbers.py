"""Action items asked for by their number: "who leads item 4 of the 2024-26 plan"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.cells import Span, cell_of
from corpus.records import Record
from corpus.text.sentences import sentences
from corpus.types import Passage, Role
from index.terms import terms
from service.lookups.aggregation import has_other_words, in_plan
from service.questions.analysis import QuestionAnalysis
from service.questions.english import QUESTION_WORDS, plan_years

_NUMBERED = re.compile(
    r"\b(?:action )?(?:items?|actions?|activity|commitment) (?:(?:no\.?|nr\.?|number) ?|#)?(?P<number>\d{1,3})\b(?![-–/.]\d)",
    re.IGNORECASE,
)
_PLAIN = QUESTION_WORDS | frozenset(
    terms(
        "forward work plan plans say says lead leads leading led leader responsible charge owner status progress complete "
        "completed done finished ongoing priority area heading text"
    )
)


@dataclass(frozen=True, slots=True)
class NumberedItem:
    """A passage of the action item with the number asked for, and its characters that answer."""

    passage: Passage
    span: Span


def items_numbered(question: QuestionAnalysis, records: Sequence[Record]) -> list[NumberedItem] | None:
    """The items asked for by number, the newest plan first; of every plan if the question names none.

    None where the question has other words, and so asks for anything else. Empty where no item has the number, or
    the plan lacks the column.
    """
    match = _NUMBERED.search(question.text)
    if match is None or has_other_words(_NUMBERED.sub(" ", question.text), _PLAIN, records):
        return None
    years = plan_years(question.text)
    number = int(match["number"])
    found = [record for record in records if _number(record) == number and in_plan(record, years)]
    found.sort(key=lambda record: record.passage.document.period, reverse=True)
    role: Role = question.role or "text"
    passages = [record.having(role) for record in found]
    return [
        NumberedItem(passage, _part(question, passage, cell))
        for passage in passages
        if (cell := cell_of(passage, role))
    ]


def _number(record: Record) -> int | None:
    digits = re.findall(r"\d+", record.number or "")
    return int(digits[0]) if len(digits) == 1 else None


def _part(question: QuestionAnalysis, passage: Passage, cell: Span) -> Span:
    return sentences(passage.text, *cell)[0] if question.yes_or_no else cell
