"""A standalone question with everything that the steps of answering need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.records import Record
from corpus.types import Document, Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import SearchResults, search
from service.answering.types import StandaloneQuestion
from service.questions.analysis import QuestionAnalysis, analyse
from service.understanding.names import BodyNames
from service.understanding.request import Request, Scope
from service.understanding.understand import bodies_of

_READ = 24  # passages that any step looks at


@dataclass(frozen=True)
class QuestionContext:
    """Made once for a question; derived values are computed on first use and kept.

    `request` is what it asks for, `anchor` the passage that it refers to, as "who leads that one" does.
    """

    index: Index
    encoder: Encoder
    filter: Filter
    question: StandaloneQuestion
    request: Request
    anchor: Passage | None = None

    @property
    def text(self) -> str:
        return self.question.standalone

    @property
    def is_follow_up(self) -> bool:
        return self.question.before is not None

    @cached_property
    def analysis(self) -> QuestionAnalysis:
        return analyse(self.request, self.question.query)

    @cached_property
    def own_words(self) -> QuestionAnalysis:
        """The same in the user's own words."""
        return analyse(self.request, self.question.words)

    @cached_property
    def bodies(self) -> BodyNames:
        return bodies_of(self.index)

    @cached_property
    def scoped(self) -> frozenset[str]:
        """The ids of the documents that the question may be about: those it names, or those that pass the filter."""
        passing = {document.id for document in self.documents}
        named = passing & set(self.request.scope.documents)
        return frozenset(named or passing)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """The passages that pass the filter."""
        return self.index.fields.mask(self.filter)

    @cached_property
    def records(self) -> Sequence[Record]:
        """The action items that pass the filter."""
        return self.index.records.under(self.mask)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents with a passage that passes the filter; answers must not mention any other."""
        return tuple(
            document
            for document in self.index.documents.values()
            if (not self.filter.document or document.id in self.filter.document)
            and self.index.fields.mask(self.within(document)).any()
        )

    def within(self, document: Document) -> Filter:
        return replace(self.filter, document=(document.id,))

    def search(self, count: int) -> SearchResults:
        """The best `count` passages, at most 24, for the question, in the documents that it names, if it names any."""
        return replace(self._found, results=self._found.results[:count])

    @cached_property
    def _found(self) -> SearchResults:
        asked = self.question
        filter = self.filter
        if self.request.scope.documents:
            filter = replace(filter, document=tuple(sorted(self.scoped)))
        return search(self.index, self.encoder, asked.query, _READ, filter, asked.near)

    def everywhere(self) -> "QuestionContext":
        """The same of all documents, whichever the question names."""
        return replace(self, request=replace(self.request, scope=Scope()))
