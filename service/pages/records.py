"""Action items as a table: filtered, sorted and exported by the address, each one click from its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.types import RECOGNISED, Document
from index.generation import Index
from service.documents.action_items import action_items, in_order
from service.http.dependencies import Open
from service.http.urls import link
from service.pages.markup import Span, render
from service.pages.problems import page_router
from service.pages.rendering import page
from service.pages.url_state import FACETS, UrlState, chips, value_label
from service.schemas.records import MAX_CONTAINS, Record, RecordsQuery

_STEP = 200  # items that are shown at first, and that "more" adds
_SELECTS = ("document", "lead", "status")
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
_FILES = (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))

router = page_router()


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """A column of the table; `url` sorts by it, or turns the order if it is sorted by it already."""

    name: str
    title: str
    sorted: str
    url: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An action item; the words that the filter looked for are marked in its cells."""

    document: Document
    id: str
    url: str
    record: Record
    contains: str

    @classmethod
    def of(cls, index: Index, record: Record, contains: str) -> "ItemRow":
        passage = index.passages[index.positions[record.passage_id]]
        url = link(passage.document.id, passage.start, passage.end, passage.text)
        return cls(passage.document, passage.id, url, record, contains)

    def cell(self, name: str) -> Markup:
        """The field `name` as HTML, empty where the plan has none."""
        value = getattr(self.record, name)
        text = ", ".join(value) if isinstance(value, list) else value or ""
        return render(text, _marks(text, self.contains))


@dataclass(frozen=True, slots=True)
class ItemSelect:
    """A field to filter by: (value, its label, how many items have it, whether it is chosen) each.

    The counts are of the items that pass the other filters.
    """

    name: str
    title: str
    options: tuple[tuple[str, str, int, bool], ...]


@router.get("/items")
def items(request: Request, open: Open, show: Annotated[int, Query(ge=1, le=100_000)] = _STEP) -> Response:
    """All action items, or those that pass the filters of the address."""
    index, _ = open
    state = UrlState.of("/items", request.query_params, ("contains", "sort"))
    asked = RecordsQuery.model_validate(
        state.filter_fields | {"sort": state.all("sort"), "contains": state.get("contains")}
    )
    found = in_order(action_items(index, asked.filter(), asked.contains), asked.sort)
    more = f"{state.with_(('show', str(show + _STEP))).url}#i{show + 1}" if show < len(found) else ""
    return page(
        request,
        "items",
        rows=[ItemRow.of(index, record, asked.contains) for record in found[:show]],
        found=len(found),
        total=len(index.records),
        columns=[_column(state, asked.sort, name) for name in _COLUMNS],
        selects=[_select(index, state, asked, name) for name in _SELECTS],
        chips=_chips(index, state),
        files=_files(state),
        more=more,
        state=state,
        longest=MAX_CONTAINS,
        recognised=RECOGNISED,
    )


def _chips(index: Index, state: UrlState) -> list[tuple[str, str]]:
    found = chips(state, index.documents)
    if contains := state.get("contains"):
        found.append((f"Contains: {contains}", state.without("contains").url))
    return found


def _files(state: UrlState) -> list[tuple[str, str, str]]:
    """The title, address and name of each file with the same items in the same order."""
    records = replace(state, path="/records")
    return [
        (title, records.with_(("format", format)).url, f"action-items.{format}") for title, format in _FILES
    ]


def _column(state: UrlState, sort: Sequence[str], name: str) -> ItemColumn:
    first = sort[0] if sort else ""
    sorted = {name: "ascending", f"-{name}": "descending"}.get(first, "")
    key = f"-{name}" if sorted == "ascending" else name
    return ItemColumn(name, _COLUMNS[name], sorted, state.without("sort").with_(("sort", key)).url)


def _select(index: Index, state: UrlState, asked: RecordsQuery, name: str) -> ItemSelect:
    others = asked.filter().model_copy(update={name: []})
    mask = np.zeros(len(index.passages), bool)
    mask[[index.positions[r.passage_id] for r in action_items(index, others, asked.contains)]] = True
    counts = dict(index.fields.facets(mask)[name])
    chosen = state.get(name).casefold()
    if chosen and chosen not in {value.casefold() for value in counts}:
        counts[state.get(name)] = 0
    options = (
        (value, value_label(name, value, index.documents), count, value.casefold() == chosen)
        for value, count in counts.items()
    )
    return ItemSelect(name, dict(FACETS)[name], tuple(options))


def _marks(text: str, contains: str) -> list[Span]:
    """Where `contains` stands in `text`; none if lower case changes the length, and with it the offsets."""
    low, words = text.lower(), contains.lower()
    if not words or len(low) != len(text):
        return []
    return [found.span() for found in re.finditer(re.escape(words), low)]
