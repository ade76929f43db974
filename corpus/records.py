"""Action items: rows of the work plans' tables, with their columns recognised by header."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from corpus.text.markers import item_marker
from corpus.types import Passage

Role = Literal["number", "text", "lead", "status", "priority_area"]

# A column has the first role whose words its header contains.
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
    """An action item. `lead` has each joint lead; fields missing in the plan are None or empty."""

    passage: Passage
    number: str | None
    group: str | None
    text: str
    lead: tuple[str, ...]
    status: str | None
    priority_area: str | None


def role_of(header: str) -> Role | None:
    """The role of a column, by the words of its header."""
    return next((role for role, pattern in _HEADER_ROLES if pattern.search(header)), None)


def column(fields: Mapping[str, str], role: Role) -> str | None:
    """The header of the column with this role, or None."""
    return next((header for header in fields if header != "Group" and role_of(header) == role), None)


def records(passages: Iterable[Passage]) -> list[Record]:
    """The action items among `passages`: the rows of tables that have a column for actions."""
    rows = [passage for passage in passages if is_record(passage)]
    reader = RecordReader(known_leads(cell for row in rows if (cell := lead_cell(row))))
    return [reader.read(row) for row in rows]


def is_record(passage: Passage) -> bool:
    """Whether a passage is the row of a table that has a column for actions."""
    return passage.kind == "row" and column(passage.fields, "text") is not None


def lead_cell(row: Passage) -> str | None:
    """The cell in the lead's column, if the table has one."""
    header = column(row.fields, "lead")
    return row.fields[header] if header else None


def known_leads(cells: Iterable[str]) -> frozenset[str]:
    """The names of single leads: alone in a cell, or between separators."""
    parts = {tuple(part for part in _SEPARATOR.split(cell) if part) for cell in cells}
    separate = {name for names in parts if len(names) > 1 for name in names}
    alone = {name for names in parts if len(names) == 1 for name in names}
    names = _by_first_word(separate | alone)
    return frozenset(separate | {name for name in alone if not _segment(name, names)})


def _by_first_word(names: Iterable[str]) -> dict[str, list[list[str]]]:
    """The words of each name, the longest name first, under its first word."""
    found: dict[str, list[list[str]]] = {}
    for name in sorted(names, key=len, reverse=True):
        words = name.split()
        found.setdefault(words[0], []).append(words)
    return found


def _segment(cell: str, names: Mapping[str, list[list[str]]]) -> list[str]:
    """`cell` as a sequence of two or more names, or []: "All members IOM" lost its line break in conversion."""
    words = cell.split()
    steps: dict[int, int] = {}  # start of a name → its end, if the rest of the cell consists of names
    for start in range(len(words) - 1, -1, -1):
        for name in names.get(words[start], []):
            stop = start + len(name)
            whole = start == 0 and stop == len(words)
            if not whole and words[start:stop] == name and (stop == len(words) or stop in steps):
                steps[start] = stop
                break
    found, position = [], 0
    while position in steps:
        found.append(" ".join(words[position : steps[position]]))
        position = steps[position]
    return found


def _leads(cell: str, names: Mapping[str, list[list[str]]]) -> tuple[str, ...]:
    parts = [part for part in _SEPARATOR.split(cell) if part]
    return tuple(name for part in parts for name in _segment(part, names) or [part])


def status_of(cell: str) -> str:
    """The first words of a status cell: "Complete" of "Complete The Working Group held…"."""
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


class RecordReader:
    """Reads rows as records; `leads` are the single names from `known_leads`."""

    def __init__(self, leads: Iterable[str]) -> None:
        self._names = _by_first_word(leads)

    def leads(self, cell: str) -> tuple[str, ...]:
        """The leads in a cell."""
        return _leads(cell, self._names)

    def read(self, row: Passage) -> Record:
        """The action item in a row for which `is_record` holds."""

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
            lead=self.leads(cell("lead") or ""),
            status=cell("status"),
            priority_area=cell("priority_area"),
        )
