"""The columns of `passages.npy`: what a search needs of all passages, and where to read the rest of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from corpus.types import PassageKind
from index.storage.files import expect

KINDS: Sequence[PassageKind] = get_args(PassageKind)

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PassageTable:
    """Columns of shape (passages,), in the order of the file.

    `line` is where the passage's line begins in `passages.jsonl`, `begin` and `end` are the limits of its text in
    `sources.txt`, all in bytes; `start` counts characters of the document. `document` numbers the documents in order.
    `section` is the same number for neighbours under the same heading, and rises by one. `kind` is a place in `KINDS`,
    `role` one in `roles.json`.
    """

    line: Integers
    begin: Integers
    end: Integers
    start: Integers
    document: Integers
    section: Integers
    kind: Integers
    role: Integers

    @classmethod
    def of(cls, array: Integers) -> "PassageTable":
        """From an array of shape (columns, passages). Raises `ValueError`."""
        expect(len(array) == len(fields(cls)) and array.shape[1] > 0, f"has {len(array)} columns")
        return cls(*array)

    def array(self) -> Integers:
        """Of shape (columns, passages)."""
        return np.stack([getattr(self, column.name) for column in fields(self)])

    def __len__(self) -> int:
        return len(self.line)

    def validate(self, begins: Integers, roles: int) -> None:
        """Raise `ValueError` unless the columns agree.

        `begins` are the limits of the documents in `sources.txt`, `roles` is the length of `roles.json`.
        """
        documents = self.document
        expect(bool(documents[0] >= 0 and documents[-1] < len(begins) - 1), "names an unknown document")
        expect(bool((np.diff(documents) >= 0).all()), "the documents are not in order")
        expect(bool(((self.kind >= 0) & (self.kind < len(KINDS))).all()), "a kind is none")
        expect(bool(((self.role >= 0) & (self.role < roles)).all()), "names unknown roles")
        expect(bool(np.isin(np.diff(self.section), (0, 1)).all()), "the sections are not in order")
        expect(bool((begins[documents] <= self.begin).all()), "a text begins outside of its document")
        expect(bool((self.begin <= self.end).all()), "a text ends before it begins")
        expect(bool((self.end <= begins[documents + 1]).all()), "a text ends outside of its document")
