"""The steps of answering: each gives an answer, or None where it knows none."""

from dataclasses import replace

from corpus.cells import cell_of
from corpus.records import Record
from corpus.text.markup import plain
from index.search import SearchResults, search
from service.answering.answer_type import passages_of_type
from service.answering.composition import ALONE, FOLLOW_UP, cited, compose, period_of, shown, whole_passages
from service.answering.confidence import confidence
from service.answering.context import QuestionContext
from service.answering.extraction import extract
from service.answering.types import Answer, Citation, Listing, Status
from service.answering.unknown_names import unknown_names
from service.lookups.abbreviations import (
    asks_letters,
    definitions,
    expansion,
    expansion_asked,
    with_capitals,
)
from service.lookups.aggregation import aggregate, led_by_nobody
from service.lookups.item_numbers import items_numbered
from service.questions.analysis import analyse, without_number
from service.questions.comparison import comparison

_READ = 8  # passages looked at
_RELATED = 3  # nearest passages offered when nothing answers
_MOST_ITEMS = 10  # of a list that are quoted
_SURE = 0.95  # confidence in a looked-up answer
_UNLIKELY = 0.05  # confidence that something answers where a lookup found nothing


def numbered_items(context: QuestionContext) -> Answer | None:
    """Answers about action items with a number, each with the years of its plan where there are several."""
    items = items_numbered(context.analysis, context.records)
    if items is None:
        return None
    if not items:
        return _nothing(context)
    passages = [item.passage for item in items]
    dated = len({passage.document.period for passage in passages}) > 1
    said = [
        f"{f'{period_of(passage)}: ' if dated else ''}{shown(context.index, passage, [item.span])} [{n}]"
        for n, (item, passage) in enumerate(zip(items, passages, strict=True), 1)
    ]
    return _found(context, " ".join(said), whole_passages(passages))


def aggregated_records(context: QuestionContext) -> Answer | None:
    """Lists the records asked for, after their number if the question counts them."""
    counts = (aggregate(reading, context.records) for reading in context.readings)
    counted = next((found for found in counts if found), None)
    if counted is None:
        return None
    quoted, total = counted.found[:_MOST_ITEMS], len(counted.found)
    citations = whole_passages([record.passage for record in quoted])
    items = [f"{_item_text(record)} [{n}]" for n, record in enumerate(quoted, 1)]
    if total > len(quoted):
        items.append(f"and {total - len(quoted)} more")
    number = f"{total}: " if counted.counts else ""
    said = f"{number}{'; '.join(items)} ({total} of {counted.examined} rows examined)"
    return replace(_found(context, said, citations), listing=Listing(total, citations))


def _item_text(record: Record) -> str:
    cell = cell_of(record.passage, "text")
    return plain(record.passage.text[slice(*cell)]) if cell else record.text


def unknown_lead(context: QuestionContext) -> Answer | None:
    """Not found, where the question asks for the items of a lead that no record has."""
    unknown = any(led_by_nobody(reading, context.records) for reading in context.readings)
    return _nothing(context) if unknown else None


def defined_term(context: QuestionContext) -> Answer | None:
    passages = context.index.passages.of_kind("definition", context.mask)
    defined = definitions(with_capitals(context.text), passages)
    if not defined:
        return None
    said = [f"{p.fields['Term']}: {p.fields.get('Definition', '')} [{n}]" for n, p in enumerate(defined, 1)]
    return _found(context, "; ".join(said), whole_passages(defined))


def expanded_abbreviation(context: QuestionContext) -> Answer | None:
    """Quotes where the running text spells an abbreviation out."""
    short = expansion_asked(with_capitals(context.text))
    if not short:
        return None
    expanded = expansion(context.index, short, context.mask)
    if expanded is None:
        return _nothing(context) if not context.is_follow_up and asks_letters(context.text) else None
    citation = Citation(1, expanded.passage.text[slice(*expanded.span)], expanded.passage)
    said = f"{short}: {expanded.full}" if expanded.full else plain(citation.quote)
    return _found(context, f"{said} [1]", (citation,))


def compared_documents(context: QuestionContext) -> Answer | None:
    """Quotes each document on the topic, newest first, or says that it has nothing on it."""
    compared = comparison(context.text, context.documents)
    if compared is None:
        return None
    question = analyse(f"What is said about {compared.topic}?")
    said: list[str] = []
    citations: list[Citation] = []
    for document in compared.documents:
        title = document.title.split(",")[0]
        filter = context.within(document)
        results = search(context.index, context.encoder, question.text, _READ, filter).results
        result = next((result for result in results if compared.about(result.passage)), None)
        if result is None:
            said.append(f"{title}: nothing found on “{compared.topic}”.")
            continue
        spans = extract(question, result)
        citations.append(cited(len(citations) + 1, result.passage, spans))
        said.append(f"{title}: {shown(context.index, result.passage, spans)} [{len(citations)}]")
    if not citations:
        return _nothing(context)
    found = _found(context, " ".join(said), tuple(citations))
    if len(citations) == len(compared.documents):
        return found
    return replace(found, status="partial", confidence=_SURE / 2)


def counted_list(context: QuestionContext) -> Answer | None:
    """A list searched without the number of its entries, where it has as many as the question says."""
    numberless = without_number(context.question.query)
    if numberless is None:
        return None
    text, number = numberless
    found = searched(context.reworded(text))
    matches = found.listing is not None and found.listing.count == number
    return replace(found, question=context.text) if matches else None


def searched(context: QuestionContext) -> Answer:
    """Quotes the best passages, or says that nothing answers."""
    index, question = context.index, context.analysis
    found = context.search(_READ)
    sure = confidence(index, analyse(context.question.words), context.text, found)
    unknown = question.yes_or_no and any(unknown_names(index, question.names, found.interpretation))
    if unknown:
        return _not_found(context, found, min(sure.value, _UNLIKELY))
    if sure.refused:
        return _not_found(context, found, sure.value)
    of_type = passages_of_type(index, question, found.results)
    if of_type == [] and not context.is_follow_up:
        return _not_found(context, found, min(sure.value, _UNLIKELY))
    status: Status = "answered" if sure.sure else "partial"
    closeness = FOLLOW_UP if context.is_follow_up else ALONE
    said = compose(index, question, of_type or found.results, closeness)
    return Answer(status, said.text, sure.value, context.text, said.citations, index.id, said.listing)


def _found(context: QuestionContext, said: str, citations: tuple[Citation, ...]) -> Answer:
    return Answer("answered", said, _SURE, context.text, citations, context.index.id)


def _nothing(context: QuestionContext) -> Answer:
    """Not found, where a lookup failed."""
    return _not_found(context, context.search(_RELATED), _UNLIKELY)


def _not_found(context: QuestionContext, found: SearchResults, confidence: float) -> Answer:
    """States the words searched and the names that occur nowhere; cites the nearest passages as related."""
    documents = len(found.facets["document"])
    where = f"the {documents} documents do" if documents != 1 else "the document does"
    said = f"Not found: {where} not say. Searched for “{context.text}”."
    for missing in unknown_names(context.index, context.analysis.names, found.interpretation):
        tried = f" (searched as {', '.join(missing.readings)})" if len(missing.readings) > 1 else ""
        said += f" No document mentions {missing.name}{tried}."
    if found.results:
        said += " The nearest passages are attached as related."
    related = whole_passages([result.passage for result in found.results[:_RELATED]])
    return Answer("not_found", said, confidence, context.text, related, context.index.id)
