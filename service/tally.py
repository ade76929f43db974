"""Questions that count or list action items by a field, answered from the records as a query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import Record, status_of

_COUNTS = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:which|what|list|name|show|all)\b", re.IGNORECASE)
_ITEMS = re.compile(r"\b(?:action items?|items|actions|activities|commitments)\b", re.IGNORECASE)
_LEADS = re.compile(
    r"\b(?:leads?|leading|led|responsible|in charge|owns?|run(?:s|ning)?|looks? after)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COMPLETED = {"completed": "complete", "finished": "complete", "done": "complete"}


@dataclass(frozen=True, slots=True)
class Tally:
    """The records that meet what was asked, of those examined; `counts` tells that a number was asked for."""

    found: tuple[Record, ...]
    examined: int
    counts: bool


def tally(question: str, records: Sequence[Record]) -> Tally | None:
    """The records asked for by lead or status, or None where the question asks for no such thing."""
    counts = _COUNTS.search(question) is not None
    if not _ITEMS.search(question) or not (counts or _LISTS.search(question)):
        return None
    leads = (
        _named(question, {lead for record in records for lead in record.lead})
        if _LEADS.search(question)
        else set()
    )
    statuses = _statuses(question, records)
    if not leads and not statuses:
        return None
    examined = [record for record in records if _in_plan(record, question)]
    found = [
        record
        for record in examined
        if (not leads or leads & {lead.casefold() for lead in record.lead})
        and (not statuses or (record.status and status_of(record.status).casefold() in statuses))
    ]
    return Tally(tuple(found), len(examined), counts) if found and (counts or len(found) > 1) else None


def _named(question: str, names: set[str]) -> set[str]:
    return {
        name.casefold()
        for name in names
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, re.IGNORECASE)
    }


def _statuses(question: str, records: Sequence[Record]) -> set[str]:
    said = " ".join(_COMPLETED.get(word.casefold(), word) for word in question.split())
    return _named(said.replace("?", ""), {status_of(record.status) for record in records if record.status})


def _in_plan(record: Record, question: str) -> bool:
    """Whether a record's plan is the one whose year the question names; any plan where it names none."""
    first, last = record.passage.document.period
    years = [int(year) for year in _YEAR.findall(question)]
    return not years or any(first <= year <= last for year in years)
