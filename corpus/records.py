"""Records of plans: rows of their tables, units of labels, and tables of which each row is a property of one matter."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from corpus.cells import lines_under
from corpus.leads import LeadNames, known_leads
from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.text.ticks import is_mark, ticked
from corpus.types import Passage, Role

GROUP = "Group"  # the field that holds the sub-heading above a row
_MOST_PROPERTIES = 60  # of one record
Roles = Mapping[Role, Sequence[str]]  # the headers of a table that have a role, the likeliest first

# What the words of a header tell, where no model does: the first role of which it has a word.
_HEADER_WORDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
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
# "Action 6: Go", "40.1 Go", but not "2.5 million"
_NUMBERED = re.compile(
    r"[^\W\d_]+ (?P<labelled>\d{1,3}(?:\.\d{1,3})*)\s?[:.)–-]+\s+|(?P<decimal>\d{1,3}(?:\.\d{1,3})+)\.?\s+(?=[^\Wa-z\d_])"
)


@dataclass(frozen=True, slots=True)
class Record:
    """What a plan says of one matter. `lead` has each joint lead; what the plan does not say is None or empty.

    `passages` are the row, or the properties, of which `passage` is the first; `fields` have all they say, by their own
    headers.
    """

    passages: tuple[Passage, ...]
    number: str | None
    group: str | None
    text: str
    lead: tuple[str, ...]
    status: str | None
    priority_area: str | None
    deadline: str | None
    fields: Mapping[str, str]

    @property
    def passage(self) -> Passage:
        """Where it begins."""
        return self.passages[0]

    def having(self, role: Role) -> Passage:
        """The passage that has the cell of this role, or the first."""
        return next((passage for passage in self.passages if role in passage.roles), self.passage)


def role_by_words(header: str) -> Role | None:
    """The role of a column, by the words of its header."""
    return next((role for role, pattern in _HEADER_WORDS if pattern.search(header)), None)


def roles_by_words(headers: Iterable[str]) -> Roles:
    """The roles of the columns of a table, by the words of its headers."""
    found: dict[Role, list[str]] = {}
    for header in headers:
        if header != GROUP and (role := role_by_words(header)):
            found.setdefault(role, []).append(header)
    return found


def with_roles(passage: Passage, roles: Roles) -> Passage:
    """A row, with the first of its headers that has each role."""
    own = {role: header for role, headers in roles.items() for header in headers if header in passage.fields}
    return replace(passage, roles=own)


def is_property(passage: Passage) -> bool:
    """Whether a row is one property of a matter: its first cell is the header of the other."""
    own = [header for header in passage.fields if header != GROUP]
    first = passage.text.lstrip("| ").split("\t")[0].split("|")[0]
    return passage.kind == "row" and len(own) == 1 and key_of(first) == own[0]


def is_unit(passage: Passage) -> bool:
    """Whether a row is lines of labels, mostly below a title, and so no line of a table."""
    several = len(passage.fields.keys() - {GROUP}) > 1
    return passage.kind == "row" and several and "\t" not in passage.text and "|" not in passage.text[:1]


def is_rest(before: Passage, passage: Passage) -> bool:
    """Whether a passage goes on with the value of the property before it."""
    return (
        passage.kind == "row"
        and len(passage.fields.keys() - {GROUP}) == 1
        and passage.fields.keys() == before.fields.keys()
        and passage.section == before.section
        and "\t" not in passage.text
    )


def key_of(cell: str) -> str:
    """The name of a property, as the first cell of its row writes it."""
    return plain(cell).rstrip(": ")


def properties(passages: Sequence[Passage], first: int) -> list[Passage]:
    """The properties of one matter that begin at a row: one after the other, below one heading, each once.

    A long one may be several passages.
    """
    head = passages[first]
    found: list[Passage] = []
    keys: set[str] = set()
    for passage in islice(_from(passages, first), _MOST_PROPERTIES):
        if passage.section != head.section or passage.document.id != head.document.id:
            break
        if not (found and is_rest(found[-1], passage)):
            own = next((header for header in passage.fields if header != GROUP), None)
            if not is_property(passage) or own is None or own in keys:
                break
            keys.add(own)
        found.append(passage)
    return found


def _from(passages: Sequence[Passage], first: int) -> Iterator[Passage]:
    return (passages[n] for n in range(first, len(passages)))


def record_passages(passages: Sequence[Passage]) -> Iterator[tuple[int, list[Passage]]]:
    """The row of each record among the passages of a document, and the passages that it is made of."""
    row = 0
    while row < len(passages):
        parts = properties(passages, row) if is_property(passages[row]) else [passages[row]]
        if is_record(parts):
            yield row, parts
        row += max(1, len(parts))


def is_record(passages: Sequence[Passage]) -> bool:
    """Whether passages are a record: a row with the cell of what is to be done, or properties that say how it stands."""
    if is_property(passages[0]):
        return any(role in passage.roles for passage in passages for role in ("lead", "status", "deadline"))
    return passages[0].kind == "row" and "text" in passages[0].roles


def records(passages: Sequence[Passage]) -> list[Record]:
    """The records among the passages of a document."""
    found = [parts for _, parts in record_passages(passages)]
    cells = (cell for parts in found for part in parts if (cell := cell_with(part, "lead")))
    reader = RecordReader(known_leads(cells))
    return [reader.read(parts) for parts in found]


def cell_with(row: Passage, role: Role) -> str | None:
    """What the cell with this role says, if the row has one; of a mark, what it marks; leads a line for each paragraph."""
    header = row.roles.get(role)
    if header is None:
        return None
    cell = "\n".join(lines_under(row, header)) if role == "lead" else row.fields[header]
    return header.split(" – ")[-1] if is_mark(cell) else ticked(cell) or cell


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
    """Reads passages as records; `leads` are the single names from `known_leads`."""

    def __init__(self, leads: Iterable[str]) -> None:
        self._names = LeadNames(leads)

    def leads(self, cell: str) -> tuple[str, ...]:
        """The leads in a cell."""
        return self._names.read(cell)

    def read(self, passages: Sequence[Passage]) -> Record:
        """The record in passages for which `is_record` holds."""

        def cell(role: Role) -> str | None:
            return next((said for passage in passages if (said := cell_with(passage, role))), None)

        head = passages[0]
        text = cell("text") or (head.section[-1] if head.section else "")
        number = cell("number")
        if number is None:
            number, text = numbered(text)
        return Record(
            passages=tuple(passages),
            number=number,
            group=None if is_property(head) else head.fields.get(GROUP),
            text=text,
            lead=self.leads(cell("lead") or ""),
            status=cell("status"),
            priority_area=cell("priority_area"),
            deadline=cell("deadline"),
            fields=_fields(passages),
        )


def _fields(passages: Sequence[Passage]) -> dict[str, str]:
    """All that some passages say, by header."""
    said: dict[str, list[str]] = {}
    for passage in passages:
        for header, cell in passage.fields.items():
            if header != GROUP:
                said.setdefault(header, []).append(cell)
    return {header: " ".join(cells) for header, cells in said.items()}


def numbered(text: str) -> tuple[str | None, str]:
    """The number that a text begins with, if any, and the rest: of "3) Go", "Action 6: Go", "40.1 Go"."""
    marker = item_marker(text)
    if marker and marker.enumerator:
        return text[: marker.width].strip("()-. "), text[marker.width :]
    if match := _NUMBERED.match(text):
        return match["labelled"] or match["decimal"], text[match.end() :]
    return None, text
