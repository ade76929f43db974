"""Search as a page: everything that was asked for stands in the address, so that it can be kept and sent on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.datastructures import QueryParams

from corpus.types import Document
from index.search import Result, SearchResults, search
from service.calls import answered
from service.opened import Open
from service.page.problems import page_router
from service.page.quoting import cells, link
from service.page.rendering import page
from service.schemas import Filter
from service.search_schemas import SearchRequest
from service.waiting import in_line

_STEP = 10  # results that are shown at first, and that "more" adds
_MOST = 100
_LISTED = ("document", "lead", "status", "kind")
_YEARS = ("year_from", "year_to")
FACETS = (
    ("document", "Document"),
    ("lead", "Lead"),
    ("status", "Status"),
    ("year", "Year"),
    ("kind", "Kind of passage"),
)
KINDS = {"paragraph": "Paragraph", "item": "List item", "row": "Table row", "definition": "Definition"}

router = page_router()


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by: how many passages have it, and the address with it chosen or no longer chosen."""

    name: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A result as it is shown."""

    rank: int
    document: Document
    place: str
    kind: str
    cells: list[tuple[str, Markup]]
    url: str

    @classmethod
    def of(cls, result: Result) -> "Hit":
        """From the index's record."""
        passage = result.passage
        marks = [(highlight.start, highlight.end) for highlight in result.highlights]
        page_number = [f"page {passage.page}"] if passage.page is not None else []
        return cls(
            rank=result.rank,
            document=passage.document,
            place=" › ".join([*passage.section, *page_number]),
            kind=KINDS[passage.kind],
            cells=cells(passage, (0, len(passage.text)), marks),
            url=link(passage.document.id, passage.start, passage.end, passage.text),
        )


class Address:
    """What was asked for, as the parameters of the page; blank ones are as good as none."""

    def __init__(self, given: QueryParams) -> None:
        known = ("q", "show", *_YEARS, *_LISTED)
        self.pairs = [
            (name, value.strip()) for name, value in given.multi_items() if value.strip() and name in known
        ]

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        return next((value for key, value in self.pairs if key == name), default)

    def having(self, name: str) -> list[str]:
        """All values of `name`."""
        return [value for key, value in self.pairs if key == name]

    def without(self, *names: str) -> list[tuple[str, str]]:
        """What is left when `names`, and how much is shown, are dropped."""
        return [(key, value) for key, value in self.pairs if key not in (*names, "show")]

    def toggled(self, name: str, value: str) -> str:
        """The address with `value` chosen if it was not, else dropped; a year chooses itself alone."""
        if name == "year":
            chosen = self.get("year_from") == self.get("year_to") == value
            return _url([*self.without(*_YEARS), *(() if chosen else ((key, value) for key in _YEARS))])
        kept = self.without()
        return _url(
            [pair for pair in kept if pair != (name, value)]
            if (name, value) in kept
            else [*kept, (name, value)]
        )

    @property
    def filter(self) -> Filter:
        """Raises pydantic's `ValidationError`."""
        values: dict[str, Any] = {name: self.having(name) for name in _LISTED}
        years = {name: self.get(name) or None for name in _YEARS}
        return Filter.model_validate(values | years, strict=False)


def _url(pairs: Sequence[tuple[str, str]]) -> str:
    return "/find?" + urlencode(pairs)


@router.get("/find")
async def find(request: Request, open: Open) -> HTMLResponse:
    """Ranked passages with facets, or the empty form."""
    generation, encoder = open
    address = Address(request.query_params)
    filter = address.filter
    index_filter = filter.to_index(generation.documents)
    shown: dict[str, Any] = {
        "address": address,
        "documents": generation.documents,
        "base": str(request.base_url),
    }
    if not address.get("q"):
        return page(request, "find", found=None, hits=[], facets=[], more="", chips=[], **shown)
    asked = SearchRequest.model_validate(
        {"query": address.get("q"), "top_k": address.get("show", str(_STEP))}, strict=False
    )
    found = await in_line(
        request, encoder, lambda watched: search(generation, watched, asked.query, asked.top_k, index_filter)
    )
    answered(asked.query, found.generation, [one.passage.id for one in found.results], "searched")
    more = ""
    if len(found.results) == asked.top_k < _MOST:
        pairs = [*address.without(), ("show", str(min(asked.top_k + _STEP, _MOST)))]
        more = f"{_url(pairs)}#r{asked.top_k + 1}"
    facets = _facets(address, found, generation.documents)
    hits = [Hit.of(result) for result in found.results]
    return page(
        request,
        "find",
        found=found,
        hits=hits,
        facets=facets,
        more=more,
        chips=_chips(address, generation.documents),
        **shown,
    )


def _facets(
    address: Address, found: SearchResults, documents: Mapping[str, Document]
) -> list[tuple[str, list[Choice]]]:
    shown = []
    for name, title in FACETS:
        chosen = set(address.having(name))
        if name == "year" and address.get("year_from") == address.get("year_to"):
            chosen = {address.get("year_from")}
        choices = [
            Choice(_named(name, value, documents), count, address.toggled(name, value), value in chosen)
            for value, count in found.facets[name]
        ]
        if name == "year":
            choices.sort(key=lambda choice: choice.name)
        if choices:
            shown.append((title, choices))
    return shown


def _chips(address: Address, documents: Mapping[str, Document]) -> list[tuple[str, str]]:
    """Each filter in force in words, and the address without it."""
    chips = [
        (f"{title}: {_named(name, value, documents)}", address.toggled(name, value))
        for name, title in FACETS
        for value in address.having(name)
    ]
    years = [address.get(name) for name in _YEARS]
    if any(years):
        said = (
            years[0]
            if years[0] == years[1]
            else " ".join(f"{word} {year}" for word, year in zip(("from", "to"), years, strict=True) if year)
        )
        chips.append((f"Years: {said}", _url(address.without(*_YEARS))))
    return chips


def _named(name: str, value: str, documents: Mapping[str, Document]) -> str:
    if name == "document":
        return documents[value].title
    return KINDS.get(value, value) if name == "kind" else value
