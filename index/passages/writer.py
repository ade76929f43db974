"""Writing passages as `index/passages/store.py` reads them."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Passage, Role
from index.passages.store import (
    BEGIN,
    DOCUMENT,
    DOCUMENTS,
    END,
    IDS,
    KIND,
    KINDS,
    LINE,
    PASSAGES,
    ROLE,
    ROLES,
    RUN,
    SOURCE_BEGINS,
    SOURCES,
    START,
    TABLE,
    digest,
)
from index.storage.arrays import to_npy
from index.storage.drafts import Draft


def passage_line(passage: Passage) -> str:
    """A passage as a line of JSON, its document by id; it needs no model, and so has no roles."""
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
    return json.dumps(record, ensure_ascii=False) + "\n"


class PassagesWriter:
    """Writes documents and their passages to a draft, one document after the other, within its context."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._documents: list[Document] = []
        self._source_begins = [0]
        self._columns: list[NDArray[np.int64]] = []
        self._digests: list[NDArray[np.uint64]] = []
        self._roles: dict[tuple[tuple[Role, str], ...], int] = {(): 0}
        self._run = 0
        self._last: Passage | None = None
        self._open = ExitStack()

    def __enter__(self) -> "PassagesWriter":
        self._sources = self._open.enter_context(self._draft.streaming(SOURCES))
        self._lines = self._open.enter_context(self._draft.streaming(PASSAGES))
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, document: Document, source: str, passages: Sequence[Passage]) -> None:
        """A document of which `source` is the text, and its passages in order."""
        lines = [passage_line(passage).encode() for passage in passages]
        # bytes before each character that begins or ends a passage
        bounds = sorted({0, len(source), *(n for p in passages for n in (p.start, p.end))})
        parts = [source[a:b].encode() for a, b in pairwise(bounds)]
        begin = self._source_begins[-1]
        places = dict(zip(bounds, np.cumsum([begin, *map(len, parts)]).tolist(), strict=True))
        column = np.empty((ROLE + 1, len(passages)), np.int64)
        column[LINE] = self._lines.size + np.cumsum([0, *map(len, lines)])[:-1]
        for n, passage in enumerate(passages):
            column[BEGIN, n], column[END, n] = places[passage.start], places[passage.end]
            column[START, n], column[KIND, n] = passage.start, KINDS.index(passage.kind)
            column[RUN, n] = self._run_of(passage)
            roles = tuple(sorted(passage.roles.items()))
            column[ROLE, n] = self._roles.setdefault(roles, len(self._roles))
        column[DOCUMENT] = len(self._documents)
        self._lines.write(b"".join(lines))
        self._sources.write(b"".join(parts))
        self._columns.append(column)
        self._digests.append(np.array([digest(passage.id) for passage in passages], np.uint64))
        self._documents.append(document)
        self._source_begins.append(places[len(source)])

    def _run_of(self, passage: Passage) -> int:
        """The same number for neighbours that stand under the same heading."""
        last, self._last = self._last, passage
        together = last and last.section and last.section == passage.section
        if last and not (together and last.document.id == passage.document.id):
            self._run += 1
        return self._run

    @property
    def documents(self) -> Sequence[Document]:
        """Those added."""
        return self._documents

    @property
    def sha256(self) -> str:
        """Of the passages as they are written."""
        return self._lines.sha256

    def finish(self) -> None:
        """Write what is known when all were added."""
        said = json.dumps([asdict(document) for document in self._documents], indent=1)
        self._draft.write(DOCUMENTS, said.encode())
        self._draft.write(SOURCE_BEGINS, *to_npy(np.array(self._source_begins, np.int64)))
        roles = json.dumps([dict(roles) for roles in self._roles], ensure_ascii=False)
        self._draft.write(ROLES, roles.encode())
        self._draft.write(TABLE, *to_npy(np.concatenate(self._columns, axis=1)))
        digests = np.concatenate(self._digests)
        order = np.argsort(digests, kind="stable")
        self._draft.write(IDS, *to_npy(np.stack([digests[order], order.astype(np.uint64)])))
