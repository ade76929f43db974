"""Search as a page: everything that was asked for stands in the address, so that it can be kept and sent on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from corpus.types import Document
from index.search import SearchResults
from service.http.dependencies import Open
from service.pages.hits import Hit
from service.pages.problems import page_router
from service.pages.rendering import page
from service.pages.url_state import FACETS, Address, chips, named
from service.schemas.search import SearchRequest
from service.serving.dispatch import in_line
from service.serving.tasks import searched

_STEP = 10  # results that are shown at first, and that "more" adds
_MOST = 100
router = page_router()


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by: how many passages have it, and the address with it chosen or no longer chosen."""

    name: str
    count: int
    url: str
    chosen: bool


@router.get("/find")
async def find(request: Request, open: Open) -> Response:
    """Ranked passages with facets, or the empty form."""
    index, encoder = open
    documents = index.documents
    address = Address("/find", request.query_params, ("q",))
    filter = address.filter.to_index(documents)
    shown: dict[str, Any] = {"address": address, "documents": documents, "chips": chips(address, documents)}
    if not address.get("q"):
        return page(request, "find", found=None, **shown)
    asked = SearchRequest.model_validate(
        {"query": address.get("q"), "top_k": address.get("show", str(_STEP))}, strict=False
    )
    found = await in_line(
        request, encoder, lambda watched: searched(index, watched, asked.query, asked.top_k, filter)
    )
    return page(
        request,
        "find",
        found=found,
        hits=[Hit.of(result) for result in found.results],
        facets=_facets(address, found, documents),
        more=f"{address.showing(min(asked.top_k + _STEP, _MOST))}#r{asked.top_k + 1}"
        if len(found.results) == asked.top_k < _MOST
        else "",
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
            Choice(named(name, value, documents), count, address.toggled(name, value), value in chosen)
            for value, count in found.facets[name]
        ]
        if name == "year":
            choices.sort(key=lambda choice: choice.name)
        if choices:
            shown.append((title, choices))
    return shown
