"""Questions that count or list action items by a field, answered from the records as a query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import Record, status_of
from index.lexical import terms
from service.question import FUNCTION_WORDS

_COUNTS = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:which|what|list|name|show|all)\b", re.IGNORECASE)
_ITEMS = re.compile(r"\b(?:action items?|items|actions|activities|commitments)\b", re.IGNORECASE)
_LEADS = re.compile(r"\b(?:leads?|leading|led|responsible|in charge|owns?)\b", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?(?!\d)")
_COMPLETED = re.compile(r"\b(?:completed|finished|done)\b", re.IGNORECASE)
# With these a question asks for something else than the rows that meet it.
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|except|without|neither|nor|other|but|still|yet)\b|n't\b", re.IGNORECASE
)
_PLAIN = FUNCTION_WORDS | frozenset(terms("forward work plan plans count number marked status"))


@dataclass(frozen=True, slots=True)
class Tally:
    """The records that meet what was asked, of those examined."""

    found: tuple[Record, ...]
    examined: int


def tally(question: str, records: Sequence[Record]) -> Tally | None:
    """The records asked for by lead, status or plan, or None where the question asks for anything else.

    Every word must be accounted for: what is left over (a topic, a negation) makes it a question for search.
    """
    counts = _COUNTS.search(question) is not None
    if not _ITEMS.search(question) or not (counts or _LISTS.search(question)) or _OTHERWISE.search(question):
        return None
    said = _COMPLETED.sub("complete", question)
    leads = _named(said, {lead for record in records for lead in record.lead}) if _LEADS.search(said) else {}
    statuses = _named(said, {status_of(record.status) for record in records if record.status})
    years = [int(year[:4]) for year in _YEARS.findall(said)]
    if not (leads or statuses or (years and counts)) or _left_over(said, [*leads, *statuses]):
        return None
    examined = [record for record in records if _in_plan(record, years)]
    found = tuple(
        record
        for record in examined
        if (not leads or leads.keys() & set(record.lead))
        and (not statuses or (record.status is not None and status_of(record.status) in statuses))
    )
    return Tally(found, len(examined)) if found else None


def _left_over(question: str, names: Sequence[str]) -> bool:
    for pattern in (_COUNTS, _ITEMS, _LEADS, _YEARS):
        question = pattern.sub(" ", question)
    for name in names:
        question = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", question, flags=re.IGNORECASE)
    return not _PLAIN.issuperset(terms(question))


def _named(question: str, names: set[str]) -> dict[str, None]:
    """Those of `names` that stand in the question."""
    found = (n for n in sorted(names) if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", question, re.IGNORECASE))
    return dict.fromkeys(found)


def _in_plan(record: Record, years: Sequence[int]) -> bool:
    """Whether a record's plan is of a year that the question names; any plan where it names none."""
    first, last = record.passage.document.period
    return not years or any(first <= year <= last for year in years)
