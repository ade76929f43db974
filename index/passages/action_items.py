"""The action items of a generation: in which rows they begin and what they can be filtered by, in columns on the disk.

items.json   the names that joint leads are made of, and the values of each column in order
items.npy    for each value that a passage has, the column, the row and the number of the value
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
_ITEM = len(_COLUMNS)  # a column of all items, without a value


@dataclass(frozen=True, slots=True)
class Column:
    """A field of which a passage may have several values, or none: `rows[n]`, in order, has `values[codes[n]]`."""

    values: Sequence[str]
    rows: NDArray[np.int32]
    codes: NDArray[np.int32]

    def having(self, wanted: Callable[[str], bool], size: int) -> NDArray[np.bool_]:
        """Of shape (size,): True for the rows of which some value is wanted."""
        mask = np.zeros(size, bool)
        mask[self.rows[np.array([wanted(value) for value in self.values], bool)[self.codes]]] = True
        return mask

    def has(self, value: str, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Of shape (rows,): whether each of some rows has a value; it takes as long, however many there are in all."""
        begins, ends = (np.searchsorted(self.rows, rows, side) for side in ("left", "right"))
        here = [
            self.codes[begin:end].tolist() for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        ]
        return np.array([any(self.values[code] == value for code in codes) for codes in here], bool)

    def counts(self, mask: NDArray[np.bool_]) -> dict[str, int]:
        """How many rows under `mask` have each value."""
        counts = np.bincount(self.codes[mask[self.rows]], minlength=len(self.values))
        return dict(zip(self.values, counts.tolist(), strict=True))


class ActionItemsWriter:
    """Writes what is known of action items when the passages of all documents were added, in order."""

    def __init__(self) -> None:
        self._row = 0
        self._items: list[int] = []  # the first row of each
        self._having: list[tuple[int, str | None, str | None]] = []  # row, its lead's cell, its status's cell
        self._cells: dict[str, str] = {}  # each kept once

    def add(self, passages: Sequence[Passage]) -> None:
        """The passages of the next document."""
        for row, parts in record_passages(passages):
            lead, status = (self._once(parts, role) for role in ("lead", "status"))
            self._items.append(self._row + row)
            self._having += [(self._row + row + n, lead, status) for n in range(len(parts))]
        self._row += len(passages)

    def _once(self, parts: Sequence[Passage], role: Role) -> str | None:
        cell = next((cell for part in parts if (cell := cell_with(part, role))), None)
        return None if cell is None else self._cells.setdefault(cell, cell)

    def finish(self, draft: Draft) -> None:
        """Write the files."""
        leads = sorted(known_leads(cell for _, cell, _ in self._having if cell))
        reader = RecordReader(leads)
        split = {
            cell: tuple(dict.fromkeys(reader.leads(cell))) for cell in {c for _, c, _ in self._having if c}
        }
        having: list[list[tuple[int, str]]] = [
            [(row, lead) for row, cell, _ in self._having if cell for lead in split[cell]],
            [(row, status_of(status)) for row, _, status in self._having if status],
            [(row, status) for row, _, status in self._having if status],
        ]
        values = [sorted({value for _, value in pairs}) for pairs in having]
        parts = [np.array([(_ITEM, row, 0) for row in self._items], np.int32).reshape(-1, 3)]
        for number, pairs in enumerate(having):
            codes = {value: code for code, value in enumerate(values[number])}
            rows = [(number, row, codes[value]) for row, value in pairs]
            parts.append(np.array(rows, np.int32).reshape(-1, 3))
        said = {"leads": leads, **dict(zip(_COLUMNS, values, strict=True))}
        draft.write(_VALUES, json.dumps(said, ensure_ascii=False).encode())
        draft.write(_PAIRS, *to_npy(np.ascontiguousarray(np.concatenate(parts).T)))


class ActionItems(Lazy[Record]):
    """The action items in the order of the documents, each read from its passage when it is asked for."""

    def __init__(
        self,
        passages: Sequence[Passage],
        rows: NDArray[np.int32],
        leads: Sequence[str],
        columns: Sequence[Column],
    ) -> None:
        self.rows = rows
        self.lead, self.status, self.status_cell = columns
        self._passages = passages
        self._reader = RecordReader(leads)

    @classmethod
    def load(cls, files: Files, passages: Sequence[Passage]) -> "ActionItems":
        """From proved files. Raises `GenerationError`."""
        with files.parsing(_VALUES) as data:
            said: dict[str, Any] = json.loads(data)
            leads, values = said["leads"], [said[name] for name in _COLUMNS]
            names = [name for some in (leads, *values) for name in some]
            expect(all(isinstance(name, str) for name in names), "a value is no string")
            expect(all(name.split() for name in leads), "a lead has no name")
            expect(all(some == sorted(set(some)) for some in values), "the values are not in order")
        with files.parsing(_PAIRS) as data:
            columns, rows, codes = from_npy(data, "int32", 2)
            expect(bool(((rows >= 0) & (rows < len(passages))).all()), "names a passage that there is not")
            places = [columns == number for number in range(_ITEM + 1)]
            expect(sum(map(np.count_nonzero, places)) == len(columns), "names a column that there is not")
            found = [Column(some, rows[at], codes[at]) for some, at in zip(values, places, strict=False)]
            valid = all(((one.codes >= 0) & (one.codes < len(one.values))).all() for one in found)
            expect(valid, "names a value that there is not")
            expect(all((np.diff(one.rows) >= 0).all() for one in found), "the rows are not in order")
            items = rows[places[_ITEM]]
            expect(bool((np.diff(items) > 0).all()), "the items are not in order")
        return cls(passages, items, leads, found)

    def leads(self, passage: Passage) -> tuple[str, ...]:
        """Those that the cell of a row names, if it has one for them."""
        return self._reader.leads(cell_with(passage, "lead") or "")

    def under(self, mask: NDArray[np.bool_]) -> Sequence[Record]:
        """Those that a mask of shape (passages,) lets through."""
        return _Some(self, np.flatnonzero(mask[self.rows]).tolist())

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, place: int) -> Record:
        """As `Lazy.at`."""
        row = int(self.rows[place])
        first = self._passages[row]
        return self._reader.read(properties(self._passages, row) if is_property(first) else [first])


class _Some(Lazy[Record]):
    """Some of the action items."""

    def __init__(self, items: ActionItems, places: Sequence[int]) -> None:
        self._items, self._places = items, places

    def __len__(self) -> int:
        return len(self._places)

    def at(self, place: int) -> Record:
        """As `Lazy.at`."""
        return self._items.at(self._places[place])
