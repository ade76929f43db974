"""What a step of answering gives: an answer, or the reason why it passes."""

from collections.abc import Callable
from dataclasses import dataclass

from service.answering.context import QuestionContext
from service.answering.types import Answer


@dataclass(frozen=True, slots=True)
class Passed:
    """A step has nothing to say, for this reason, in a few words."""

    reason: str


Step = Callable[[QuestionContext], Answer | Passed]
