"""Filters of passages, and facets of those that pass."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.text.folding import folded
from corpus.types import Document
from index.passages.action_items import ActionItems
from index.passages.store import PassageStore
from index.passages.table import KINDS


@dataclass(frozen=True, slots=True)
class Filter:
    """Passages must satisfy every field given; within a list, one value is enough. Headings pass only by `kind`.

    A year range takes every document whose period overlaps it; a lead matches each member of a joint lead;
    a status matches by its leading words. Comparisons are of texts as `folded`.
    """

    document: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    lead: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()


class FilterFields:
    """The fields of passages that filters and facets use, as columns."""

    def __init__(self, passages: PassageStore, documents: Sequence[Document], items: ActionItems) -> None:
        self._passages, self._documents = passages, documents
        numbers = passages.document_numbers
        self._firsts = np.array([document.period[0] for document in documents], np.int32)
        self._lasts = np.array([document.period[1] for document in documents], np.int32)
        self._begins = np.flatnonzero(np.diff(numbers, prepend=-1))  # of the documents that have passages
        self._lead, self._status, self._status_cell = items.lead, items.status, items.status_cell
        self._all = self._counted(passages.searched)

    def mask(self, filter: Filter) -> NDArray[np.bool_]:
        """Of shape (passages,): True for those that pass the filter."""
        documents = self._document_mask(filter)
        numbers = self._passages.document_numbers
        mask: NDArray[np.bool_] = np.ones(len(numbers), bool) if documents.all() else documents[numbers]
        if filter.kind:
            mask &= np.array([kind in filter.kind for kind in KINDS], bool)[self._passages.kinds]
        else:
            mask &= self._passages.searched
        if filter.lead:
            leads = frozenset(map(folded, filter.lead))
            mask &= self._lead.having(lambda value: folded(value) in leads, len(mask))
        if filter.status:
            mask &= self._status_cell.having(lambda cell: _begins_with_any(cell, filter.status), len(mask))
        return mask

    def _document_mask(self, filter: Filter) -> NDArray[np.bool_]:
        mask = np.ones(len(self._documents), bool)
        if filter.year_from is not None:
            mask &= self._lasts >= filter.year_from
        if filter.year_to is not None:
            mask &= self._firsts <= filter.year_to
        if filter.document:
            wanted = frozenset(filter.document)
            mask &= np.array([document.id in wanted for document in self._documents], bool)
        return mask

    def facets(self, mask: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        """For each field, its values in the passages under `mask` with their counts, most frequent first."""
        return dict(self._all) if np.array_equal(mask, self._passages.searched) else self._counted(mask)

    def _counted(self, mask: NDArray[np.bool_]) -> dict[str, list[tuple[str, int]]]:
        some = np.add.reduceat(mask, self._begins, dtype=np.intp)
        documents, years = Counter[str](), Counter[str]()
        for number, count in zip(self._passages.document_numbers[self._begins], some.tolist(), strict=True):
            if count:
                document = self._documents[number]
                documents[document.id] += count
                for year in range(document.period[0], document.period[1] + 1):
                    years[str(year)] += count
        kinds = {
            str(kind): int(np.count_nonzero(mask & (self._passages.kinds == n)))
            for n, kind in enumerate(KINDS)
        }
        return {
            "document": _most_first(documents),
            "lead": _most_first(self._lead.counts(mask)),
            "status": _most_first(self._status.counts(mask)),
            "year": _most_first(years),
            "kind": _most_first(kinds),
        }


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((value, n) for value, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0]))


def _begins_with_any(cell: str, wanted: Sequence[str]) -> bool:
    words = [word.strip(".,;:-") for word in folded(cell).split()]
    return any(words[: len(asked)] == asked for one in wanted if (asked := folded(one).split()))
