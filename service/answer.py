"""A question → a short answer in the documents' own words, with its citations.

read the conversation → a count over the records, or definitions → search → how sure → not found, or quote
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.markup import plain
from corpus.records import Record, column
from corpus.types import Passage
from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.search import Result, SearchResults, search
from service.citations import Citation
from service.confidence import confidence, model, unknown_names
from service.conversation import Asked, last_question
from service.extract import cell_of, extract
from service.glossary import definitions
from service.question import Question, analyse
from service.tally import Tally, tally

Status = Literal["answered", "partial", "not_found"]

_READ = 5  # passages looked at
_RELATED = 3  # nearest passages offered when nothing answers, and cited in all when something does
_CLOSE = 0.02  # a passage whose score is this close to the best one's answers beside it
_NEARBY = 0.1  # and one this close is worth reading too
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
    passages = [passage for passage, passes in zip(generation.passages, mask, strict=True) if passes]
    records = [record for record in generation.records if mask[generation.positions[record.passage.id]]]
    if counted := tally(asked.standalone, records):
        return _counted(generation, asked.standalone, counted)
    if defined := definitions(asked.standalone, passages):
        return _defined(generation, asked.standalone, defined)
    question = analyse(asked.standalone)
    found = search(generation, encoder, asked.standalone, _READ, filter, asked.before)
    sure = _sure(generation, encoder, asked, found)
    if sure < model().partial:
        searched = len({passage.document.id for passage in passages})
        return _not_found(generation, question, asked.standalone, searched, found.results, sure)
    status: Status = "answered" if sure >= model().answered else "partial"
    text, citations = _quote(question, _preferred(question, found.results))
    return Answer(status, text, sure, asked.standalone, citations, generation.id)


def _sure(generation: Generation, encoder: Encoder, asked: Asked, found: SearchResults) -> float:
    """How sure the answer is; of a question that leans on others, as it was asked or as it was searched."""
    sure = confidence(generation, analyse(asked.standalone), found)
    if asked.before is None:
        return sure
    words = asked.before.own_words
    own = replace(found, encoding=encoder.read([words])[0])
    return max(sure, confidence(generation, analyse(words), own))


def _preferred(question: Question, results: Sequence[Result]) -> list[Result]:
    """Where a column of a plan is asked for, a close row that has it comes before a passage that has not."""
    near = [result for result in results if results[0].score - result.score <= _CLOSE]
    rows = [result for result in near if question.role and column(result.passage.fields, question.role)]
    first = rows[:1] or near[:1]
    return [*first, *(result for result in results if result not in first)]


def _quote(question: Question, results: Sequence[Result]) -> tuple[str, tuple[Citation, ...]]:
    """The best passages' answering parts, each with its marker, and the markers of what else lies near."""
    best = results[0]
    said: list[str] = []
    citations: list[Citation] = []
    for result in results[:2]:
        if result is best or abs(best.score - result.score) <= _CLOSE:
            passage, spans = result.passage, extract(question, result)
            whole = passage.kind in ("row", "definition")  # a cell means nothing without its row
            quote = passage.text if whole else passage.text[spans[0][0] : spans[-1][1]]
            citations.append(Citation(len(citations) + 1, quote, passage))
            parts = " … ".join(plain(passage.text[start:end]) for start, end in spans)
            said.append(f"{parts} [{len(citations)}]")
    cited = {citation.passage.id for citation in citations}
    nearby = [r for r in results[1:_RELATED] if r.passage.id not in cited and best.score - r.score <= _NEARBY]
    if nearby:
        more = [Citation(len(citations) + n, r.passage.text, r.passage) for n, r in enumerate(nearby, 1)]
        said.append("See also " + ", ".join(f"[{citation.marker}]" for citation in more) + ".")
        citations += more
    return " ".join(said), tuple(citations)


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
    results: Sequence[Result],
    sure: float,
) -> Answer:
    """What was searched, names that occur nowhere, and the nearest passages as related ones."""
    where = f"the {documents} documents do" if documents != 1 else "the document does"
    said = f"Not found: {where} not say. Searched for “{searched}”."
    for name in unknown_names(generation, question):
        said += f" No document mentions {name}."
    if results:
        said += " The nearest passages are attached as related."
    related = tuple(Citation(n, r.passage.text, r.passage) for n, r in enumerate(results[:_RELATED], 1))
    return Answer("not_found", said, sure, searched, related, generation.id)
