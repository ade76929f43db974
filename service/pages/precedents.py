"""Precedents as a page: a chart, the history from plan to plan, and the passages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.types import Document, Passage
from index.generation import Index
from service.answering.types import Citation
from service.http.dependencies import Open
from service.pages.precedents_chart import chart
from service.pages.problems import page_router
from service.pages.quotations import Hit, Quotation, of_citation, quotation
from service.pages.rendering import page
from service.pages.url_state import UrlState, chips
from service.precedents import SAID, Label, PlanComparison, Precedents, Related
from service.schemas.precedents import PrecedentsRequest
from service.serving.dispatch import run_for_request
from service.serving.tasks import compared

_STEP = 20  # passages that are asked for at first, and that "more" adds
_MOST = 50
_LONG = 320  # characters from which on a quotation is folded
_EXCERPT = 220  # of these are shown

_KINDS = {
    "continued": "The later document continues what the earlier one says.",
    "new": "No passage of the earlier document matches; its closest one stands beside it.",
    "dropped": "No passage of the later document matches; its closest one stands beside it.",
}

router = page_router()


@dataclass(frozen=True, slots=True)
class FoldedQuotation:
    """A quotation and, if it is long, its beginning: (header, HTML) of each cell."""

    whole: Quotation
    excerpt: list[tuple[str, Markup]]

    @classmethod
    def of(cls, citation: Citation) -> "FoldedQuotation":
        whole = of_citation(citation)
        if len(whole.text) <= _LONG:
            return cls(whole, [])
        cut = whole.text.rfind(" ", 0, _EXCERPT)
        text = whole.text[: cut if cut > 0 else _EXCERPT]
        *cells, (header, html) = replace(whole, text=text, end=whole.start + len(text)).cells
        return cls(whole, [*cells, (header, html + "…")])


@dataclass(frozen=True, slots=True)
class QuotedLabel:
    """A label in words, and the two quotations that it rests on."""

    words: str
    certainty: str
    earlier: FoldedQuotation
    later: FoldedQuotation

    @classmethod
    def of(cls, kind: str, label: Label) -> "QuotedLabel":
        words = f"possibly {SAID[kind]}" if label.certainty == "possibly" else SAID[kind]
        earlier, later = FoldedQuotation.of(label.earlier), FoldedQuotation.of(label.later)
        return cls(words.capitalize(), label.certainty, earlier, later)


@dataclass(frozen=True, slots=True)
class LabelledComparison:
    """Two documents and the labels from the earlier to the later: (kind, explanation, labels) each."""

    earlier: Document
    later: Document
    kinds: tuple[tuple[str, str, tuple[QuotedLabel, ...]], ...]

    @classmethod
    def of(cls, comparison: PlanComparison) -> "LabelledComparison":
        kinds = (
            (kind, explanation, tuple(QuotedLabel.of(kind, label) for label in getattr(comparison, kind)))
            for kind, explanation in _KINDS.items()
        )
        return cls(comparison.earlier, comparison.later, tuple(kinds))


@router.get("/timeline")
async def timeline(request: Request, open: Open) -> Response:
    """The precedents of the address's `topic` or `passage`, or the empty form."""
    index, encoder = open
    state = UrlState.of("/timeline", request.query_params, ("topic", "passage"))
    state.filter.to_index(index.documents)  # refuses unknown documents, of the empty form too
    shown: dict[str, Any] = {
        "state": state,
        "documents": index.documents,
        "chips": chips(state, index.documents),
        "base": str(request.base_url),
        "said": SAID,
    }
    if not state.get("topic") and not state.get("passage"):
        return page(request, "timeline", found=None, item=None, **shown)
    asked = _asked(state)
    found = await run_for_request(request, encoder, lambda watched: compared(index, watched, asked))
    return page(request, "timeline", **shown, **_results(index, state, asked.top_k, found))


def _asked(state: UrlState) -> PrecedentsRequest:
    fields = {
        "topic": state.get("topic") or None,
        "passage": state.get("passage") or None,
        "filter": state.filter_fields,
        "top_k": state.get("show", str(_STEP)),
    }
    return PrecedentsRequest.model_validate(fields, strict=False)


def _results(index: Index, state: UrlState, asked: int, found: Precedents) -> dict[str, Any]:
    item, count = found.passage, sum(len(related) for _, related in found.documents)
    next_step = ("show", str(min(asked + _STEP, _MOST)))
    return {
        "found": found,
        "item": quotation(index, item.document.id, item.start, item.end) if item else None,
        "count": count,
        "chart": chart(found) if found.documents else None,
        "comparisons": [LabelledComparison.of(comparison) for comparison in found.comparisons],
        "groups": [(document, _hits(item, related)) for document, related in found.documents],
        "more": state.with_(next_step).url if count == asked < _MOST else "",
    }


def _hits(item: Passage | None, related: Sequence[Related]) -> list[tuple[Hit, str]]:
    return [(Hit.of(one), _relation(item, one)) for one in related]


def _relation(item: Passage | None, related: Related) -> str:
    """How a passage relates to the item in words; "" by topic, or if it does not."""
    if item is None or related.certainty is None:
        return ""
    then, now = related.passage.document.period, item.document.period
    words = "continued by it" if then < now else "continues it" if then > now else "the same commitment"
    return (f"possibly {words}" if related.certainty == "possibly" else words).capitalize()
