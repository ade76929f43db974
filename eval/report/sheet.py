"""The sheet for marking answers by eye: each question, its ideal answer, what was said and quoted, and the mark of checks."""

from collections.abc import Sequence

from eval.gold_data import Gold, Question, Turn
from eval.runs.rubric import Mark
from eval.systems.protocol import Answer

_HEAD = """# Answers to be marked by eye

3: right, in the form asked, short, proved. 2: right, but not in that form, or noisy. 1: half of it, or only among what is
quoted. 0: wrong, or refused though the documents say it. Near misses: 3 refused with the nearest facts, 2 refused or the
assumption corrected, 1 answered with something that does not answer, 0 misleading. Write the mark after "by eye".
"""


def sheet(gold: Gold, answers: Sequence[Answer], marks: Sequence[Mark]) -> str:
    """A Markdown page with one section a question, in the order of `asked_of`."""
    parts = [_HEAD]
    for asked, answer, mark in zip(asked_of(gold), answers, marks, strict=True):
        parts.append(_section(asked, answer, mark))
    return "\n".join(parts)


def asked_of(gold: Gold) -> list[Question | Turn]:
    """The questions, then the turns of the conversations."""
    return [*gold.questions, *(turn for conversation in gold.conversations for turn in conversation.turns)]


def _section(asked: Question | Turn, answer: Answer, mark: Mark) -> str:
    question = asked.text if isinstance(asked, Question) else asked.question
    near_miss = isinstance(asked, Question) and not asked.answerable
    quoted = [f"> {' '.join(citation.quote.split())} — {citation.document}" for citation in answer.citations]
    return "\n\n".join(
        (
            f"## {asked.id}: {question}",
            f"Ideal: {asked.ideal or ', '.join(asked.accepted.answers) or 'not said'}{' (near miss)' * near_miss}",
            f"Said ({answer.status}, {answer.confidence:.2f}):",
            answer.text,
            *quoted,
            f"Mark by checks: {mark.mark}{f' ({mark.why})' * bool(mark.why)}; by eye: \n",
        )
    )
