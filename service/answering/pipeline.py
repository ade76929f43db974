"""A question → a short answer in the documents' own words, with its citations.

read the conversation → a count over the records, or definitions → search → how sure → not found, or quote
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpus.cells import cell_of
from corpus.records import Record
from corpus.text.markup import plain
from corpus.types import Document, Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.search import SearchResults, search
from service.answering.answer_type import passages_of_type
from service.answering.composition import cited, compose, words, years
from service.answering.confidence import confidence
from service.answering.extraction import extract
from service.answering.types import Answer, Citation, Listing, StandaloneQuestion, Status
from service.answering.unknown_names import unknown_names
from service.lookups.abbreviations import (
    Expansion,
    asks_letters,
    definitions,
    expansion,
    expansion_asked,
    with_capitals,
)
from service.lookups.aggregation import Aggregation, aggregate, by_letters, led_by_nobody
from service.lookups.item_numbers import NumberedItem, items_numbered
from service.questions.analysis import Question, analyse, without_number
from service.questions.comparison import DocumentComparison, comparison

_READ = 8  # passages looked at
_RELATED = 3  # nearest passages offered when nothing answers
_MOST_ITEMS = 10  # of a list that are quoted
_SURE = 0.95  # of what is looked up, not searched
_UNLIKELY = 0.05  # the same, where nothing is there


def answer(
    index: Index, encoder: Encoder, asked: StandaloneQuestion, filter: Filter | None
) -> tuple[Answer, Listing | None]:
    """The answer, and the list that it gives, if it is one."""
    mask = index.fields.mask(filter or Filter())
    records = index.records.under(mask)
    if (items := items_numbered(analyse(asked.query), records)) is not None:
        return _numbered(index, encoder, asked, items, filter), None
    readings = _readings(index, asked.standalone, mask)
    for reading in readings:
        if counted := aggregate(reading, records):
            return _counted(index, asked.standalone, counted)
    if any(led_by_nobody(reading, records) for reading in readings):
        return _nothing(index, encoder, asked, filter), None
    lettered = with_capitals(asked.standalone)
    if defined := definitions(lettered, index.passages.of_kind("definition", mask)):
        return _defined(index, asked.standalone, defined), None
    if short := expansion_asked(lettered):
        if (expanded := expansion(index, short, mask)) is not None:
            return _expanded(index, asked.standalone, short, expanded), None
        if asked.before is None and asks_letters(asked.standalone):
            return _nothing(index, encoder, asked, filter), None
    if compared := comparison(asked.standalone, _documents(index, filter)):
        return _compared(index, encoder, asked, compared, filter), None
    if (numbered := without_number(asked.query)) is not None:
        shorter, number = numbered
        given, listing = _searched(index, encoder, replace(asked, standalone=shorter), filter)
        if listing and listing.count == number:
            return replace(given, question=asked.standalone), listing
    return _searched(index, encoder, asked, filter)


def _searched(
    index: Index, encoder: Encoder, asked: StandaloneQuestion, filter: Filter | None
) -> tuple[Answer, Listing | None]:
    """The answer that is found by search, and the list that it gives, if it is one."""
    question = analyse(asked.query)
    found = search(index, encoder, asked.query, _READ, filter, asked.near)
    sure = confidence(index, analyse(asked.words), asked.standalone, found)
    nobody = question.yes_or_no and any(unknown_names(index, question.names, found.interpretation))
    if sure.refused or nobody:
        value = min(sure.value, _UNLIKELY) if nobody else sure.value
        return _not_found(index, question, asked.standalone, found, value), None
    meet = passages_of_type(index, question, found.results)
    if meet is not None and not meet and asked.before is None:
        return _not_found(index, question, asked.standalone, found, min(sure.value, _UNLIKELY)), None
    status: Status = "answered" if sure.sure else "partial"
    said = compose(index, question, meet or found.results, follows=asked.before is not None)
    given = Answer(status, said.text, sure.value, asked.standalone, said.citations, index.id)
    return given, said.listing


def _readings(index: Index, question: str, mask: NDArray[np.bool_]) -> list[str]:
    """The question, and with the names of leads as the records have them, in full or in short."""
    leads = index.records.lead.counts(mask).keys()
    others = (index.names.spelled_out(question), index.names.abbreviated(question))
    known = [other.text for other in others if leads & other.changed.values()]
    return list(dict.fromkeys([question, *known, by_letters(question, leads)]))


def _counted(index: Index, searched: str, counted: Aggregation) -> tuple[Answer, Listing]:
    """The records, their number first where that is asked for; then of how many examined."""
    shown = counted.found[:_MOST_ITEMS]
    citations = tuple(Citation(n, record.passage.text, record.passage) for n, record in enumerate(shown, 1))
    items = [f"{_item(record)} [{n}]" for n, record in enumerate(shown, 1)]
    if len(counted.found) > len(shown):
        items.append(f"and {len(counted.found) - len(shown)} more")
    number = f"{len(counted.found)}: " if counted.counts else ""
    said = f"{number}{'; '.join(items)} ({len(counted.found)} of {counted.examined} rows examined)"
    given = Answer("answered", said, _SURE, searched, citations, index.id)
    return given, Listing(len(counted.found), citations)


def _item(record: Record) -> str:
    text = record.passage.text
    start, end = cell_of(record.passage, "text") or (0, len(text))
    return plain(text[start:end])


def _numbered(
    index: Index,
    encoder: Encoder,
    asked: StandaloneQuestion,
    items: Sequence[NumberedItem],
    filter: Filter | None,
) -> Answer:
    """What is asked of the items of a number, each with the years of its plan where there are several; or that there is none."""
    if not items:
        return _nothing(index, encoder, asked, filter)
    dated = len({item.record.passage.document.period for item in items}) > 1
    said, citations = [], []
    for n, item in enumerate(items, 1):
        passage = item.record.passage
        shown = words(index, passage, [item.span])
        said.append(f"{f'{years(passage)}: ' if dated else ''}{shown} [{n}]")
        citations.append(Citation(n, passage.text, passage))
    return Answer("answered", " ".join(said), _SURE, asked.standalone, tuple(citations), index.id)


def _defined(index: Index, searched: str, defined: Sequence[Passage]) -> Answer:
    citations = tuple(Citation(n, passage.text, passage) for n, passage in enumerate(defined, 1))
    said = [f"{p.fields['Term']}: {p.fields.get('Definition', '')} [{n}]" for n, p in enumerate(defined, 1)]
    return Answer("answered", "; ".join(said), _SURE, searched, citations, index.id)


def _expanded(index: Index, searched: str, short: str, expanded: Expansion) -> Answer:
    passage = expanded.passage
    citation = Citation(1, passage.text[slice(*expanded.span)], passage)
    shown = f"{short}: {expanded.full}" if expanded.full else plain(citation.quote)
    return Answer("answered", f"{shown} [1]", _SURE, searched, (citation,), index.id)


def _documents(index: Index, filter: Filter | None) -> list[Document]:
    """Those of which `filter` lets anything be read: of the others nothing can be said, not even that they say nothing."""
    given = filter or Filter()
    return [
        document
        for document in index.documents.values()
        if (not given.document or document.id in given.document)
        and index.fields.mask(replace(given, document=(document.id,))).any()
    ]


def _compared(
    index: Index,
    encoder: Encoder,
    asked: StandaloneQuestion,
    compared: DocumentComparison,
    filter: Filter | None,
) -> Answer:
    """What each document says of the topic, newest first, or that it says nothing."""
    question = analyse(f"What is said about {compared.topic}?")
    said: list[str] = []
    citations: list[Citation] = []
    for document in compared.documents:
        title = document.title.split(",")[0]
        one = replace(filter or Filter(), document=(document.id,))
        results = search(index, encoder, question.text, _READ, one).results
        result = next((result for result in results if compared.about(result.passage)), None)
        if result is None:
            said.append(f"{title}: nothing found on “{compared.topic}”.")
            continue
        spans = extract(question, result)
        citations.append(cited(len(citations) + 1, result.passage, spans))
        said.append(f"{title}: {words(index, result.passage, spans)} [{len(citations)}]")
    if not citations:
        return _nothing(index, encoder, asked, filter)
    both = len(citations) == len(compared.documents)
    status: Status = "answered" if both else "partial"
    sure = _SURE if both else _SURE / 2
    return Answer(status, " ".join(said), sure, asked.standalone, tuple(citations), index.id)


def _nothing(index: Index, encoder: Encoder, asked: StandaloneQuestion, filter: Filter | None) -> Answer:
    """That what was looked up is not there."""
    found = search(index, encoder, asked.query, _RELATED, filter, asked.near)
    return _not_found(index, analyse(asked.query), asked.standalone, found, _UNLIKELY)


def _not_found(
    index: Index,
    question: Question,
    searched: str,
    found: SearchResults,
    sure: float,
) -> Answer:
    """What was searched, names that occur nowhere, and the nearest passages as related ones."""
    documents = len(found.facets["document"])
    where = f"the {documents} documents do" if documents != 1 else "the document does"
    said = f"Not found: {where} not say. Searched for “{searched}”."
    for missing in unknown_names(index, question.names, found.interpretation):
        tried = f" (searched as {', '.join(missing.readings)})" if len(missing.readings) > 1 else ""
        said += f" No document mentions {missing.name}{tried}."
    if found.results:
        said += " The nearest passages are attached as related."
    related = tuple(Citation(n, r.passage.text, r.passage) for n, r in enumerate(found.results[:_RELATED], 1))
    return Answer("not_found", said, sure, searched, related, index.id)
