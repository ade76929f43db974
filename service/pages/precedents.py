"""What came before and after a topic or a passage: a chart, what became of it from plan to plan, and the passages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.types import Document, Passage
from service.answering.types import Citation
from service.http.dependencies import Open
from service.pages.hits import Hit
from service.pages.precedents_chart import chart
from service.pages.problems import page_router
from service.pages.quotations import Quotation, of_citation, quotation
from service.pages.rendering import page
from service.pages.url_state import Address, chips
from service.precedents import Label, PlanComparison, Related
from service.schemas.precedents import PrecedentsRequest
from service.serving.dispatch import in_line
from service.serving.tasks import compared

_STEP = 20  # passages that are asked for at first, and that "more" adds
_MOST = 50
_LONG = 320  # characters from which on a quotation is folded
_EXCERPT = 220  # of these are shown

_KINDS = {
    "continued": "The later document carries on what the earlier says.",
    "new": "The earlier document has nothing that matches; its nearest passage stands beside it.",
    "dropped": "The later document has nothing that matches; its nearest passage stands beside it.",
}

router = page_router()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two quotations; `excerpt` is the beginning of one that is long, as (header, HTML) of each cell."""

    whole: Quotation
    excerpt: list[tuple[str, Markup]]

    @classmethod
    def of(cls, citation: Citation) -> "Side":
        """From the service's record."""
        whole = of_citation(citation)
        if len(whole.text) <= _LONG:
            return cls(whole, [])
        cut = whole.text.rfind(" ", 0, _EXCERPT)
        text = whole.text[: cut if cut > 0 else _EXCERPT]
        *cells, (header, html) = replace(whole, text=text, end=whole.start + len(text)).cells
        return cls(whole, [*cells, (header, html + "…")])


@dataclass(frozen=True, slots=True)
class Pair:
    """A label in words, and the two quotations that it rests on."""

    words: str
    certainty: str
    earlier: Side
    later: Side


@dataclass(frozen=True, slots=True)
class Strand:
    """Two documents, and what became of what from the earlier to the later: (kind, explanation, pairs) each."""

    earlier: Document
    later: Document
    kinds: tuple[tuple[str, str, tuple[Pair, ...]], ...]

    @classmethod
    def of(cls, comparison: PlanComparison) -> "Strand":
        """From the service's record."""
        kinds = (
            (kind, explained, _pairs(kind, getattr(comparison, kind))) for kind, explained in _KINDS.items()
        )
        return cls(comparison.earlier, comparison.later, tuple(kinds))


def _pairs(kind: str, labels: Sequence[Label]) -> tuple[Pair, ...]:
    words = {"clear": kind.capitalize(), "possibly": f"Possibly {kind}"}
    return tuple(
        Pair(words[label.certainty], label.certainty, Side.of(label.earlier), Side.of(label.later))
        for label in labels
    )


@router.get("/timeline")
async def timeline(request: Request, open: Open) -> Response:
    """The precedents of the address's `topic` or `passage`, or the empty form."""
    index, encoder = open
    documents = index.documents
    address = Address("/timeline", request.query_params, ("topic", "passage"))
    address.filter.to_index(documents)
    shown: dict[str, Any] = {
        "address": address,
        "documents": documents,
        "chips": chips(address, documents),
        "base": str(request.base_url),
    }
    topic, passage = address.get("topic") or None, address.get("passage") or None
    if topic is None and passage is None:
        return page(request, "timeline", found=None, item=None, **shown)
    asked = PrecedentsRequest.model_validate(
        {
            "topic": topic,
            "passage": passage,
            "filter": address.filtering,
            "top_k": address.get("show", str(_STEP)),
        },
        strict=False,
    )
    found = await in_line(request, encoder, lambda watched: compared(index, watched, asked))
    count = sum(len(related) for _, related in found.documents)
    item = found.passage
    return page(
        request,
        "timeline",
        found=found,
        item=quotation(index, item.document.id, item.start, item.end) if item else None,
        count=count,
        chart=chart(found) if found.documents else None,
        strands=[Strand.of(comparison) for comparison in found.comparisons],
        groups=[
            (document, [(Hit.of(one), _said(item, one)) for one in related])
            for document, related in found.documents
        ],
        more=address.showing(min(asked.top_k + _STEP, _MOST)) if count == asked.top_k < _MOST else "",
        **shown,
    )


def _said(item: Passage | None, related: Related) -> str:
    """What a passage is to the item asked about, in words; "" where that is nothing, and by topic."""
    if item is None or related.certainty is None:
        return ""
    then, now = related.passage.document.period, item.document.period
    words = "carried on by it" if then < now else "carries it on" if then > now else "the same commitment"
    return f"possibly {words}".capitalize() if related.certainty == "possibly" else words.capitalize()
