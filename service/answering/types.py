"""The types of answering: the standalone question, citations, lists, the answer."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from corpus.types import Passage
from index.search import ConversationContext
from service.understanding.request import Request
from service.understanding.words import with_question_mark

Status = Literal["answered", "partial", "not_found"]


@dataclass(frozen=True, slots=True)
class Citation:
    """`quote` is characters of `passage.text`; `marker` is its number in the answer."""

    marker: int
    quote: str
    passage: Passage

    @property
    def quote_sha256(self) -> str:
        """SHA-256 of the quotation as UTF-8."""
        return hashlib.sha256(self.quote.encode()).hexdigest()

    @property
    def start(self) -> int:
        """Start of the quotation's first occurrence in its passage, in characters of the document."""
        return self.passage.start + self.passage.text.index(self.quote)

    @property
    def end(self) -> int:
        return self.start + len(self.quote)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in an answer: the number of its entries, and the citations that hold them."""

    count: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class StandaloneQuestion:
    """The last question as a stranger could ask it. `before` is the context of a follow-up."""

    standalone: str
    before: ConversationContext | None

    @property
    def query(self) -> str:
        """The search text: how a question ends must not change its answer."""
        return with_question_mark(self.standalone)

    @property
    def words(self) -> str:
        """The question in the user's own words."""
        return with_question_mark(self.before.own_words) if self.before else self.query

    @property
    def near(self) -> ConversationContext | None:
        """`before` with its words in the form that is searched."""
        return self.before and replace(self.before, own_words=self.words)


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """What a step of answering did."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`question` is the text searched. With `not_found`, `citations` are only the nearest passages.

    `listing` is set if the answer gives a list, `request` is the question as it was understood, `trace` what each step did.
    """

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]
    generation: str
    listing: Listing | None = None
    request: Request | None = None
    trace: tuple[TraceEntry, ...] = ()
