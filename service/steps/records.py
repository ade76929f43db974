"""Action items asked for by number, by lead, status, area or plan."""

from dataclasses import replace

from corpus.cells import cell_of
from corpus.records import Record
from corpus.text.markup import plain
from service.answering.composition import period_of, shown, whole_passages
from service.answering.context import QuestionContext
from service.answering.refusal import found, nothing
from service.answering.types import Answer, Listing
from service.lookups.aggregation import aggregate, led_by_nobody
from service.lookups.item_numbers import items_numbered
from service.steps.outcome import Passed

_MOST_ITEMS = 10  # of a list that are quoted


def numbered_items(context: QuestionContext) -> Answer | Passed:
    """Answers about action items with a number, each with the years of its plan where there are several."""
    items = items_numbered(context.analysis, context.records)
    if items is None:
        return Passed("asks for no item by its number alone")
    if not items:
        return nothing(context)
    passages = [item.passage for item in items]
    dated = len({passage.document.period for passage in passages}) > 1
    said = [
        f"{f'{period_of(passage)}: ' if dated else ''}{shown(context.index, passage, [item.span])} [{n}]"
        for n, (item, passage) in enumerate(zip(items, passages, strict=True), 1)
    ]
    return found(context, " ".join(said), whole_passages(passages))


def aggregated_records(context: QuestionContext) -> Answer | Passed:
    """Lists the records asked for, after their number if the question counts them."""
    counts = (aggregate(reading, context.records) for reading in context.readings)
    counted = next((one for one in counts if one), None)
    if counted is None:
        return Passed("asks for more than the fields of action items")
    quoted, total = counted.found[:_MOST_ITEMS], len(counted.found)
    citations = whole_passages([record.passage for record in quoted])
    items = [f"{_item_text(record)} [{n}]" for n, record in enumerate(quoted, 1)]
    if total > len(quoted):
        items.append(f"and {total - len(quoted)} more")
    number = f"{total}: " if counted.counts else ""
    said = f"{number}{'; '.join(items)} ({total} of {counted.examined} rows examined)"
    return replace(found(context, said, citations), listing=Listing(total, citations))


def _item_text(record: Record) -> str:
    cell = cell_of(record.passage, "text")
    return plain(record.passage.text[slice(*cell)]) if cell else record.text


def unknown_lead(context: QuestionContext) -> Answer | Passed:
    """Not found, where the question asks for the items of a lead that no record has."""
    unknown = any(led_by_nobody(reading, context.records) for reading in context.readings)
    return nothing(context) if unknown else Passed("asks for no lead without items")
