"""What a column of a table is, told by the meaning of its header and of its cells, and by what kind of values these are.

A linear model over vectors of both, fitted for one encoder by `python -m eval.training.columns`; of the columns of a
table each role has the likeliest. For other encoders the words of headers tell (`corpus.records.roles_by_words`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

import numpy as np

from corpus.records import GROUP, Roles, is_property, is_rest, is_unit, roles_by_words, with_roles
from corpus.structure.units import TITLE
from corpus.text.dates import YEAR
from corpus.text.ticks import is_mark, ticked
from corpus.types import Passage, Role
from index.encoders.base import Encoder
from index.encoders.weights import family
from index.types import Vectors

ROLES: tuple[Role, ...] = get_args(Role)
_TOLD: tuple[Role, ...] = ("lead", "status")  # lines of labels, and properties, tell one of these
_STANDING: tuple[Role, ...] = ("lead", "status", "deadline")  # a plan says one of these of what is to be done
_UNLIKELY = float(np.log(0.1))  # log-chance: what is less likely to be done is not
_LENIENCY = 0.3  # a role is given where it is this little less likely than none
_STRICTNESS = 0.5  # where labels stand free, a role must be this much likelier
_READ, _LONGEST_READ = 3, 200  # cells that are read for their meaning, and characters of each
_COUNTED = 200  # cells of which the kinds of values are counted
_NAME, _SENTENCE = 6, 8  # words of a name at most, of a sentence at least
_DATE = re.compile(
    rf"\b{YEAR}\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b|\b\d{{1,2}}[./]\d{{1,2}}\b|"
    r"\b\d+ (?:day|week|month|year)s?\b|\bq[1-4]\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W*\d[\d\s.,%]*\D{0,12}")
_REPEATED = re.compile(r" \(\d+\)$")  # of a header that another column has too
_YES_OR_NO = re.compile(r"(?:yes|no|y|n)", re.IGNORECASE)
_SMALL = frozenset({"of", "and", "the", "for", "on", "in", "to"})

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A header, and the cells under it that are filled."""

    header: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class _Table:
    """The rows under the same headers, by their place among the passages of a document."""

    rows: list[int] = field(default_factory=list)
    headers: dict[str, None] = field(default_factory=dict)
    of_properties: bool = False
    of_units: bool = False


