"""What a column of a table is, told by the meaning of its header and by what stands in its cells.

A linear model over the header's vector and the kinds of values, fitted by `python -m eval.training.columns` for one
encoder. With another encoder the words of headers tell (`corpus.records.role_by_words`).
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np

from corpus.records import GROUP, Role, Roles, in_order, is_property, role_by_words
from corpus.text.dates import YEAR
from corpus.text.markup import CHECKED, is_mark
from corpus.types import Passage
from index.encoders.weights import family
from index.types import Vectors

FIT = Path(__file__).with_name("columns")
ROLES: tuple[Role, ...] = get_args(Role)
_CELLS = 200  # of a column that are looked at
_SHORT, _LONG = 6, 8  # words of a name at most, and of a sentence at least
_DATE = re.compile(
    rf"\b{YEAR}\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b|\b\d{{1,2}}[./]\d{{1,2}}\b|"
    r"\b\d+ (?:day|week|month|year)s?\b|\bq[1-4]\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W*\d[\d\s.,%]*\D{0,12}")
_YES_OR_NO = re.compile(r"(?:yes|no|y|n)", re.IGNORECASE)
_SMALL = frozenset({"of", "and", "the", "for", "on", "in", "to", "&", "/"})


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A header, the cells under it that are filled, and its place among `width` columns."""

    header: str
    cells: tuple[str, ...]
    place: int
    width: int

    @property
    def said(self) -> str:
        """What its header says; of two header rows, both."""
        return self.header.replace(" – ", ": ")


def kinds_of_values(column: TableColumn) -> list[float]:
    """Shares of the cells that are of each kind, and what is seen of the column itself."""
    cells = column.cells
    words = [cell.split() for cell in cells]
    count = max(1, len(cells))

    def share(which: Iterable[bool]) -> float:
        return sum(which) / count

    return [
        share(_DATE.search(cell) is not None for cell in cells),
        share(_NUMBER.fullmatch(cell) is not None for cell in cells),
        share(len(some) <= _SHORT and _is_name(some) for some in words),
        share(len(some) >= _LONG for some in words),
        share(len(some) == 1 for some in words),
        share(_YES_OR_NO.fullmatch(cell) is not None or is_mark(cell) for cell in cells),
        share(CHECKED.search(cell) is not None for cell in cells),
        len(set(cells)) / count,
        float(np.log1p(sum(map(len, words)) / count)),
        float(column.place == 0),
        column.place / max(1, column.width - 1),
        float(np.log1p(len(column.header.split()))),
        float(not cells),
    ]


def _is_name(words: Sequence[str]) -> bool:
    return all(word[0].isupper() or word.casefold() in _SMALL for word in words if word[0].isalpha()) and any(
        word[0].isupper() for word in words
    )


def features(columns: Sequence[TableColumn], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """Of shape (columns, features): the vector of the header, then the kinds of values."""
    vectors = encode([column.said for column in columns])
    kinds = np.array([kinds_of_values(column) for column in columns], np.float32)
    return np.concatenate([vectors, kinds], axis=1, dtype=np.float32)
