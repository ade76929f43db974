"""Which passages a filter lets through, and how the whole filtered set divides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.records import Record, status_of
from corpus.types import Passage


@dataclass(frozen=True, slots=True)
class Filter:
    """Passages must satisfy every field given; within a list, any value does.

    A year range takes every document whose period overlaps it; a lead matches each member of a joint lead;
    a status matches by its leading words. All comparisons ignore case.
    """

    document: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    lead: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()


class Fields:
    """The filterable fields of the passages of a generation, as columns."""

    def __init__(self, passages: Sequence[Passage], records: Sequence[Record]) -> None:
        by_id = {record.passage.id: record for record in records}
        found = [by_id.get(passage.id) for passage in passages]
        self._first, self._last = np.array([p.document.period for p in passages], np.int32).reshape(-1, 2).T
        self._columns = {
            "document": _Column([(passage.document.id,) for passage in passages]),
            "lead": _Column([record.lead if record else () for record in found]),
            "status": _Column([(status_of(r.status),) if r and r.status else () for r in found]),
            "year": _Column(
                [tuple(map(str, range(p.document.period[0], p.document.period[1] + 1))) for p in passages]
            ),
            "kind": _Column([(passage.kind,) for passage in passages]),
        }
        self._of_all = self._facets(np.ones(len(passages), bool))
        self._status_cells = _Column([(r.status,) if r and r.status else () for r in found])

    def mask(self, filter: Filter) -> NDArray[np.bool_]:
        """Of shape (passages,): True for those the filter lets through."""
        mask = np.ones(len(self._first), bool)
        if filter.year_from is not None:
            mask &= self._last >= filter.year_from
        if filter.year_to is not None:
            mask &= self._first <= filter.year_to
        if filter.document:
            mask &= self._columns["document"].having(lambda value: value in filter.document)
        if filter.kind:
            mask &= self._columns["kind"].having(lambda value: value in filter.kind)
        if filter.lead:
            mask &= self._columns["lead"].having(lambda value: _equals_any(value, filter.lead))
        if filter.status:
            mask &= self._status_cells.having(lambda value: _begins_with_any(value, filter.status))
        return mask

    def facets(self, mask: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        """For each field, its values over the passages under `mask` with their counts, most frequent first."""
        if mask.all():
            return {name: list(counts) for name, counts in self._of_all.items()}
        return self._facets(mask)

    def _facets(self, mask: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        return {name: column.counts(mask) for name, column in self._columns.items()}


class _Column:
    """A field of which a passage may have several values, or none."""

    def __init__(self, values: Sequence[Sequence[str]]) -> None:
        self._size = len(values)
        pairs = [(row, value) for row, several in enumerate(values) for value in dict.fromkeys(several)]
        self._values = sorted({value for _, value in pairs})
        codes = {value: code for code, value in enumerate(self._values)}
        self._rows = np.array([row for row, _ in pairs], np.intp)
        self._codes = np.array([codes[value] for _, value in pairs], np.intp)

    def having(self, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Of shape (passages,): True where some value is wanted."""
        mask = np.zeros(self._size, bool)
        mask[self._rows[np.array([wanted(value) for value in self._values], bool)[self._codes]]] = True
        return mask

    def counts(self, mask: NDArray[np.bool_]) -> list[tuple[str, int]]:
        """The values under `mask` and how many passages have each, most frequent first."""
        counts = np.bincount(self._codes[mask[self._rows]], minlength=len(self._values))
        most_first = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]  # the values are in order
        return [(self._values[code], int(counts[code])) for code in most_first]


def _equals_any(value: str, wanted: Sequence[str]) -> bool:
    return value.casefold() in {one.casefold() for one in wanted}


def _begins_with_any(cell: str, wanted: Sequence[str]) -> bool:
    words = [word.strip(".,;:–-") for word in cell.casefold().split()]
    return any(words[: len(one.split())] == one.casefold().split() for one in wanted)
