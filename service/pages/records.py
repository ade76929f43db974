"""Action items as a table: filtered, sorted and exported by the address, each one click from its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

import numpy as np
from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.types import Document
from index.generation import Index
from service.documents.action_items import action_items, in_order
from service.http.dependencies import Open
from service.http.urls import link
from service.pages.markup import render
from service.pages.problems import page_router
from service.pages.rendering import page
from service.pages.url_state import FACETS, Address, chips, named
from service.schemas.records import MAX_CONTAINS, Record, RecordsQuery

_STEP = 200  # items that are shown at first, and that "more" adds
_CHOSEN_BY = ("document", "lead", "status")
_COLUMNS = {
    "document": "Document",
    "period": "Period",
    "number": "No.",
    "text": "Action item",
    "group": "Group",
    "lead": "Lead",
    "status": "Status",
    "priority_area": "Priority area",
}

router = page_router()


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the table; `url` sorts by it, the other way round where it is sorted by it already."""

    name: str
    title: str
    sorted: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """An action item as it is shown; what the filter looked for is marked in its cells."""

    document: Document
    id: str
    url: str
    record: Record
    contains: str

    def cell(self, name: str) -> Markup:
        """The field `name` as HTML, empty where the plan has none."""
        value = getattr(self.record, name)
        text = ", ".join(value) if isinstance(value, list) else value or ""
        return render(text, _marks(text, self.contains))


@dataclass(frozen=True, slots=True)
class Select:
    """A field to filter by: each value with its name, how many items have it, and whether it is chosen.

    The counts are of the items that pass the other filters.
    """

    name: str
    title: str
    options: tuple[tuple[str, str, int, bool], ...]


@router.get("/items")
def items(request: Request, open: Open, show: Annotated[int, Query(ge=1, le=100_000)] = _STEP) -> Response:
    """All action items, or those that pass the filters of the address."""
    index, _ = open
    address = Address("/items", request.query_params, ("contains", "sort"))
    asked = RecordsQuery.model_validate(
        address.filtering | {"sort": address.having("sort"), "contains": address.get("contains")}
    )
    found = in_order(action_items(index, asked.filter(), asked.contains), asked.sort)
    in_force = chips(address, index.documents)
    if asked.contains:
        in_force.append((f"Contains: {asked.contains}", address.url(address.without("contains"))))
    return page(
        request,
        "items",
        rows=[_row(index, record, asked.contains) for record in found[:show]],
        found=len(found),
        total=len(index.records),
        columns=[_column(address, asked.sort, name) for name in _COLUMNS],
        selects=[_select(index, address, asked, name) for name in _CHOSEN_BY],
        chips=in_force,
        files=[
            (title, _records([*address.without(), ("format", format)]), f"action-items.{format}")
            for title, format in (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
        ],
        more=f"{address.showing(show + _STEP)}#i{show + 1}" if show < len(found) else "",
        address=address,
        longest=MAX_CONTAINS,
    )


def _row(index: Index, record: Record, contains: str) -> Row:
    passage = index.passages[index.positions[record.passage_id]]
    url = link(passage.document.id, passage.start, passage.end, passage.text)
    return Row(passage.document, passage.id, url, record, contains)


def _marks(text: str, contains: str) -> list[tuple[int, int]]:
    """Where `contains` stands in `text`; none where case changes the length, so that no mark lies beside."""
    low, words = text.lower(), contains.lower()
    if not words or len(low) != len(text):
        return []
    found, place = [], low.find(words)
    while place >= 0:
        found.append((place, place + len(words)))
        place = low.find(words, place + len(words))
    return found


def _column(address: Address, sort: Sequence[str], name: str) -> Column:
    first = sort[0] if sort else ""
    sorted = {name: "ascending", f"-{name}": "descending"}.get(first, "")
    key = f"-{name}" if sorted == "ascending" else name
    return Column(name, _COLUMNS[name], sorted, address.url([*address.without("sort"), ("sort", key)]))


def _select(index: Index, address: Address, asked: RecordsQuery, name: str) -> Select:
    others = asked.filter().model_copy(update={name: []})
    mask = np.zeros(len(index.passages), bool)
    mask[[index.positions[r.passage_id] for r in action_items(index, others, asked.contains)]] = True
    counts = dict(index.fields.facets(mask)[name])
    chosen = address.get(name)
    known = {value.casefold() for value in counts}
    if chosen and chosen.casefold() not in known:
        counts[chosen] = 0
    options = (
        (value, named(name, value, index.documents), count, value.casefold() == chosen.casefold())
        for value, count in counts.items()
    )
    return Select(name, dict(FACETS)[name], tuple(options))


def _records(pairs: Sequence[tuple[str, str]]) -> str:
    """The same items in the same order from the interface."""
    return f"/records?{urlencode(pairs)}"
