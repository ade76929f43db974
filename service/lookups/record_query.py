"""Which action items a request asks for: by lead, status, area, group, number and plan.

All that is compared is looked up in the records themselves, so a request is answered by them only where every word of it
is accounted for.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from corpus.records import Record, status_of
from index.terms import terms
from service.understanding.names import BodyNames, key_of
from service.understanding.request import Request

_NOT = frozenset("not no never without except unfinished incomplete outstanding neither nor".split())
_JOINT = frozenset(terms("joint jointly together co both shared"))
_ALONE = frozenset(terms("alone solely only single"))
_MOST = frozenset(terms("most more largest highest biggest bigger"))
_FEWEST = frozenset(terms("fewest least fewer less lowest smallest"))
_SAME_STATUS = {  # how people say what a status cell says
    "complete": "complete completed finished done concluded delivered",
    "ongoing": "ongoing progress underway continuing open",
}


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """The records wanted: each with any of `leads` (keys) and of `statuses`, of `areas` and groups; none that are empty.

    `asked` are keys that lead nothing; `names_status` tells whether a status is named, known to the records or not. `together`
    wants all of the leads, `joint` any several. `rest` are the terms of the request that nothing of this accounts for: its topic.
    """

    leads: tuple[str, ...]
    asked: tuple[str, ...]
    statuses: tuple[str, ...]
    names_status: bool
    negated: bool
    areas: tuple[str, ...]
    joint: bool
    together: bool
    alone: bool
    most: bool
    fewest: bool
    rest: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether the fields of records tell all that is asked."""
        return not self.rest

    @property
    def excludes(self) -> bool:
        """Whether something is denied that is no status."""
        return self.negated and not self.statuses

    @property
    def restricts(self) -> bool:
        return bool(self.leads or self.asked or self.statuses or self.areas or self.joint or self.alone)

    def matches(self, record: Record, bodies: BodyNames) -> bool:
        keys = lead_keys(record, bodies)
        status = status_of(record.status) if record.status else None
        wanted = {*self.leads, *self.asked}
        return (
            (not wanted or (wanted <= keys if self.together else bool(keys & wanted)))
            and (not self.statuses or (status is not None and (status in self.statuses) != self.negated))
            and (not self.areas or bool({record.priority_area, record.group} & set(self.areas)))
            and (not self.joint or len(record.lead) > 1)
            and (not self.alone or len(record.lead) == 1)
        )


def record_query(request: Request, records: Sequence[Record], bodies: BodyNames) -> RecordQuery:
    """What `request` asks of `records`."""
    said = frozenset(terms(request.text))
    leading = {key for record in records for key in lead_keys(record, bodies)}
    objects = [entity for entity in request.entities if entity.key not in leading and _asks_who(request)]
    keys = [entity.key for entity in request.entities if entity not in objects]
    of_objects = [term for entity in objects for term in terms(request.text[slice(*entity.span)])]
    statuses = _statuses(
        request.text, said, {status_of(record.status) for record in records if record.status}
    )
    areas = _named(
        request, {name for record in records for name in (record.priority_area, record.group) if name}
    )
    known = _terms_of(areas) | _terms_of(statuses) | _words_of_status(said, statuses)
    known |= {term for record in records[:1] for header in record.fields for term in terms(header)}
    known |= _JOINT | _ALONE | _MOST | _FEWEST | frozenset(terms(" ".join(_NOT)))
    return RecordQuery(
        leads=tuple(key for key in keys if key in leading),
        asked=tuple(key for key in keys if key not in leading),
        statuses=tuple(statuses),
        names_status=bool(said & _terms_of(_SAME_STATUS.values())),
        negated=(bool(_NOT & set(request.text.lower().split())) or "n't" in request.text.replace("’", "'")),
        areas=tuple(areas),
        joint=bool(said & _JOINT) and len(keys) < 2 and not _or(request),
        together=bool(said & _JOINT) and len(keys) > 1,
        alone=bool(said & _ALONE) and not _or(request),
        most=bool(said & _MOST),
        fewest=bool(said & _FEWEST),
        rest=tuple(term for term in (*of_objects, *request.topic) if term not in known),
    )


def _asks_who(request: Request) -> bool:
    """Whether those who lead something are asked for, so that another name is of what they lead."""
    return request.field == "lead" and request.intent == "fact" and request.wanted in ("body", "person")


def lead_keys(record: Record, bodies: BodyNames) -> frozenset[str]:
    """The keys of those that lead a record."""
    return frozenset(key_of(lead, bodies) for lead in record.lead)


def about(records: Iterable[Record], topic: Collection[str]) -> list[Record]:
    """The records that have every term of a topic, or a word that begins alike."""
    return [record for record in records if topic and all(_has(term, record) for term in topic)]


def _has(term: str, record: Record) -> bool:
    said = _terms_of_record(record)
    return term in said or any(len(term) > 4 and word.startswith(term[:-1]) for word in said)


def _terms_of_record(record: Record) -> frozenset[str]:
    return frozenset(terms(" ".join((record.text, record.priority_area or "", record.group or ""))))


def _or(request: Request) -> bool:
    """ "Lead or co-lead": not only jointly."""
    return " or " in request.text.lower() or "/" in request.text


def _statuses(text: str, said: frozenset[str], statuses: Collection[str]) -> list[str]:
    """The statuses that some words name, as they stand or in another word for the same."""
    found = []
    for status in sorted(statuses):
        own = frozenset(terms(status))
        others = {word for names in _same(status) for word in terms(names)}
        named = status.lower() in text.lower() if " " in status else own <= said
        if own and (named or said & others):
            found.append(status)
    return found


def _same(status: str) -> list[str]:
    words = frozenset(terms(status))
    return [names for names in _SAME_STATUS.values() if words & frozenset(terms(names))]


def _words_of_status(said: frozenset[str], statuses: Sequence[str]) -> frozenset[str]:
    return said & {term for status in statuses for names in _same(status) for term in terms(names)}


def _named(request: Request, names: Collection[str]) -> list[str]:
    """The areas whose words all stand in the request."""
    said = frozenset(terms(request.text))
    found = [
        name
        for name in names
        if frozenset(terms(name)) <= said and (len(terms(name)) > 1 or name in request.text)
    ]
    return sorted(found)


def _terms_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(term for name in names for term in terms(name))
