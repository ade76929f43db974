"""Action items, filtered and sorted."""

import re
from collections.abc import Sequence

from corpus.text.folding import folded
from index.generation import Index
from service.schemas.filters import Filter
from service.schemas.records import Record, SortKey


def action_items(index: Index, filter: Filter, contains: str = "") -> list[Record]:
    """The action items that pass `filter`, in the order of the documents; raises `FilterError`.

    One of their fields must contain `contains`; case, runs of blanks and the form of quotation marks do not count.
    """
    mask = index.fields.mask(filter.to_index(index.documents))
    items = map(Record.of, index.records.under(mask))
    words = folded(contains)
    return [item for item in items if any(words in folded(field) for field in item.words)]


_DIGITS = re.compile(r"([0-9]{1,18})")
_Key = tuple[tuple[int, int, str], ...]


def in_order(records: Sequence[Record], sort: Sequence[SortKey]) -> list[Record]:
    """`records` by the columns of `sort`, the most important first; equal ones keep their order."""
    ordered = list(records)
    for key in reversed(sort):
        ordered = _by_column(ordered, key.lstrip("-"), reverse=key.startswith("-"))
    return ordered


def _by_column(records: Sequence[Record], column: str, *, reverse: bool) -> list[Record]:
    """Sorted stably, also in reverse; records without a value come last."""
    keys = [(_natural(getattr(record, column)), record) for record in records]
    filled = sorted((pair for pair in keys if pair[0]), key=lambda pair: pair[0], reverse=reverse)
    return [record for _, record in filled] + [record for key, record in keys if not key]


def _natural(value: object) -> _Key:
    """Natural order: numbers by size, other characters without case; empty without a value."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    parts = (part for part in _DIGITS.split(text.casefold().strip()) if part)
    return tuple((0, int(part), "") if _DIGITS.fullmatch(part) else (1, 0, part) for part in parts)
