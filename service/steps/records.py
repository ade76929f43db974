"""Action items of plans, as lists, counts, cells, comparisons, and yes or no.

A plan's table is a closed world: what its rows do not say, the plan does not say, so a "no" and a number are proved.
"""

from collections.abc import Sequence
from dataclasses import replace

from corpus.cells import cell_of, sentences_of
from corpus.records import Record, status_of
from corpus.text.markup import plain
from service.answering.composition import bullets, short_title, whole_passages
from service.answering.confidence import confidence
from service.answering.context import QuestionContext
from service.answering.extraction import named_column
from service.answering.refusal import found, nothing
from service.answering.types import Answer, Listing
from service.lookups.record_query import RecordQuery, about, lead_keys, record_query
from service.steps.outcome import Passed
from service.understanding.names import key_of
from service.understanding.request import Field, Request
from service.understanding.scope import covering

_READ = 8  # passages looked at for the item that is meant
_WHOLE = 8  # items of a list that are quoted whole; of more, their beginnings
_MOST_ITEMS = 40  # of a list that are quoted
_SHOWN = 12  # words of the beginning of an item
_CELLS: tuple[Field, ...] = ("lead", "status", "deadline", "priority_area", "indicator", "number")
_NAMES = {
    "lead": "lead",
    "status": "status",
    "deadline": "deadline",
    "priority_area": "priority area",
    "indicator": "indicator",
    "number": "number",
}


def asked_records(context: QuestionContext) -> Answer | Passed:
    """Answers what the rows of plans tell by themselves."""
    request = context.request
    if request.field == "none" and not request.numbers and not _asks_for_items_of(context):
        return Passed("asks for no field of action items")
    if request.scope.missing:
        return Passed("the plan in question is not held")
    if request.intent == "yes_no" and request.field == "lead" and not request.entities and request.topic:
        return Passed("names nobody who may lead")
    records = [r for r in context.records if r.passage.document.id in context.scoped]
    if request.scope.years and not request.scope.documents:
        of_years = {d.id for d in covering(context.documents, request.scope.years)}
        records = [record for record in records if record.passage.document.id in of_years]
    if not records:
        return Passed("no document in question has action items")
    query = record_query(request, records, context.bodies)
    if query.leads and request.intent in ("list", "count"):  # what no passage says is a way of asking
        query = replace(query, rest=tuple(filter(context.index.lexical.frequency, query.rest)))
    if not any(record.lead for record in records):
        if query.leads or query.asked:
            return Passed("the plan in question names no leads")
        query = replace(query, alone=False, joint=False)
    if context.anchor:
        meant = [r for r in records if context.anchor.id in {passage.id for passage in r.passages}]
        return _told(context, meant, query) if meant else Passed("refers to no action item")
    if query.excludes:
        return Passed("says what the items are not")
    if request.numbers:
        return _numbered(context, records, query)
    if query.closed:
        return _closed(context, records, query)
    return _about(context, records, query)


def _asks_for_items_of(context: QuestionContext) -> bool:
    """Whether only those who lead items are named, and what they do is asked for."""
    request = context.request
    leads = {key_of(lead, context.bodies) for lead in context.index.records.lead.values}
    return (
        bool(request.entities)
        and not request.topic
        and request.intent in ("fact", "list", "count")
        and request.wanted in ("action", "statement", "topic", "description")
        and all(entity.key in leads for entity in request.entities)
    )


def _numbered(context: QuestionContext, records: Sequence[Record], query: RecordQuery) -> Answer | Passed:
    """What is asked of the items with the numbers named, the newest plan first."""
    request = context.request
    wanted = {str(number) for number in request.numbers}
    items = [record for record in records if _number(record) in wanted]
    if len(query.rest) > 1 and not about(items, query.rest[:1]):
        return Passed(f"asks more than an item's number: {', '.join(query.rest)}")
    if not items:
        return nothing(context, f"No plan here has an item {' or '.join(sorted(wanted))}.")
    items.sort(key=lambda record: record.passage.document.period, reverse=True)
    return _told(context, items, query)


def _closed(context: QuestionContext, records: Sequence[Record], query: RecordQuery) -> Answer | Passed:
    request = context.request
    if (query.most or query.fewest or request.intent == "compare") and not query.statuses:
        given = _compared(context, records, query)
        if isinstance(given, Answer):
            return given
    if (request.field == "status" or query.names_status) and not any(record.status for record in records):
        return nothing(context, f"T{_plans(records)[1:]} gives no status.", [records[0].passage])
    matching = [record for record in records if query.matches(record, context.bodies)]
    if request.intent == "yes_no" and query.restricts:
        return _whether(context, matching, records)
    if request.field == "lead" and not query.restricts and request.intent in ("fact", "list", "count"):
        return _leads(context, records)
    if request.intent not in ("fact", "list", "count", "overview"):
        return Passed(f"{request.intent} is no question for rows alone")
    if not query.restricts and not request.scope.documents and request.intent != "count":
        return Passed("names no lead, status, area or plan")
    if request.field in ("status", "deadline") and not query.restricts and len(matching) > 1:
        return _told(context, matching, query)
    if not matching:
        return nothing(context, f"No action item of {_plans(records)} is so ({len(records)} rows examined).")
    return _listed(context, matching, len(records))


