"""A question → a short answer in the documents' own words, with its citations.

read the conversation → a count over the records, or definitions → search → how sure → not found, or quote
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.markup import plain
from corpus.records import Record
from corpus.types import Passage
from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.search import SearchResults, search
from service.citations import Citation
from service.confidence import confidence
from service.conversation import last_question
from service.extract import cell_of
from service.glossary import definitions
from service.question import Question, analyse
from service.quote import quote
from service.tally import Tally, tally
from service.unmentioned import unmentioned

Status = Literal["answered", "partial", "not_found"]

_READ = 5  # passages looked at
_RELATED = 3  # nearest passages offered when nothing answers
_MOST_ITEMS = 10  # of a list that are quoted
_SURE = 0.95  # of what is looked up, not searched


@dataclass(frozen=True, slots=True)
class Answer:
    """`question` is what was searched; with `not_found`, `citations` are only the nearest passages."""

    status: Status
    text: str
    confidence: float
    question: str
    citations: tuple[Citation, ...]
    generation: str


def answer(
    generation: Generation,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Answer:
    """Answer the last of `messages`, (role, text) pairs, from the documents, or say that they do not."""
    asked = last_question(generation, encoder, messages, filter)
    mask = generation.fields.mask(filter or Filter())
    if counted := tally(asked.standalone, generation.records.under(mask)):
        return _counted(generation, asked.standalone, counted)
    if defined := definitions(asked.standalone, generation.passages.of_kind("definition", mask)):
        return _defined(generation, asked.standalone, defined)
    question = analyse(asked.standalone)
    found = search(generation, encoder, asked.standalone, _READ, filter, asked.before)
    sure = confidence(generation, analyse(asked.words), asked.standalone, found)
    if sure.refused:
        searched = len(found.facets["document"])
        return _not_found(generation, question, asked.standalone, searched, found, sure.value)
    status: Status = "answered" if sure.sure else "partial"
    text, citations = quote(generation, question, found.results, follows=asked.before is not None)
    return Answer(status, text, sure.value, asked.standalone, citations, generation.id)


def _counted(generation: Generation, searched: str, counted: Tally) -> Answer:
    """How many records there are, of how many examined, and each of them."""
    shown = counted.found[:_MOST_ITEMS]
    citations = tuple(Citation(n, record.passage.text, record.passage) for n, record in enumerate(shown, 1))
    items = [f"{_item(record)} [{n}]" for n, record in enumerate(shown, 1)]
    if len(counted.found) > len(shown):
        items.append(f"and {len(counted.found) - len(shown)} more")
    said = f"{len(counted.found)} of {counted.examined} rows examined: {'; '.join(items)}"
    return Answer("answered", said, _SURE, searched, citations, generation.id)


def _item(record: Record) -> str:
    text = record.passage.text
    start, end = cell_of(record.passage, "text") or (0, len(text))
    return plain(text[start:end])


def _defined(generation: Generation, searched: str, defined: Sequence[Passage]) -> Answer:
    citations = tuple(Citation(n, passage.text, passage) for n, passage in enumerate(defined, 1))
    said = [f"{p.fields['Term']}: {p.fields.get('Definition', '')} [{n}]" for n, p in enumerate(defined, 1)]
    return Answer("answered", "; ".join(said), _SURE, searched, citations, generation.id)


def _not_found(
    generation: Generation,
    question: Question,
    searched: str,
    documents: int,
    found: SearchResults,
    sure: float,
) -> Answer:
    """What was searched, names that occur nowhere, and the nearest passages as related ones."""
    where = f"the {documents} documents do" if documents != 1 else "the document does"
    said = f"Not found: {where} not say. Searched for “{searched}”."
    for missing in unmentioned(generation, question.names, found.interpretation):
        tried = f" (searched as {', '.join(missing.readings)})" if len(missing.readings) > 1 else ""
        said += f" No document mentions {missing.name}{tried}."
    if found.results:
        said += " The nearest passages are attached as related."
    related = tuple(Citation(n, r.passage.text, r.passage) for n, r in enumerate(found.results[:_RELATED], 1))
    return Answer("not_found", said, sure, searched, related, generation.id)
