"""What is kept of a question that was answered, for those that follow it."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Passage
from service.answering.types import Answer
from service.understanding.request import Request


@dataclass(frozen=True, slots=True)
class Turn:
    """A request as it was understood in its conversation, and its answer.

    `subject` are the words of what the conversation is about. `entries` are those of the list in the answer, if it has one.
    """

    request: Request
    subject: str
    answer: Answer

    @property
    def passage(self) -> Passage | None:
        """The passage that answered, or the nearest."""
        return self.answer.citations[0].passage if self.answer.citations else None

    @property
    def entries(self) -> Sequence[Passage]:
        """The passages of the entries of the list that was given, without the one that leads in to it."""
        listing = self.answer.listing
        return tuple(citation.passage for citation in listing.citations[-listing.count :]) if listing else ()