def _about(context: QuestionContext, records: Sequence[Record], query: RecordQuery) -> Answer | Passed:
    """What is asked of the items on a topic."""
    request = context.request
    matching = [record for record in records if query.matches(record, context.bodies)]
    on_topic = about(matching, query.rest)
    if request.field in _CELLS and request.intent in ("fact", "yes_no", "list"):
        clear = len(on_topic) == 1 and (request.intent != "yes_no" or len(query.rest) > 1)
        item = on_topic[0] if clear else _found_by_search(context, records)
        if item is None:
            return Passed("no item is clearly meant")
        return _told(context, [item], query)
    if request.intent in ("list", "count") and on_topic:
        return _listed(context, on_topic, len(records))
    return Passed(f"asks more than the fields of items: {', '.join(query.rest)}")


def _found_by_search(context: QuestionContext, records: Sequence[Record]) -> Record | None:
    """The item that the search finds first, if it is confident."""
    results = context.search(_READ)
    if confidence(context.index, context.own_words, context.text, results).refused:
        return None
    best = results.results[0].passage
    return next((r for r in records if any(best.id == passage.id for passage in r.passages)), None)


def _told(context: QuestionContext, items: Sequence[Record], query: RecordQuery) -> Answer | Passed:
    """The field asked for of each item, or whether it is as said."""
    request = context.request
    if request.field == "none" or request.field == "text":
        if request.intent == "yes_no":
            return Passed("whether an item says something is to be read")
        return _quoted_items(context, items)
    if request.field == "number":
        return _quoted_items(context, items)
    having = [item for item in items if _cell(item, request.field)]
    if not having and any(named_column(context.analysis, item.passage) for item in items):
        return Passed("a column of its own name is asked for")
    if not having:
        field = _NAMES[request.field]
        which = " and ".join(
            dict.fromkeys(f"{_item_name(item)} of the {short_title(item.passage.document)}" for item in items)
        )
        return nothing(
            context, f"The documents give no {field} for {which}.", [item.passage for item in items]
        )
    passages = [item.having(request.field) for item in having]
    verdict = _verdict(request, having[0], query, context) if len(having) == 1 else ""
    said = [
        f"{_cell_said(item, request)} ({_item_name(item)}, {short_title(item.passage.document)}) [{n}]"
        for n, item in enumerate(having, 1)
    ]
    text = verdict + (said[0] if len(said) == 1 else "\n" + bullets(said))
    return found(context, text.lstrip(), whole_passages(passages))


def _verdict(request: Request, item: Record, query: RecordQuery, context: QuestionContext) -> str:
    """Yes or no, where that is asked and the cell decides it."""
    if request.intent != "yes_no":
        return ""
    if request.field == "lead" and (query.leads or query.asked):
        keys = {*query.leads, *query.asked}
        return "Yes: " if keys <= lead_keys(item, context.bodies) else "No: "
    if request.field == "status" and query.statuses and item.status:
        same = (status_of(item.status) in query.statuses) != query.negated
        return "Yes: " if same else "No: "
    return ""


def _whether(context: QuestionContext, matching: Sequence[Record], records: Sequence[Record]) -> Answer:
    if not matching:
        said = f"No: none of the {len(records)} action items of {_plans(records)} is so."
        return found(context, said, whole_passages([records[0].passage]))
    given = _listed(context, matching, len(records))
    return replace(given, text=f"Yes: {given.text}")


