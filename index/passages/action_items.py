"""The action items of an index: the rows in which they begin, and the columns that filters use, on the disk.

items.json   the names that joint leads consist of, and the values of each column in order
items.npy    for each value of a passage: the column, the row and the number of the value
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.leads import known_leads
from corpus.records import (
    Record,
    RecordReader,
    cell_with,
    is_property,
    properties,
    record_passages,
    status_of,
)
from corpus.types import Passage, Role
from index.storage.arrays import from_npy, to_npy
from index.storage.drafts import Draft
from index.storage.files import Files, expect
from index.storage.lazy import Lazy

_VALUES, _PAIRS = "items.json", "items.npy"
_COLUMNS = ("lead", "status", "status_cell")
_ITEM = len(_COLUMNS)  # the column of all items, without values


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A field with any number of values for a passage: `rows[n]`, in order, has `values[codes[n]]`."""

    values: Sequence[str]
    rows: NDArray[np.int32]
    codes: NDArray[np.int32]

    def having(self, wanted: Callable[[str], bool], size: int) -> NDArray[np.bool_]:
        """Of shape (size,): True for the rows with a wanted value."""
        mask = np.zeros(size, bool)
        mask[self.rows[np.array([wanted(value) for value in self.values], bool)[self.codes]]] = True
        return mask

    def has(self, value: str, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Of shape (rows,): whether each of `rows` has a value; the time does not grow with the column."""
        begins, ends = (np.searchsorted(self.rows, rows, side) for side in ("left", "right"))
        here = [
            self.codes[begin:end].tolist() for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        ]
        return np.array([any(self.values[code] == value for code in codes) for codes in here], bool)

    def counts(self, mask: NDArray[np.bool_]) -> dict[str, int]:
        """How many rows under `mask` have each value."""
        counts = np.bincount(self.codes[mask[self.rows]], minlength=len(self.values))
        return dict(zip(self.values, counts.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of an action item that become values, for each row of its passages."""

    row: int
    lead: str | None
    status: str | None


class ActionItemsWriter:
    """Collects the action items of passages, and writes their columns."""

    def __init__(self) -> None:
        self._row = 0
        self._items: list[int] = []  # the first row of each
        self._cells: list[_Cells] = []
        self._interned: dict[str, str] = {}

    def add(self, passages: Sequence[Passage]) -> None:
        """The passages of the next document, in order."""
        for begin, parts in record_passages(passages):
            first = self._row + begin
            lead, status = self._first_cell(parts, "lead"), self._first_cell(parts, "status")
            self._items.append(first)
            self._cells += [_Cells(row, lead, status) for row in range(first, first + len(parts))]
        self._row += len(passages)

    def _first_cell(self, parts: Sequence[Passage], role: Role) -> str | None:
        """The same string for equal cells, so that each is in memory once."""
        cell = next((cell for part in parts if (cell := cell_with(part, role))), None)
        return None if cell is None else self._interned.setdefault(cell, cell)

    def finish(self, draft: Draft) -> None:
        """Write the files, when every passage was added."""
        leads = sorted(known_leads(cells.lead for cells in self._cells if cells.lead))
        pairs = self._values(leads)
        values = [sorted({value for _, value in column}) for column in pairs]
        parts = [np.array([(_ITEM, row, 0) for row in self._items], np.int32).reshape(-1, 3)]
        for number, column_pairs in enumerate(pairs):
            codes = {value: code for code, value in enumerate(values[number])}
            rows = [(number, row, codes[value]) for row, value in column_pairs]
            parts.append(np.array(rows, np.int32).reshape(-1, 3))
        table = {"leads": leads, **dict(zip(_COLUMNS, values, strict=True))}
        draft.write(_VALUES, json.dumps(table, ensure_ascii=False).encode())
        draft.write(_PAIRS, *to_npy(np.ascontiguousarray(np.concatenate(parts).T)))

    def _values(self, leads: Sequence[str]) -> list[list[tuple[int, str]]]:
        """Rows and their values, for each of `_COLUMNS`."""
        reader = RecordReader(leads)
        distinct = {cells.lead for cells in self._cells if cells.lead}
        split = {cell: tuple(dict.fromkeys(reader.leads(cell))) for cell in distinct}
        return [
            [(cells.row, lead) for cells in self._cells if cells.lead for lead in split[cells.lead]],
            [(cells.row, status_of(cells.status)) for cells in self._cells if cells.status],
            [(cells.row, cells.status) for cells in self._cells if cells.status],
        ]


class ActionItems(Lazy[Record]):
    """The action items in the order of the documents, each read from its passage when it is asked for."""

    def __init__(
        self,
        passages: Sequence[Passage],
        rows: NDArray[np.int32],
        leads: Sequence[str],
        columns: Sequence[ValueColumn],
    ) -> None:
        self.rows = rows
        self.lead, self.status, self.status_cell = columns
        self._passages = passages
        self._reader = RecordReader(leads)

    @classmethod
    def load(cls, files: Files, passages: Sequence[Passage]) -> "ActionItems":
        """From proved files. Raises `GenerationError`."""
        leads, values = _load_values(files)
        with files.parsing(_PAIRS) as data:
            columns, rows, codes = from_npy(data, "int32", 2)
            expect(bool(((rows >= 0) & (rows < len(passages))).all()), "names an unknown passage")
            places = [columns == number for number in range(_ITEM + 1)]
            expect(sum(map(np.count_nonzero, places)) == len(columns), "names an unknown column")
            found = [ValueColumn(some, rows[at], codes[at]) for some, at in zip(values, places, strict=False)]
            valid = all(((one.codes >= 0) & (one.codes < len(one.values))).all() for one in found)
            expect(valid, "names an unknown value")
            expect(all((np.diff(one.rows) >= 0).all() for one in found), "the rows are not in order")
            items = rows[places[_ITEM]]
            expect(bool((np.diff(items) > 0).all()), "the items are not in order")
        return cls(passages, items, leads, found)

    def leads(self, passage: Passage) -> tuple[str, ...]:
        """The leads that a row names in its cell for them, if it has one."""
        return self._reader.leads(cell_with(passage, "lead") or "")

    def under(self, mask: NDArray[np.bool_]) -> Sequence[Record]:
        """The action items under a mask of shape (passages,)."""
        return _Selection(self, np.flatnonzero(mask[self.rows]).tolist())

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, place: int) -> Record:
        row = int(self.rows[place])
        first = self._passages[row]
        return self._reader.read(properties(self._passages, row) if is_property(first) else [first])


class _Selection(Lazy[Record]):
    def __init__(self, items: ActionItems, places: Sequence[int]) -> None:
        self._items, self._places = items, places

    def __len__(self) -> int:
        return len(self._places)

    def at(self, place: int) -> Record:
        return self._items.at(self._places[place])


def _load_values(files: Files) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The names of leads, and the values of each of `_COLUMNS`."""
    with files.parsing(_VALUES) as data:
        table: dict[str, Any] = json.loads(data)
        leads, values = table["leads"], [table[name] for name in _COLUMNS]
        names = [name for some in (leads, *values) for name in some]
        expect(all(isinstance(name, str) for name in names), "a value is no string")
        expect(all(name.split() for name in leads), "a lead has no name")
        expect(all(some == sorted(set(some)) for some in values), "the values are not in order")
    return leads, values
