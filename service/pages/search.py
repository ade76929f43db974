"""Search as a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from corpus.types import Document
from index.search import SearchResults
from service.http.dependencies import Open
from service.pages.problems import page_router
from service.pages.quotations import Hit
from service.pages.rendering import page
from service.pages.url_state import FACETS, UrlState, chips, value_label
from service.schemas.search import SearchRequest
from service.serving.dispatch import run_for_request
from service.serving.tasks import searched

_STEP = 10  # results that are shown at first, and that "more" adds
_MOST = 100
router = page_router()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to filter by, how many passages have it, and the address that adds or drops it."""

    name: str
    count: int
    url: str
    chosen: bool


@router.get("/find")
async def find(request: Request, open: Open) -> Response:
    """Ranked passages with facets, or the empty form."""
    index, encoder = open
    documents = index.documents
    state = UrlState.of("/find", request.query_params, ("q",))
    filter = state.filter.to_index(documents)
    shown: dict[str, Any] = {"state": state, "documents": documents, "chips": chips(state, documents)}
    if not state.get("q"):
        return page(request, "find", found=None, **shown)
    asked = SearchRequest.model_validate(
        {"query": state.get("q"), "top_k": state.get("show", str(_STEP))}, strict=False
    )
    found = await run_for_request(
        request, encoder, lambda watched: searched(index, watched, asked.query, asked.top_k, filter)
    )
    return page(
        request,
        "find",
        found=found,
        hits=[Hit.of(result) for result in found.results],
        facets=_facets(state, found, documents),
        more=_more(state, asked.top_k, len(found.results)),
        **shown,
    )


def _more(state: UrlState, asked: int, found: int) -> str:
    """The address with more results; "" if there are none."""
    if found < asked or asked == _MOST:
        return ""
    return f"{state.with_(('show', str(min(asked + _STEP, _MOST)))).url}#r{asked + 1}"


def _facets(
    state: UrlState, found: SearchResults, documents: Mapping[str, Document]
) -> list[tuple[str, list[FacetValue]]]:
    facets = []
    for name, title in FACETS:
        chosen = _chosen(state, name)
        values = [
            FacetValue(
                value_label(name, value, documents), count, state.toggled(name, value).url, value in chosen
            )
            for value, count in found.facets[name]
        ]
        if name == "year":
            values.sort(key=lambda value: value.name)
        if values:
            facets.append((title, values))
    return facets


def _chosen(state: UrlState, name: str) -> list[str]:
    if name == "year":
        first, last = state.get("year_from"), state.get("year_to")
        return [first] if first == last else []
    return state.all(name)
