"""Questions that count or list action items by a field, answered by a query over the records."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.records import Record, status_of
from index.queries.preferences import CURRENT
from index.terms import terms
from service.questions.analysis import analyse
from service.questions.english import COUNTS, LEADS, QUESTION_WORDS, YEARS, plan_years

_COUNTS = re.compile(rf"\b(?:{COUNTS}|count)\b", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:which|what|list|name|show|all)\b", re.IGNORECASE)
_ITEMS = re.compile(r"\b(?:action items?|items|actions|activities|commitments)\b", re.IGNORECASE)
_LEADS = re.compile(rf"\b(?:{LEADS})\b", re.IGNORECASE)
_LED = re.compile(rf"^\W*(?:what|how many)\b.{{1,200}}?\b(?:{LEADS})\b", re.IGNORECASE)
# Then an item must have all leads that the question names.
_TOGETHER = re.compile(r"\b(?:with|jointly|together|both|of the (?:action )?items)\b", re.IGNORECASE)
_JOINTLY = re.compile(r"\bjoint(?:ly)?\b", re.IGNORECASE)
_COMPLETED = re.compile(r"\b(?:completed|finished|done)\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"\b(?:incomplete|unfinished|uncompleted)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\bnot(?: yet)?(?: been)?(?: marked)?\b|\b(?:is|are|was|were|has|have)n['’]t(?: yet)?(?: been)?\b",
    re.IGNORECASE,
)
# With these a question asks for something else than the matching rows.
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|except|without|neither|nor|other|but|still|yet)\b|n['’]t\b", re.IGNORECASE
)
_PLAIN = QUESTION_WORDS | frozenset(
    terms(
        "forward work plan plans count number marked status priority area group heading two three four five six "
        "joint jointly together both"
    )
)
_LETTERS = 3  # of a short name, to tell it from other words
_SMALL = r"[ -](?:(?:of|on|for|in|and|the|to) )*"  # between the words of a long one


@dataclass(frozen=True, slots=True)
class Aggregation:
    """The records found, of those `examined`. `counts` says that their number was asked for."""

    found: tuple[Record, ...]
    examined: int
    counts: bool


def aggregate(question: str, records: Sequence[Record]) -> Aggregation | None:
    """The records asked for by lead, status, area, group or plan; None where the question asks for anything else.

    Every word must be accounted for: any other word (a topic, an exception) makes it a question for search.
    """
    counts = _COUNTS.search(question) is not None
    led = _LED.match(question) is not None
    if not (led or _ITEMS.search(question)) or not (counts or _LISTS.search(question)):
        return None
    said = _COMPLETED.sub("complete", _UNFINISHED.sub("not complete", question))
    wanted = {
        "lead": _names_in(said, {lead for r in records for lead in r.lead}) if _LEADS.search(said) else [],
        "status": _names_in(said, {status_of(record.status) for record in records if record.status}),
        "area": _names_in(said, {record.priority_area for record in records if record.priority_area}),
        "group": _names_in(said, {record.group for record in records if record.group}),
    }
    negated = bool(wanted["status"]) and _NOT.search(said) is not None
    said = _NOT.sub(" ", said) if negated else said
    years = plan_years(said)
    if CURRENT.search(said) and not years:
        years = [max(record.passage.document.period[1] for record in records)] if records else []
    names = [name for field in wanted.values() for name in field]
    if led and not _ITEMS.search(question) and not wanted["lead"]:
        return None
    jointly = _JOINTLY.search(said) is not None
    if not (names or years or jointly) or _OTHERWISE.search(said) or _asks_more(said, names, records):
        return None
    examined = [record for record in records if in_plan(record, years)]
    found = tuple(record for record in examined if _matches(record, wanted, negated))
    if _TOGETHER.search(question):
        found = tuple(record for record in found if set(wanted["lead"]) <= set(record.lead))
    if jointly:
        found = tuple(record for record in found if len(record.lead) > 1)
    return Aggregation(found, len(examined), counts) if found else None


def lead_in_letters(question: str, leads: Iterable[str]) -> str:
    """`question` with full names, such as "International Organization for Migration", replaced by leads of these letters."""
    for lead in leads:
        if lead.isalpha() and lead.isupper() and len(lead) >= _LETTERS:
            words = [rf"{letter}[\w’'-]+" for letter in lead]
            question = re.sub(rf"\b{_SMALL.join(words)}", lead, question)
    return question


def led_by_nobody(question: str, records: Sequence[Record]) -> bool:
    """Whether `question` asks only for the action items of a lead that no action item has."""
    asks = _LED.match(question) or _LISTS.search(question)
    if not (_ITEMS.search(question) and _LEADS.search(question) and asks):
        return False
    names = analyse(question).names
    if len(names) != 1:
        return False
    known = {word for record in records for lead in record.lead for word in terms(lead)}
    letters = "".join(re.findall(r"\b[A-Z]", names[0]))  # "United Nations Office on Drugs and Crime"
    return known.isdisjoint(terms(f"{names[0]} {letters}")) and not (
        _OTHERWISE.search(question) or _asks_more(question, names, records)
    )


def _matches(record: Record, wanted: Mapping[str, Sequence[str]], negated: bool) -> bool:
    """Whether each field of a record has one of the wanted names; with `negated`, another status."""
    status = status_of(record.status) if record.status else None
    return (
        (not wanted["lead"] or not set(wanted["lead"]).isdisjoint(record.lead))
        and (not wanted["status"] or (status is not None and (status in wanted["status"]) != negated))
        and (not wanted["area"] or record.priority_area in wanted["area"])
        and (not wanted["group"] or record.group in wanted["group"])
    )


def _asks_more(question: str, names: Sequence[str], records: Sequence[Record]) -> bool:
    """Whether a question has other words than those of counting, `names` and the plans' titles."""
    for pattern in (_COUNTS, _ITEMS, _LEADS, CURRENT):
        question = pattern.sub(" ", question)
    for name in names:
        question = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", question, flags=re.IGNORECASE)
    return has_other_words(question, _PLAIN, records)


def has_other_words(question: str, plain: frozenset[str], records: Sequence[Record]) -> bool:
    """Whether a question has other words than years, the terms in `plain` and the plans' titles."""
    titles = {term for record in records for term in terms(record.passage.document.title)}
    return not (plain | titles).issuperset(terms(YEARS.sub(" ", question)))


def _names_in(question: str, names: set[str]) -> list[str]:
    return [n for n in sorted(names) if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", question, re.IGNORECASE)]


def in_plan(record: Record, years: Sequence[int]) -> bool:
    """Whether the plan of a record covers one of `years`; any plan does if there are none."""
    first, last = record.passage.document.period
    return not years or any(first <= year <= last for year in years)
