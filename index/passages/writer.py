"""Writes passages as `index/passages/store.py` reads them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np

from corpus.types import Document, Passage, Role
from index.passages.store import (
    DOCUMENTS,
    IDS,
    PASSAGES,
    ROLES,
    SOURCE_BEGINS,
    SOURCES,
    TABLE,
    Digests,
    digest,
)
from index.passages.table import KINDS, PassageTable
from index.storage.arrays import to_npy
from index.storage.drafts import Draft


def passage_line(passage: Passage) -> str:
    """A passage as a line of JSON, without its text and its roles, its document by id."""
    record = {
        "id": passage.id,
        "document": passage.document.id,
        "start": passage.start,
        "end": passage.end,
        "section": passage.section,
        "kind": passage.kind,
        "fields": dict(passage.fields),
        "context": passage.context,
        "page": passage.page,
    }
    if passage.recognised:
        record["recognised"] = True
    return json.dumps(record, ensure_ascii=False) + "\n"


class PassagesWriter:
    """Writes documents and their passages to a draft, one document after the other."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._sources, self._lines = draft.open(SOURCES), draft.open(PASSAGES)
        self._documents: list[Document] = []
        self._source_begins = [0]
        self._tables: list[PassageTable] = []
        self._digests: list[Digests] = []
        self._roles: dict[tuple[tuple[Role, str], ...], int] = {(): 0}
        self._section = 0
        self._last: Passage | None = None

    def add(self, document: Document, source: str, passages: Sequence[Passage]) -> None:
        """The next document: `source` is its text, `passages` are in order."""
        lines = [passage_line(passage).encode() for passage in passages]
        begin, encoded, places = self._source_begins[-1], source.encode(), _bytes_before(source, passages)
        table = PassageTable(
            line=self._lines.size + np.cumsum([0, *map(len, lines)])[:-1],
            begin=begin + np.array([places[passage.start] for passage in passages], np.int64),
            end=begin + np.array([places[passage.end] for passage in passages], np.int64),
            start=np.array([passage.start for passage in passages], np.int64),
            document=np.full(len(passages), len(self._documents), np.int64),
            section=np.array([self._section_of(passage) for passage in passages], np.int64),
            kind=np.array([KINDS.index(passage.kind) for passage in passages], np.int64),
            role=np.array([self._role_of(passage) for passage in passages], np.int64),
        )
        self._lines.write(b"".join(lines))
        self._sources.write(encoded)
        self._tables.append(table)
        self._digests.append(np.array([digest(passage.id) for passage in passages], np.uint64))
        self._documents.append(document)
        self._source_begins.append(begin + len(encoded))

    def _section_of(self, passage: Passage) -> int:
        """The same number for neighbours under the same heading, which has its own."""
        last, self._last = self._last, passage
        together = last and last.section and last.section == passage.section
        text = last and "heading" not in (last.kind, passage.kind)
        if last and not (text and together and last.document.id == passage.document.id):
            self._section += 1
        return self._section

    def _role_of(self, passage: Passage) -> int:
        """The place in `roles.json` of the passage's roles."""
        return self._roles.setdefault(tuple(sorted(passage.roles.items())), len(self._roles))

    @property
    def documents(self) -> Sequence[Document]:
        """The documents added so far."""
        return self._documents

    @property
    def sha256(self) -> str:
        """The SHA-256 of `passages.jsonl` so far."""
        return self._lines.sha256

    def finish(self) -> None:
        """Write all files, when every document was added."""
        self._sources.finish()
        self._lines.finish()
        documents = json.dumps([asdict(document) for document in self._documents], indent=1)
        self._draft.write(DOCUMENTS, documents.encode())
        self._draft.write(SOURCE_BEGINS, *to_npy(np.array(self._source_begins, np.int64)))
        roles = json.dumps([dict(roles) for roles in self._roles], ensure_ascii=False)
        self._draft.write(ROLES, roles.encode())
        table = np.concatenate([table.array() for table in self._tables], axis=1)
        self._draft.write(TABLE, *to_npy(table))
        digests = np.concatenate(self._digests)
        order = np.argsort(digests, kind="stable")
        self._draft.write(IDS, *to_npy(np.stack([digests[order], order.astype(np.uint64)])))


def _bytes_before(source: str, passages: Sequence[Passage]) -> dict[int, int]:
    """How many bytes of `source` in UTF-8 stand before each character that begins or ends a passage."""
    bounds = sorted({0, *(place for passage in passages for place in (passage.start, passage.end))})
    lengths = [len(source[begin:end].encode()) for begin, end in pairwise(bounds)]
    return dict(zip(bounds, np.cumsum([0, *lengths]).tolist(), strict=True))
