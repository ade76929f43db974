"""Action items, filtered and sorted."""

import re
from collections.abc import Sequence

from corpus.text.folding import folded
from index.generation import Index
from service.schemas.filters import Filter
from service.schemas.records import Record, SortKey


def action_items(index: Index, filter: Filter, contains: str = "") -> list[Record]:
    """The rows of the plans' tables that pass `filter`, in the order of the documents; raises `FilterError`.

    `contains` must stand in one of their fields, whatever its case, blanks and quotation marks.
    """
    mask = index.fields.mask(filter.to_index(index.documents))
    items = map(Record.of, index.records.under(mask))
    words = folded(contains)
    return [item for item in items if any(words in folded(field) for field in item.words)]


_DIGITS = re.compile(r"([0-9]{1,18})")
Key = tuple[tuple[int, int, str], ...]


def in_order(records: Sequence[Record], sort: Sequence[SortKey]) -> list[Record]:
    """`records` by the columns of `sort`, the first counting most; equal ones stay as they were."""
    ordered = list(records)
    for key in reversed(sort):
        column, turned = key.lstrip("-"), key.startswith("-")
        there = [record for record in ordered if _natural(getattr(record, column))]
        missing = [record for record in ordered if not _natural(getattr(record, column))]
        # a stable sort in reverse keeps equal ones as they were
        ordered = sorted(there, key=lambda r: _natural(getattr(r, column)), reverse=turned) + missing
    return ordered


def _natural(value: object) -> Key:
    """Runs of digits by size, other characters without case; empty where there is nothing."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    parts = (part for part in _DIGITS.split(text.casefold().strip()) if part)
    return tuple((0, int(part), "") if _DIGITS.fullmatch(part) else (1, 0, part) for part in parts)
