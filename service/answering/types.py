"""What the steps of answering hand on: the standalone question, citations, lists, the answer."""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from corpus.types import Passage
from index.search import Before

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
        """Where the quotation first stands in its passage, in characters of the document."""
        return self.passage.start + self.passage.text.index(self.quote)

    @property
    def end(self) -> int:
        """Where it ends, in characters of the document."""
        return self.start + len(self.quote)


@dataclass(frozen=True, slots=True)
class Listing:
    """How many entries a list that was answered has, and the citations that it stands in."""

    count: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class StandaloneQuestion:
    """What is searched for the last question, and what came before if it leans on that."""

    standalone: str
    before: Before | None

    @property
    def query(self) -> str:
        """What is searched: how a question ends must not change its answer."""
        return _ended(self.standalone)

    @property
    def words(self) -> str:
        """The question as it was asked."""
        return _ended(self.before.own_words) if self.before else self.query

    @property
    def near(self) -> Before | None:
        """`before`, its words as they are searched."""
        return self.before and replace(self.before, own_words=self.words)


def _ended(question: str) -> str:
    """`question` ended by one question mark, as the search was trained."""
    return f"{question.rstrip(' ?.!…') or question}?"


@dataclass(frozen=True, slots=True)
class Answer:
    """`question` is what was searched; with `not_found`, `citations` are only the nearest passages."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]
    generation: str
