"""Which passages a filter lets through, and how the whole filtered set divides."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    """The filterable fields of the passages of a generation, in order."""

    def __init__(self, passages: Sequence[Passage], records: Sequence[Record]) -> None:
        self._passages = passages
        self._records: Mapping[str, Record] = {record.passage.id: record for record in records}

    def mask(self, filter: Filter) -> NDArray[np.bool_]:
        """Of shape (passages,): True for those the filter lets through."""
        return np.array([self._passes(passage, filter) for passage in self._passages], bool)

    def _passes(self, passage: Passage, filter: Filter) -> bool:
        first, last = passage.document.period
        return (
            (not filter.document or passage.document.id in filter.document)
            and (filter.year_from is None or last >= filter.year_from)
            and (filter.year_to is None or first <= filter.year_to)
            and (not filter.kind or passage.kind in filter.kind)
            and (not filter.lead or _any_equal(filter.lead, self._leads(passage)))
            and (not filter.status or _any_prefix(filter.status, self._status(passage)))
        )

    def _leads(self, passage: Passage) -> tuple[str, ...]:
        record = self._records.get(passage.id)
        return record.lead if record else ()

    def _status(self, passage: Passage) -> str | None:
        record = self._records.get(passage.id)
        return record.status if record else None

    def facets(self, rows: NDArray[np.intp]) -> dict[str, list[tuple[str, int]]]:
        """For each field, its values over the passages `rows` with their counts, most frequent first."""
        counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("document", "lead", "status", "year", "kind")
        }
        for passage in (self._passages[n] for n in rows):
            first, last = passage.document.period
            counts["document"][passage.document.id] += 1
            counts["kind"][passage.kind] += 1
            counts["year"].update(str(year) for year in range(first, last + 1))
            counts["lead"].update(self._leads(passage))
            if status := self._status(passage):
                counts["status"][status_of(status)] += 1
        return {
            name: sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
            for name, found in counts.items()
        }


def _any_equal(wanted: Sequence[str], found: Sequence[str]) -> bool:
    values = {value.casefold() for value in found}
    return any(value.casefold() in values for value in wanted)


def _any_prefix(wanted: Sequence[str], found: str | None) -> bool:
    if found is None:
        return False
    words = [word.strip(".,;:–-") for word in found.casefold().split()]
    return any(words[: len(value.split())] == value.casefold().split() for value in wanted)
