"""Passages on the disk, read when they are asked for: a million open at once, and only those in use are in memory.

documents.json   the documents, in order
sources.txt      their texts in UTF-8, one right after the other
passages.jsonl   a passage a line, without its text: those of a document together, in the order of the documents
passages.npy     for each passage where its line and its text begin, and what a search needs of all passages
ids.npy          digests of the ids in order, and the row of each
"""

import codecs
import hashlib
import json
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast, get_args, overload

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Passage, PassageKind
from index.arrays import from_npy, to_npy
from index.drafts import Draft
from index.errors import GenerationError
from index.files import REBUILD, Files, expect
from index.lookups import Lookups

DOCUMENTS, SOURCES, PASSAGES = "documents.json", "sources.txt", "passages.jsonl"
_TABLE, _IDS, _SOURCE_BEGINS = "passages.npy", "ids.npy", "sources.npy"
KINDS: Sequence[PassageKind] = get_args(PassageKind)
_LINE, _BEGIN, _END, _START, _DOCUMENT, _RUN, _KIND = range(7)  # of `passages.npy`
_REMEMBERED, _REMEMBERED_TEXTS = 4096, 16  # passages, and texts of documents
_BLOCK = 1 << 22  # bytes of text looked at together

Bytes = Any  # bytes or a map of a file: both are sliced to bytes


def indexed_text(passage: Passage) -> str:
    """What the lexical index and the token vectors are made of: the text, then its context."""
    return f"{passage.text}\n{passage.context}"


def passage_line(passage: Passage) -> str:
    """A passage as a line of JSON, its document by id."""
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


def _digest(id: str) -> int:
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big")