def _leads(context: QuestionContext, records: Sequence[Record]) -> Answer | Passed:
    """Every lead with the number of its items."""
    counts: dict[str, list[Record]] = {}
    for record in records:
        for lead in record.lead:
            counts.setdefault(lead, []).append(record)
    if not counts:
        return nothing(context, f"T{_plans(records)[1:]} names no leads.")
    ordered = sorted(counts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    citations = whole_passages([items[0].having("lead") for _, items in ordered])
    lines = [f"{lead}: {len(items)} ({_numbers(items)}) [{n}]" for n, (lead, items) in enumerate(ordered, 1)]
    head = f"{len(ordered)} leads of {len(records)} action items:\n"
    return replace(found(context, head + bullets(lines), citations), listing=Listing(len(ordered), citations))


def _compared(context: QuestionContext, records: Sequence[Record], query: RecordQuery) -> Answer | Passed:
    """How many items each of some leads has, the one with most or fewest first."""
    wanted = [*query.leads, *query.asked]
    if len(wanted) < 2 and not (query.most or query.fewest):
        return Passed("compares no leads")
    if context.request.field not in ("lead", "text"):
        return Passed("compares something else than leads")
    counts: dict[str, list[Record]] = {key: [] for key in wanted}
    names: dict[str, str] = {entity.key: entity.name for entity in context.request.entities}
    for record in records:
        for lead in record.lead:
            key = next(iter(lead_keys(replace(record, lead=(lead,)), context.bodies)))
            if not wanted or key in counts:
                counts.setdefault(key, []).append(record)
                names[key] = lead
    ordered = sorted(
        counts.items(), key=lambda pair: (len(pair[1]) * (1 if query.fewest else -1), names[pair[0]])
    )
    if len(ordered) > 1 and len(ordered[0][1]) == len(ordered[1][1]) and len(wanted) == 2:
        head = f"Both lead as many: {len(ordered[0][1])}.\n"
    else:
        head = f"{names[ordered[0][0]]}: {len(ordered[0][1])}.\n"
    shown = [(names[key], items) for key, items in ordered[: max(len(wanted), 5)]]
    citations = whole_passages([item.passage for _, items in shown for item in items][:_MOST_ITEMS])
    marks = {citation.passage.id: citation.marker for citation in citations}
    lines = []
    for name, items in shown:
        refs = " ".join(f"[{marks[item.passage.id]}]" for item in items if item.passage.id in marks)
        lines.append(f"{name}: {len(items)}" + (f" ({_numbers(items)}) {refs}" if items else ""))
    return found(context, head + bullets(lines), citations)


def _listed(context: QuestionContext, items: Sequence[Record], examined: int) -> Answer:
    """The number of items and each of them, under their plans, the newest first."""
    items = sorted(items, key=lambda record: record.passage.document.period, reverse=True)
    quoted, total = items[:_MOST_ITEMS], len(items)
    citations = whole_passages([item.passage for item in quoted])
    lines = [f"{_item_text(item, total)} [{n}]" for n, item in enumerate(quoted, 1)]
    head = f"{total} of {examined} action items:\n"
    said = head + _under_plans(quoted, lines)
    if total > len(quoted):
        said += f"\n- and {total - len(quoted)} more"
    return replace(found(context, said, citations), listing=Listing(total, citations))


def _quoted_items(context: QuestionContext, items: Sequence[Record]) -> Answer:
    citations = whole_passages([item.passage for item in items])
    lines = [f"{_item_text(item, 1)} [{n}]" for n, item in enumerate(items, 1)]
    return found(context, lines[0] if len(lines) == 1 else _under_plans(items, lines).lstrip(), citations)


def _under_plans(items: Sequence[Record], lines: Sequence[str]) -> str:
    """The lines of items as a list, under the title of each plan where they are of several."""
    several = len({item.passage.document.id for item in items}) > 1
    said, last = [], None
    for item, line in zip(items, lines, strict=True):
        if several and item.passage.document.id != last:
            said.append(f"\n**{short_title(item.passage.document)}**")
            last = item.passage.document.id
        said.append(bullets([line]))
    return "\n".join(said)


def _item_text(item: Record, total: int) -> str:
    """The words of an item with its number, whole or, in a long list, its beginning; then who leads."""
    cell = cell_of(item.passage, "text")
    text = plain(item.passage.text[slice(*cell)]) if cell else item.text
    if total > _WHOLE:
        words = text.split()
        text = " ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")
    lead = f" — {', '.join(item.lead)}" if item.lead else ""
    return f"{text}{lead}"


def _cell(item: Record, field: Field) -> str:
    match field:
        case "lead":
            return ", ".join(item.lead)
        case "status":
            return item.status or ""
        case "deadline":
            return item.deadline or ""
        case "priority_area":
            return item.priority_area or item.group or ""
        case "indicator":
            header = item.having("indicator").roles.get("indicator")
            return item.fields.get(header, "") if header else ""
        case _:
            return item.number or ""


def _cell_said(item: Record, request: Request) -> str:
    if request.field == "lead" and item.lead:
        *others, last = item.lead
        return f"{', '.join(others)} and {last}" if others else last
    said = _cell(item, request.field)
    if request.field == "status" and request.intent == "yes_no":
        passage = item.having("status")
        if cell := cell_of(passage, "status"):
            first = next((s for s in sentences_of(passage) if s[0] >= cell[0]), cell)
            return plain(passage.text[slice(*first)])
    return said


def _item_name(item: Record) -> str:
    return f"item {item.number}" if item.number else f"“{' '.join(item.text.split()[:6])}…”"


def _numbers(items: Sequence[Record]) -> str:
    numbers = [item.number or "" for item in items]
    return (
        f"item{'s' if len(items) > 1 else ''} {', '.join(numbers)}" if all(numbers) else f"{len(items)} items"
    )


def _number(record: Record) -> str | None:
    return record.number.strip("()-. ") if record.number else None


def _plans(records: Sequence[Record]) -> str:
    documents = {record.passage.document.id: record.passage.document for record in records}
    if len(documents) == 1:
        return f"the {short_title(next(iter(documents.values())))}"
    return f"the {len(documents)} plans"
