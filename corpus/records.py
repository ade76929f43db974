"""Action items as records: the rows of the plans' tables under the field names analysts ask by."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.markers import item_marker
from corpus.types import Passage

Role = Literal["number", "text", "lead", "status", "priority_area"]

# A column plays a role when its header has one of these words; the first match wins.
_HEADER_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "lead",
        re.compile(r"\b(?:leads?|led by|responsible|responsibility|owners?|focal points?)\b", re.IGNORECASE),
    ),
    ("status", re.compile(r"\b(?:status|progress|state of play)\b", re.IGNORECASE)),
    ("priority_area", re.compile(r"\b(?:priority|area|theme|pillar)s?\b", re.IGNORECASE)),
    ("number", re.compile(r"^(?:no\.?|nr\.?|#|number|item no\.?)$", re.IGNORECASE)),
    (
        "text",
        re.compile(
            r"\b(?:actions?|activit(?:y|ies)|items?|commitments?|tasks?|deliverables?)\b", re.IGNORECASE
        ),
    ),
)
_SEPARATOR = re.compile(r"\s*(?:[;,/&\n]|\band\b)\s*")


@dataclass(frozen=True, slots=True)
class Record:
    """An action item. `lead` holds each of joint leads; fields the plan does not have are None or empty."""

    passage: Passage
    number: str | None
    group: str | None
    text: str
    lead: tuple[str, ...]
    status: str | None
    priority_area: str | None


def role_of(header: str) -> Role | None:
    """What a column holds, by the words of its header."""
    return next((role for role, pattern in _HEADER_ROLES if pattern.search(header)), None)


def column(fields: Mapping[str, str], role: Role) -> str | None:
    """The header in `fields` of the column that plays `role`, or None."""
    return next((header for header in fields if header != "Group" and role_of(header) == role), None)


def records(passages: Iterable[Passage]) -> list[Record]:
    """The action items among `passages`: the rows of tables that have a column for actions."""
    rows = [p for p in passages if p.kind == "row" and column(p.fields, "text")]
    known = known_leads(rows)
    return [_record(row, known) for row in rows]


def known_leads(rows: Sequence[Passage]) -> frozenset[str]:
    """Every lead that stands in a cell alone, or between separators: the names joint leads are made of."""
    cells = (row.fields[header] for row in rows if (header := column(row.fields, "lead")))
    parts = [[part for part in _SEPARATOR.split(cell) if part] for cell in cells]
    return frozenset(name for names in parts for name in names if len(names) > 1 or not _made_of(name, parts))


def _made_of(name: str, parts: list[list[str]]) -> bool:
    others = {other for names in parts for other in names if other != name}
    return _segment(name.split(), others) is not None


def _segment(words: list[str], names: Iterable[str]) -> list[str] | None:
    """`words` as a sequence of `names`, or None: "All members IOM" lost its line break in conversion."""
    if not words:
        return []
    for name in sorted(names, key=len, reverse=True):
        length = len(name.split())
        if words[:length] == name.split() and (rest := _segment(words[length:], names)) is not None:
            return [name, *rest]
    return None


def _leads(cell: str, known: frozenset[str]) -> tuple[str, ...]:
    parts = [part for part in _SEPARATOR.split(cell) if part]
    return tuple(name for part in parts for name in _segment(part.split(), known) or [part])


def status_of(cell: str) -> str:
    """The words a status cell opens with: "Complete" of "Complete The Working Group held…"."""
    words = cell.split()
    taken = [words[0].rstrip(".,;:")] if words else []
    if words and words[0][-1] not in ".,;:":
        for word in words[1:4]:
            if not word.rstrip(".,;:").isalpha() or not word[0].islower():
                break
            taken.append(word.rstrip(".,;:"))
            if word[-1] in ".,;:":
                break
    return " ".join(taken)


def _record(row: Passage, known: frozenset[str]) -> Record:
    def cell(role: Role) -> str | None:
        header = column(row.fields, role)
        return row.fields[header] if header else None

    text = cell("text") or ""
    marker = item_marker(text)
    number = cell("number")
    if number is None and marker and marker.enumerator:
        number, text = text[: marker.width].strip("()-. "), text[marker.width :]
    return Record(
        passage=row,
        number=number,
        group=row.fields.get("Group"),
        text=text,
        lead=_leads(cell("lead") or "", known),
        status=cell("status"),
        priority_area=cell("priority_area"),
    )