class ColumnRoles:
    """Decides for the tables of one document after the other; what it has encoded it keeps."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        path = fit_path(encoder.sha256)
        self._weights: Vectors | None = np.load(path, allow_pickle=False) if path.is_file() else None

    def decided(self, passages: Sequence[Passage]) -> list[Passage]:
        """The passages of a document, those of plans with the roles of their headers."""
        found = list(passages)
        tables = list(_tables(passages))
        for table, roles in zip(tables, self._roles(passages, tables), strict=True):
            for row in table.rows:
                found[row] = with_roles(passages[row], roles)
        return found

    def _roles(self, passages: Sequence[Passage], tables: Sequence[_Table]) -> list[Roles]:
        if self._weights is None:
            return [{} if table.of_properties else roles_by_words(table.headers) for table in tables]
        columns = [_columns(passages, table) for table in tables]
        chances = [log_chances(features(some, self._encode), self._weights) for some in columns]
        agreed = _agreed(columns, chances)
        for table, some, own in zip(tables, columns, agreed, strict=True):
            own[_is_shared(passages, table, some), 1:] = -np.inf
        return [_roles_of(*seen) for seen in zip(tables, columns, agreed, strict=True)]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)


def _columns(passages: Sequence[Passage], table: _Table) -> list[TableColumn]:
    rows = [passages[row].fields for row in table.rows]
    return [
        TableColumn(header, tuple(row[header] for row in rows if header in row)) for header in table.headers
    ]


def _agreed(columns: Sequence[Sequence[TableColumn]], chances: Sequence[Vectors]) -> list[Vectors]:
    """A header means the same in all tables of a document: the mean of what each makes of it."""
    seen: dict[str, list[Vectors]] = {}
    for some, own in zip(columns, chances, strict=True):
        for column, chance in zip(some, own, strict=True):
            seen.setdefault(column.header, []).append(chance)
    return [np.array([np.mean(seen[column.header], axis=0) for column in some]) for some in columns]


def _is_shared(passages: Sequence[Passage], table: _Table, columns: Sequence[TableColumn]) -> list[bool]:
    """Which columns say one thing together: those of one name, and marks that may stand beside each other in a row."""
    marks = {column.header for column in columns if _has_marks(column)}
    if not any(len(marks & passages[row].fields.keys()) > 1 for row in table.rows):
        marks = set()  # states of one matter, which exclude each other
    names = [_REPEATED.sub("", column.header) for column in columns]
    return [
        column.header in marks or names.count(name) > 1 for column, name in zip(columns, names, strict=True)
    ]


def _has_marks(column: TableColumn) -> bool:
    return bool(column.cells) and all(map(is_mark, column.cells))


def _roles_of(table: _Table, columns: Sequence[TableColumn], chances: Vectors) -> Roles:
    if table.of_units:  # its title is the matter
        chances[:, 1 + ROLES.index("text")] = np.where([c.header == TITLE for c in columns], 0, -np.inf)
    return plan_roles(columns, chances, of_properties=table.of_properties, of_units=table.of_units)


def fit_path(sha256: str) -> Path:
    """Where the weights for an encoder are, if there are any."""
    return Path(__file__).parent / "roles" / f"{family(sha256)}.npy"


def features(columns: Sequence[TableColumn], encode: Encode) -> Vectors:
    """Of shape (columns, features), for the columns of one table.

    The vectors of the header, of the first cells, and of the other headers, then the kinds of values.
    """
    headers = encode([column.header for column in columns])
    said = encode(["; ".join(cell[:_LONGEST_READ] for cell in column.cells[:_READ]) for column in columns])
    others = (headers.sum(axis=0) - headers) / max(1, len(columns) - 1)
    places = np.arange(len(columns)) / max(1, len(columns) - 1)
    kinds = np.array(
        [[*kinds_of_values(column), place] for column, place in zip(columns, places, strict=True)], np.float32
    )
    return np.concatenate([headers, said, others, kinds], axis=1, dtype=np.float32)


def kinds_of_values(column: TableColumn) -> list[float]:
    """Shares of the cells that are dates, numbers, names, sentences …; how they vary, and how long they are."""
    cells = column.cells[:_COUNTED]
    words = [cell.split() for cell in cells]
    count = max(1, len(cells))
    shares: tuple[Iterable[bool], ...] = (
        (_DATE.search(cell) is not None for cell in cells),
        (_NUMBER.fullmatch(cell) is not None for cell in cells),
        (len(some) <= _NAME and _is_name(some) for some in words),
        (len(some) >= _SENTENCE for some in words),
        (len(some) == 1 for some in words),
        (_YES_OR_NO.fullmatch(cell) is not None for cell in cells),
        (is_mark(cell) or ticked(cell) is not None for cell in cells),
    )
    return [
        *(sum(which) / count for which in shares),
        len(set(cells)) / count,
        float(np.log1p(sum(map(len, words)) / count)),
        float(np.log1p(len(column.header.split()))),
    ]


def _is_name(words: Sequence[str]) -> bool:
    counted = [word for word in words if word[0].isalpha() and word not in _SMALL]
    return bool(counted) and all(word[0].isupper() for word in counted)


def log_chances(table: Vectors, weights: Vectors) -> Vectors:
    """Of shape (columns, 1 + roles): the logarithm of how likely each has no role, or one of `ROLES`."""
    logits = table @ weights[:-1] + weights[-1]
    logits = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), np.float32)


def assigned(columns: Sequence[TableColumn], chances: Vectors, lead: float = -_LENIENCY) -> list[Role | None]:
    """The role of each column: the likeliest pairs first, each role once; columns of marks have one together.

    `lead` is by how much a role must be likelier than none.
    """
    gains = chances[:, 1:] - chances[:, :1] - lead
    found: list[Role | None] = [None] * len(columns)
    marks = [_has_marks(column) for column in columns]
    if any(marks):
        gains[marks] = gains[marks].mean(axis=0)
    taken: dict[Role, bool] = {}  # role → whether by marks
    for place in np.argsort(-gains, axis=None, kind="stable").tolist():
        n, role = place // len(ROLES), ROLES[place % len(ROLES)]
        if gains.flat[place] <= 0:
            break
        if found[n] is None and (role not in taken or (taken[role] and marks[n])):
            found[n], taken[role] = role, marks[n]
    return found


def plan_roles(
    columns: Sequence[TableColumn], chances: Vectors, *, of_properties: bool = False, of_units: bool = False
) -> Roles:
    """The headers with a role, if the table is of a plan: it says what is to be done, and by whom, when or how far."""
    loose = of_properties or of_units
    found = assigned(columns, chances, _STRICTNESS if loose else -_LENIENCY)
    if of_properties:
        found = [None if role == "text" else role for role in found]
    elif "text" not in found:
        _name_text(columns, found, chances)
    roles: dict[Role, list[str]] = {}
    for column, role in zip(columns, found, strict=True):
        if role:
            roles.setdefault(role, []).append(column.header)
    stands = any(role in roles for role in (_TOLD if loose else _STANDING))
    return roles if stands and (of_properties or "text" in roles) else {}


def _name_text(columns: Sequence[TableColumn], found: list[Role | None], chances: Vectors) -> None:
    """What is to be done, where no column clearly is, of a table that says by whom or how far.

    Where it says two of by whom, how far and by when, it is the column with the longest cells.
    """
    free = [n for n, role in enumerate(found) if role is None]
    text = 1 + ROLES.index("text")
    likeliest = max(free, key=lambda n: float(chances[n, text]), default=None)
    if likeliest is None or set(found).isdisjoint(_TOLD):
        return
    if chances[likeliest, text] > _UNLIKELY:
        found[likeliest] = "text"
    elif len(set(found) & set(_STANDING)) > 1:
        longest = max(free, key=lambda n: sum(map(len, columns[n].cells)) / max(1, len(columns[n].cells)))
        found[longest] = "text"


def _tables(passages: Sequence[Passage]) -> Iterator[_Table]:
    """The tables of a document: those with the same headers are one, and all of properties."""
    of_properties = _Table(of_properties=True)
    runs: list[_Table] = []
    last = -2
    for row, passage in enumerate(passages):
        own = [header for header in passage.fields if header != GROUP]
        if passage.kind != "row" or not own or (row and is_rest(passages[row - 1], passage)):
            continue
        if is_property(passage):
            table = of_properties
        else:
            unit = is_unit(passage)
            if last != row - 1 or runs[-1].of_units != unit or runs[-1].headers.keys().isdisjoint(own):
                runs.append(_Table(of_units=unit))
            table, last = runs[-1], row
        table.rows.append(row)
        table.headers.update(dict.fromkeys(own))
    if of_properties.rows:
        yield of_properties
    yield from _merged(runs)


def _merged(runs: Sequence[_Table]) -> list[_Table]:
    """Runs whose headers another has too become one with it."""
    found: list[_Table] = []
    for run in sorted(runs, key=lambda run: -len(run.headers)):
        like = next((table for table in found if _is_like(run, table)), None)
        if like:
            like.rows += run.rows
        else:
            found.append(replace(run))
    return found


def _is_like(table: _Table, larger: _Table) -> bool:
    return table.of_units == larger.of_units and table.headers.keys() <= larger.headers.keys()
