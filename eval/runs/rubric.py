"""A second judge of answers: marks of 0 to 3, as a reader gives them, and whether the form is the one asked for.

A reader marks an answer 3 if it is right, in the form asked, short and proved; 2 if right but not in that form, or
noisy; 1 if it shows the evidence and does not say the answer; 0 if it is wrong, or refuses what the documents say. A
refusal of what they do not say gets 3 if it is shown as one, with the nearest passages; 2 without them; 1 if something
is said and marked as partial; 0 if it is said to be the answer.

What can be checked without reading is checked here. It is stricter than a reader on wording and kinder on noise: the
sheet of `bali eval rubric` shows both beside the ideal answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.gold_data import Gold, Question, Turn
from eval.metrics.answers import is_cited_right, is_right, plain
from eval.systems.protocol import Answer

Form = Literal["yes_no", "number", "list", "free"]
LENGTH = 900  # characters of an answer in prose above which it is noisy
_NUMBERS = "no none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_VERDICT = re.compile(r"(?P<verdict>yes|no)\b")
_NUMBER = re.compile(rf"\W*(?:about |at least )?(?:\d|(?:{'|'.join(_NUMBERS)})\b)")
_ENTRY = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)]|\|)\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer got: `mark` of 3, the form asked, and whether it has it; `why` names what it lacks."""

    id: str
    mark: int
    form: Form
    in_form: bool
    green_and_wrong: bool
    why: str


def form_of(question: Question | Turn) -> Form:
    """The form asked for, as the ideal answer shows it, or else the kind of the question."""
    kind = getattr(question, "kind", "")
    ideal = plain(question.ideal or "")
    if _VERDICT.match(ideal) or kind in ("yesno", "yes_no"):
        return "yes_no"
    if kind == "count":
        return "number"
    if kind == "list" or (question.accepted.all_needed and len(question.accepted.answers) > 2):
        return "list"
    return "free"


def mark(question: Question | Turn, answer: Answer) -> Mark:
    """The mark of an answer to a question of gold data."""
    if isinstance(question, Question) and not question.answerable:
        return _mark_near_miss(question, answer)
    form = form_of(question)
    if answer.status == "not_found":
        return Mark(question.id, 0, form, False, False, "refused")
    right = is_right(answer.text, question.accepted) and _agrees(question, answer)
    cited = is_cited_right(answer, question.evidence)
    in_form = right and has_form(answer.text, form)
    lacks = [
        *(() if right else ("does not say it",)),
        *(() if cited else ("does not prove it",)),
        *(() if in_form or not right else (f"not as {form}",)),
        *(("long",) if form == "free" and len(answer.text) > LENGTH else ()),
    ]
    got = 3 if not lacks else 2 if right else 1 if cited else 0
    wrong = not right and not cited and answer.status == "answered"
    return Mark(question.id, got, form, in_form, wrong, ", ".join(lacks))


def grouped(gold: Gold, marks: Sequence[Mark]) -> dict[str, list[Mark]]:
    """The marks of answerable questions, of near misses, and of the turns of conversations by their number."""
    groups: dict[str, list[Mark]] = {}
    for question, given in zip(gold.questions, marks, strict=False):
        groups.setdefault("answerable" if question.answerable else "near misses", []).append(given)
    rest = iter(marks[len(gold.questions) :])
    for conversation in gold.conversations:
        for number, _ in enumerate(conversation.turns, 1):
            groups.setdefault(f"turn {min(number, 4)}{'+' * (number > 3)}", []).append(next(rest))
    return {name: groups[name] for name in sorted(groups)}


def has_form(text: str, form: Form) -> bool:
    """Whether a text begins with yes or no, or with a number, or holds a list."""
    match form:
        case "yes_no":
            return bool(_VERDICT.match(plain(text)))
        case "number":
            return bool(_NUMBER.match(plain(text)))
        case "list":
            return len(_ENTRY.findall(text)) > 1
        case "free":
            return True


def _agrees(question: Question | Turn, answer: Answer) -> bool:
    """Whether an answer that begins with yes or no does so as the ideal answer does."""
    ideal, said = (_VERDICT.match(plain(text)) for text in (question.ideal or "", answer.text))
    return not (ideal and said) or ideal["verdict"] == said["verdict"]


def _mark_near_miss(question: Question, answer: Answer) -> Mark:
    match answer.status:
        case "not_found":
            return Mark(question.id, 3 if answer.citations else 2, "free", True, False, "")
        case "partial":
            return Mark(question.id, 1, "free", False, False, "says something, as partial")
        case "answered":
            return Mark(question.id, 0, "free", False, True, "answers what is not said")
