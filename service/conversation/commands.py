"""Commands on the last answer: its exact words, where it is from, shorter, as a table, how many, are you sure."""

from collections.abc import Sequence
from dataclasses import replace

from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from service.answering.composition import bullets, short_title, whole_passages
from service.answering.types import Answer, Citation, Listing, TraceEntry
from service.conversation.turn import Turn
from service.understanding.request import Request

_CHOSEN = 0.8  # confidence in entries chosen from a list
_SHORT = 160  # characters of a short answer


def obeyed(request: Request, last: Turn) -> Answer | None:
    """What `request`, a command, makes of the last answer; None where it is better asked as a question."""
    if not last.answer.citations:
        return None
    make = {
        "quote": _quoted,
        "source": _sources,
        "who": _sources,
        "shorter": _shorter,
        "longer": _longer,
        "table": _table,
        "sure": _sure,
        "repeat": _repeated,
        "count": _counted,
        "translate": _repeated,
    }.get(request.command)
    return make(last) if make else None


def listed(index: Index, question: str, passages: Sequence[Passage]) -> Answer:
    """Some passages, quoted whole, as the answer to a question about a list that was given."""
    citations = whole_passages(passages)
    lines = [f"{plain(one.quote)} [{one.marker}]" for one in citations]
    said = lines[0] if len(lines) == 1 else bullets(lines)
    trace = (TraceEntry("chosen_entries", "answered"),)
    listing = Listing(len(lines), citations) if len(lines) > 1 else None
    return Answer("answered", said, _CHOSEN, question, citations, index.id, listing, trace=trace)


def _quoted(last: Turn) -> Answer:
    lines = [f"“{plain(one.quote)}” [{one.marker}]" for one in _used(last)]
    return _told(last, lines[0] if len(lines) == 1 else bullets(lines))


def _sources(last: Turn) -> Answer:
    lines = [f"{place(one)} [{one.marker}]" for one in _used(last)]
    return _told(last, lines[0] if len(lines) == 1 else bullets(lines))


def place(citation: Citation) -> str:
    """The document of a quotation, its headings and its page."""
    passage = citation.passage
    parts = [passage.document.title, *(plain(heading) for heading in passage.section)]
    if passage.page:
        parts.append(f"page {passage.page}")
    return ", ".join(parts)


def _shorter(last: Turn) -> Answer:
    first = last.answer.text.split("\n")[0]
    if len(first) > _SHORT and ". " in first:
        first = first[: first.index(". ") + 1] + f" [{last.answer.citations[0].marker}]"
    return _told(last, first)


def _longer(last: Turn) -> Answer:
    passages = list(dict.fromkeys(one.passage for one in last.answer.citations))
    citations = whole_passages(passages)
    lines = [f"{plain(one.passage.text)} [{one.marker}]" for one in citations]
    return replace(_told(last, bullets(lines)), citations=citations)


def _table(last: Turn) -> Answer:
    rows = [
        f"| {plain(one.quote).replace('|', ' ').replace(chr(10), ' ')} [{one.marker}] | {short_title(one.passage.document)} |"
        for one in _used(last)
    ]
    return _told(last, "\n".join(["| Quotation | Document |", "|---|---|", *rows]))


def _sure(last: Turn) -> Answer:
    if last.answer.status == "not_found":
        return _told(
            last, "I searched again and found no sentence that answers this; the nearest are attached."
        )
    lines = [
        f"“{plain(one.quote)}” ({short_title(one.passage.document)}) [{one.marker}]"
        for one in _used(last)[:2]
    ]
    chance = f"{last.answer.confidence:.0%}"
    return _told(
        last,
        f"The documents say so in these words; the answer is right with a chance of {chance}:\n{bullets(lines)}",
    )


def _repeated(last: Turn) -> Answer:
    return _told(last, last.answer.text)


def _counted(last: Turn) -> Answer | None:
    listing = last.answer.listing
    if listing is None or last.answer.status == "not_found":
        return None
    citations = tuple(replace(citation, marker=n) for n, citation in enumerate(listing.citations, 1))
    marks = " ".join(f"[{citation.marker}]" for citation in citations)
    return replace(_told(last, f"{listing.count} {marks}"), citations=citations)


def _used(last: Turn) -> list[Citation]:
    """The citations that the answer refers to before its "See also"."""
    said = last.answer.text.partition("See also")[0]
    used = [one for one in last.answer.citations if f"[{one.marker}]" in said]
    return used or list(last.answer.citations[:1])


def _told(last: Turn, said: str) -> Answer:
    return replace(last.answer, text=said, trace=())