class PassagesWriter:
    """Writes documents and their passages to a draft, one document after the other, within its context."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._documents: list[Document] = []
        self._source_begins = [0]
        self._columns: list[NDArray[np.int64]] = []
        self._digests: list[NDArray[np.uint64]] = []
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
        column = np.empty((7, len(passages)), np.int64)
        column[_LINE] = self._lines.size + np.cumsum([0, *map(len, lines)])[:-1]
        for n, passage in enumerate(passages):
            column[_BEGIN, n], column[_END, n] = places[passage.start], places[passage.end]
            column[_START, n], column[_KIND, n] = passage.start, KINDS.index(passage.kind)
            column[_RUN, n] = self._run_of(passage)
        column[_DOCUMENT] = len(self._documents)
        self._lines.write(b"".join(lines))
        self._sources.write(b"".join(parts))
        self._columns.append(column)
        self._digests.append(np.array([_digest(passage.id) for passage in passages], np.uint64))
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
        self._draft.write(_SOURCE_BEGINS, *to_npy(np.array(self._source_begins, np.int64)))
        self._draft.write(_TABLE, *to_npy(np.concatenate(self._columns, axis=1)))
        digests = np.concatenate(self._digests)
        order = np.argsort(digests, kind="stable")
        self._draft.write(_IDS, *to_npy(np.stack([digests[order], order.astype(np.uint64)])))


class Sources(Mapping[str, str]):
    """The text of each document by its id, out of `sources.txt`."""

    def __init__(self, data: Bytes, begins: NDArray[np.int64], documents: Sequence[Document]) -> None:
        self._data = data
        self._places = {
            document.id: (int(begin), int(end))
            for document, begin, end in zip(documents, begins[:-1], begins[1:], strict=True)
        }
        self._read = lru_cache(_REMEMBERED_TEXTS)(self._decoded)

    def __getitem__(self, id: str) -> str:
        return self._read(id)

    def _decoded(self, id: str) -> str:
        begin, end = self._places[id]
        return cast(bytes, self._data[begin:end]).decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Passages(Sequence[Passage]):
    """The passages by row, each read from its line when it is asked for; the last ones asked for are kept.

    `sections[n]` is the same number for neighbours that stand under the same heading, `document_numbers[n]` that of
    the document, which never falls, and `kinds[n]` the place in `KINDS`. What a line says is checked when it is
    read: a `GenerationError` says that it is not as it was built.
    """

    def __init__(
        self,
        lines: Bytes,
        texts: Bytes,
        table: NDArray[np.int64],
        documents: Sequence[Document],
        refuse: Callable[[str], GenerationError],
    ) -> None:
        self._lines, self._texts, self._table = lines, texts, table
        self._documents, self._refuse = documents, refuse
        self.sections = table[_RUN]
        self.document_numbers = table[_DOCUMENT].astype(np.int32)
        self.kinds = table[_KIND].astype(np.uint8)
        self._numbers = {document.id: number for number, document in enumerate(documents)}
        self._lookups = Lookups(lines), Lookups(texts)
        self._row = lru_cache(_REMEMBERED)(self._parsed)

    def __len__(self) -> int:
        return int(self._table.shape[1])

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        if isinstance(row, slice):
            return [self._row(n) for n in range(*row.indices(len(self)))]
        place = operator.index(row)
        if not -len(self) <= place < len(self):
            raise IndexError(row)
        return self._row(place % len(self))

    def __iter__(self) -> Iterator[Passage]:
        return map(self._row, range(len(self)))

    def of_document(self, id: str) -> range:
        """The rows of a document's passages."""
        begin, end = np.searchsorted(self.document_numbers, [self._numbers[id], self._numbers[id] + 1])
        return range(int(begin), int(end))

    def of_kind(self, kind: PassageKind, mask: NDArray[np.bool_]) -> Iterator[Passage]:
        """Those of one kind that a mask of shape (passages,) lets through."""
        return map(self._row, np.flatnonzero(mask & (self.kinds == KINDS.index(kind))).tolist())

    def _parsed(self, row: int) -> Passage:
        last = row + 1 == len(self)
        line, end = self._table[_LINE, row], None if last else self._table[_LINE, row + 1]
        try:
            passage = self._checked(row, json.loads(self._lines[line:end]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._refuse(f"is damaged (line {row + 1}: {error})") from error
        for lookups in self._lookups:
            lookups.add(1)
        return passage

    def _checked(self, row: int, said: dict[str, Any]) -> Passage:
        column = self._table[:, row]
        document = self._documents[column[_DOCUMENT]]
        text = cast(bytes, self._texts[column[_BEGIN] : column[_END]]).decode()
        expect(said["document"] == document.id, "is of another document")
        expect(type(said["start"]) is int and said["start"] == column[_START], "begins elsewhere")
        expect(type(said["end"]) is int and said["end"] == said["start"] + len(text), "ends elsewhere")
        expect(said["kind"] == KINDS[column[_KIND]], f"{said['kind']!r} is another kind")
        passage = Passage(**{**said, "document": document, "section": tuple(said["section"]), "text": text})
        strings = (passage.id, passage.context, *passage.section, *passage.fields, *passage.fields.values())
        expect(all(isinstance(text, str) for text in strings), "a field is no string")
        expect(passage.page is None or type(passage.page) is int, "a page is no number")
        return passage


class Positions(Mapping[str, int]):
    """The row of each passage by its id, found by a digest and compared."""

    def __init__(self, passages: Passages, digests: NDArray[np.uint64], rows: NDArray[np.uint64]) -> None:
        self._passages, self._digests, self._rows = passages, digests, rows

    def __getitem__(self, id: str) -> int:
        digest = np.uint64(_digest(id))
        begin, end = (np.searchsorted(self._digests, digest, side) for side in ("left", "right"))
        for row in self._rows[begin:end].tolist():
            if self._passages[row].id == id:
                return int(row)
        raise KeyError(id)

    def __iter__(self) -> Iterator[str]:
        return (passage.id for passage in self._passages)

    def __len__(self) -> int:
        return len(self._passages)


def load_passages(
    files: Files, known: Mapping[str, str], sha256: str
) -> tuple[dict[str, Document], Sources, Passages, Positions]:
    """Out of proved files; `known` has the hash of each document's file, `sha256` is of all passages.

    What search reads of all passages is checked here, what a line says when it is read. Raises `GenerationError`.
    """
    with files.parsing(DOCUMENTS) as data:
        documents = [_document(said) for said in json.loads(data)]
        by_id = {document.id: document for document in documents}
        expect({id: d.sha256 for id, d in by_id.items()} == dict(known), "holds other documents")
        expect(len(by_id) == len(documents), "two documents have one id")
    with files.mapping(SOURCES) as texts, files.parsing(_SOURCE_BEGINS) as data:
        begins = from_npy(data, "int64", 1)
        ends = len(begins) == len(documents) + 1 and begins[0] == 0 and begins[-1] == len(texts)
        expect(bool(ends and (np.diff(begins) >= 0).all()), "does not divide the texts")
    with files.mapping(_TABLE) as mapped:
        table = from_npy(mapped, "int64", 2)
        expect(len(table) == _KIND + 1 and table.shape[1] > 0, f"has {len(table)} columns")
        numbers, kinds, runs = table[_DOCUMENT], table[_KIND], table[_RUN]
        expect(bool(numbers[0] >= 0 and numbers[-1] < len(documents)), "names a document that there is not")
        expect(bool((np.diff(numbers) >= 0).all()), "the documents are not in order")
        expect(bool(((kinds >= 0) & (kinds < len(KINDS))).all()), "a kind is none")
        expect(bool(np.isin(np.diff(runs), (0, 1)).all()), "the sections are not in order")
        expect(bool((begins[numbers] <= table[_BEGIN]).all()), "a text begins outside of its document")
        expect(bool((table[_BEGIN] <= table[_END]).all()), "a text ends before it begins")
        expect(bool((table[_END] <= begins[numbers + 1]).all()), "a text ends outside of its document")
    with files.mapping(SOURCES) as texts:
        before, _, above = _characters_before(texts, table[_BEGIN], table[_END], begins)
    with files.mapping(PASSAGES) as lines:
        expect(files.hashes()[PASSAGES][1] == sha256, "holds other passages than its manifest")
        with files.naming(_TABLE):
            _expect_lines(lines, table[_LINE])
    with files.naming(_TABLE):
        counted = bool((before - above[numbers] == table[_START]).all())
        expect(counted, "does not count the characters of the texts")
    with files.mapping(_IDS) as mapped:
        digests, rows = from_npy(mapped, "uint64", 2)
        expect(len(rows) == table.shape[1], f"has {len(rows)} ids for {table.shape[1]} passages")
        expect(bool((digests[:-1] <= digests[1:]).all()), "the digests are not in order")
        expect(bool((np.bincount(rows.astype(np.int64), minlength=len(rows)) == 1).all()), "a row is missing")

    def refuse(problem: str) -> GenerationError:
        return GenerationError(problem, where=str(files.path / PASSAGES), remedy=REBUILD)

    passages = Passages(lines, texts, table, documents, refuse)
    positions = Positions(passages, digests, rows)
    with files.naming(_IDS):
        _expect_unique(passages, digests, rows)
    return by_id, Sources(texts, begins, documents), passages, positions


def _expect_unique(passages: Passages, digests: NDArray[np.uint64], rows: NDArray[np.uint64]) -> None:
    """Digests that are equal are of different ids."""
    for n in np.flatnonzero(digests[:-1] == digests[1:]).tolist():
        same = rows[digests == digests[n]].tolist()
        expect(len({passages[row].id for row in same}) == len(same), "two passages have one id")


def _expect_lines(lines: Bytes, begins: NDArray[np.int64]) -> None:
    """Each begins where the one before has ended, and none begins elsewhere."""
    expect(bool(begins[0] == 0 and (np.diff(begins) > 0).all()), "the lines are not in order")
    ends, newline = 0, ord("\n")
    for begin in range(0, len(lines), _BLOCK):
        block = np.frombuffer(lines[begin : begin + _BLOCK], np.uint8)
        found = begin + np.flatnonzero(block == newline) + 1
        expected = begins[ends + 1 : ends + 1 + len(found)]
        expect(len(expected) >= len(found) - 1, "has more lines than passages")
        expect(bool((found[: len(expected)] == expected).all()), "a line begins elsewhere")
        ends += len(found)
    expect(ends == len(begins) and lines[-1:] == b"\n", f"has {ends} lines for {len(begins)} passages")


def _characters_before(texts: Bytes, *places: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """How many characters there are before each of some places, in bytes, in the texts.

    Raises `ValueError` where the texts are no UTF-8, or a place lies within a character.
    """
    wanted = np.sort(np.concatenate(places))
    counts = np.empty(len(wanted), np.int64)
    decoded, total = codecs.getincrementaldecoder("utf-8")().decode, 0
    for begin in range(0, len(texts) + 1, _BLOCK):
        block = texts[begin : begin + _BLOCK]
        decoded(block, begin + _BLOCK > len(texts))
        tails = np.flatnonzero((np.frombuffer(block, np.uint8) & 0xC0) == 0x80)
        first, last = np.searchsorted(wanted, [begin, begin + _BLOCK])
        here = wanted[first:last] - begin
        passed = np.searchsorted(tails, here)
        within = passed < len(tails)
        expect(
            bool((tails[passed[within]] != here[within]).all()), "a text begins or ends within a character"
        )
        counts[first:last] = total + here - passed
        total += len(block) - len(tails)
    return [counts[np.searchsorted(wanted, these)] for these in places]


def _document(said: dict[str, Any]) -> Document:
    first, last = said["period"]
    document = Document(**{**said, "period": (first, last)})
    strings = (document.id, document.title, document.issuer, document.kind, document.file, document.sha256)
    expect(all(isinstance(text, str) for text in strings), "a field of a document is no string")
    expect(type(first) is int and type(last) is int, "a period is no two years")
    return document
