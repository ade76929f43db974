"""A standalone question with everything that the steps of answering need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corpus.records import Record
from corpus.types import Document
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import SearchResults, search
from service.answering.types import StandaloneQuestion
from service.lookups.aggregation import lead_in_letters
from service.questions.analysis import QuestionAnalysis, analyse
from service.understanding.request import Request
from service.understanding.understand import understand


@dataclass(frozen=True)
class QuestionContext:
    """Made once for a question; derived values are computed on first use and kept."""

    index: Index
    encoder: Encoder
    filter: Filter
    question: StandaloneQuestion

    @property
    def text(self) -> str:
        return self.question.standalone

    @property
    def is_follow_up(self) -> bool:
        return self.question.before is not None

    @cached_property
    def request(self) -> Request:
        """What the question asks for."""
        return understand(self.index, self.encoder, self.text)

    @cached_property
    def analysis(self) -> QuestionAnalysis:
        return analyse(self.question.query)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """The passages that pass the filter."""
        return self.index.fields.mask(self.filter)

    @cached_property
    def records(self) -> Sequence[Record]:
        """The action items that pass the filter."""
        return self.index.records.under(self.mask)

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """The question, and the question with leads named as in the records, in full or in short."""
        leads = self.index.records.lead.counts(self.mask).keys()
        others = (self.index.names.spelled_out(self.text), self.index.names.abbreviated(self.text))
        known = [other.text for other in others if leads & other.changed.values()]
        return tuple(dict.fromkeys([self.text, *known, lead_in_letters(self.text, leads)]))

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
        """The best `count` passages for the question."""
        asked = self.question
        return search(self.index, self.encoder, asked.query, count, self.filter, asked.near)

    def reworded(self, text: str) -> "QuestionContext":
        return replace(self, question=replace(self.question, standalone=text))
