"""Passages on the disk, each read when it is asked for: a million are open at once, and few are in memory.

documents.json   the documents, in order
sources.txt      their texts in UTF-8, one right after the other
sources.npy      where each text begins in it, and where the last ends, in bytes
passages.jsonl   a passage a line, without its text, in the order of the documents
passages.npy     the columns of `PassageTable`
roles.json       the headers that have a role, by the role: each set of them once
ids.npy          digests of the ids in order, and the row of each
"""

import codecs
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Passage, PassageKind, Role
from index.errors import GenerationError
from index.passages.table import KINDS, Integers, PassageTable
from index.storage.arrays import from_npy
from index.storage.files import REBUILD, Files, expect
from index.storage.lazy import Lazy
from index.storage.mapped_pages import MappedPages

DOCUMENTS, SOURCES, PASSAGES = "documents.json", "sources.txt", "passages.jsonl"
TABLE, IDS, SOURCE_BEGINS, ROLES = "passages.npy", "ids.npy", "sources.npy", "roles.json"
_CACHED_PASSAGES, _CACHED_SOURCES = 4096, 16
_BLOCK = 1 << 22  # bytes checked at a time

Bytes = Any  # bytes or a map of a file: slices of both are bytes
Digests = NDArray[np.uint64]


def indexed_text(passage: Passage) -> str:
    """The text that BM25 and the token vectors are made of: the passage's own, then its context; of headings none."""
    return "" if passage.kind == "heading" else f"{passage.text}\n{passage.context}"


def digest(id: str) -> int:
    """The number in `ids.npy` for a passage's id."""
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big")


class Sources(Mapping[str, str]):
    """The text of each document by its id, out of `sources.txt`."""

    def __init__(self, data: Bytes, begins: Integers, documents: Sequence[Document]) -> None:
        self._places = {
            document.id: (int(begin), int(end))
            for document, begin, end in zip(documents, begins[:-1], begins[1:], strict=True)
        }
        # the cache does not refer to `self`: a closed index is freed at once, and its maps with it
        self._read = lru_cache(_CACHED_SOURCES)(partial(_read_source, data, self._places))

    def __getitem__(self, id: str) -> str:
        return self._read(id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _read_source(data: Bytes, places: Mapping[str, tuple[int, int]], id: str) -> str:
    begin, end = places[id]
    return cast(bytes, data[begin:end]).decode()


class _PassageReader:
    """Reads passages, and keeps none: a cache of them may refer to it."""

    def __init__(
        self,
        lines: Bytes,
        texts: Bytes,
        table: PassageTable,
        documents: Sequence[Document],
        roles: Sequence[Mapping[Role, str]],
        path: str,
    ) -> None:
        self._lines, self._texts, self._table = lines, texts, table
        self._documents, self._roles, self._path = documents, roles, path
        self._pages = MappedPages(lines), MappedPages(texts)

    def read(self, row: int) -> Passage:
        """The passage of a row. Raises `GenerationError` where its line is not as it was built."""
        last = row + 1 == len(self._table)
        begin, end = self._table.line[row], None if last else self._table.line[row + 1]
        try:
            passage = self._checked(row, json.loads(self._lines[begin:end]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            problem = f"is damaged (line {row + 1}: {error})"
            raise GenerationError(problem, where=self._path, remedy=REBUILD) from error
        for pages in self._pages:
            pages.add(1)
        return passage

    def _checked(self, row: int, line: dict[str, Any]) -> Passage:
        table = self._table
        document = self._documents[table.document[row]]
        text = cast(bytes, self._texts[table.begin[row] : table.end[row]]).decode()
        expect(line["document"] == document.id, "is of another document")
        expect(type(line["start"]) is int and line["start"] == table.start[row], "begins elsewhere")
        expect(type(line["end"]) is int and line["end"] == line["start"] + len(text), "ends elsewhere")
        expect(line["kind"] == KINDS[table.kind[row]], f"{line['kind']!r} is another kind")
        roles, section = self._roles[table.role[row]], tuple(line["section"])
        passage = Passage(**{**line, "document": document, "section": section, "text": text, "roles": roles})
        strings = (passage.id, passage.context, *passage.section, *passage.fields, *passage.fields.values())
        expect(all(isinstance(text, str) for text in strings), "a field is no string")
        expect(passage.page is None or type(passage.page) is int, "a page is no number")
        expect(type(passage.recognised) is bool, "`recognised` is neither true nor false")
        expect(passage.fields.keys() >= set(roles.values()), "a header with a role is missing")
        return passage


class Positions(Mapping[str, int]):
    """The row of each passage by its id, found by the id's digest and compared."""

    def __init__(self, read: Callable[[int], Passage], digests: Digests, rows: Digests) -> None:
        self._read, self._digests, self._rows = read, digests, rows

    def __getitem__(self, id: str) -> int:
        wanted = np.uint64(digest(id))
        begin, end = (np.searchsorted(self._digests, wanted, side) for side in ("left", "right"))
        for row in self._rows[begin:end].tolist():
            if self._read(row).id == id:
                return int(row)
        raise KeyError(id)

    def __iter__(self) -> Iterator[str]:
        return (self._read(row).id for row in range(len(self)))

    def __len__(self) -> int:
        return len(self._rows)

    def validate(self) -> None:
        """Raise `ValueError` where two passages have one id."""
        digests, rows = self._digests, self._rows
        for n in np.flatnonzero(digests[:-1] == digests[1:]).tolist():
            same = rows[digests == digests[n]].tolist()
            expect(len({self._read(row).id for row in same}) == len(same), "two passages have one id")


class PassageStore(Lazy[Passage]):
    """The passages by row, each read from its line when it is asked for; the last ones are cached.

    `documents`, `sources` and `positions` go by ids. `sections`, `document_numbers` and `kinds`, of shape (passages,),
    are columns of `PassageTable`; `searched` tells which are no headings.
    Reading a passage raises `GenerationError` where its line is not as it was built.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        sources: Sources,
        table: PassageTable,
        reader: _PassageReader,
        ids: tuple[Digests, Digests],
    ) -> None:
        self.documents: Mapping[str, Document] = {document.id: document for document in documents}
        self.sources = sources
        self.sections = table.section
        self.document_numbers = table.document.astype(np.int32)
        self.kinds = table.kind.astype(np.uint8)
        self.searched = self.kinds != KINDS.index("heading")
        self._numbers = {document.id: number for number, document in enumerate(documents)}
        self._read = lru_cache(_CACHED_PASSAGES)(reader.read)
        self.positions = Positions(self._read, *ids)

    def __len__(self) -> int:
        return len(self.kinds)

    def at(self, place: int) -> Passage:
        return self._read(place)

    def __iter__(self) -> Iterator[Passage]:
        return map(self._read, range(len(self)))

    def of_document(self, id: str) -> range:
        """The rows of a document's passages."""
        begin, end = np.searchsorted(self.document_numbers, [self._numbers[id], self._numbers[id] + 1])
        return range(int(begin), int(end))

    def beside(self, row: int, step: Literal[-1, 1]) -> int | None:
        """The nearest row before or after one that is no heading."""
        row += step
        while 0 <= row < len(self):
            if self.searched[row]:
                return row
            row += step
        return None

    def of_kind(self, kind: PassageKind, mask: NDArray[np.bool_]) -> Iterator[Passage]:
        """The passages of one kind under a mask of shape (passages,)."""
        return map(self._read, np.flatnonzero(mask & (self.kinds == KINDS.index(kind))).tolist())


def load_passages(files: Files, hashes: Mapping[str, str], sha256: str) -> PassageStore:
    """From proved files; `hashes` has the SHA-256 of each document's file, `sha256` is that of `passages.jsonl`.

    What a search reads of all passages is checked here, a line when it is read. Raises `GenerationError`.
    """
    documents = _load_documents(files, hashes)
    begins = _load_source_begins(files, len(documents))
    roles = _load_roles(files)
    table = _load_table(files, begins, len(roles))
    texts = _load_texts(files, begins, table)
    lines = _load_lines(files, table, sha256)
    reader = _PassageReader(lines, texts, table, documents, roles, str(files.path / PASSAGES))
    ids = _load_ids(files, len(table))
    store = PassageStore(documents, Sources(texts, begins, documents), table, reader, ids)
    with files.naming(IDS):
        store.positions.validate()
    return store


def _load_documents(files: Files, hashes: Mapping[str, str]) -> list[Document]:
    with files.parsing(DOCUMENTS) as data:
        documents = [_document(entry) for entry in json.loads(data)]
        found = {document.id: document.sha256 for document in documents}
        expect(found == dict(hashes), "holds other documents")
        expect(len(found) == len(documents), "two documents have one id")
    return documents


def _document(entry: dict[str, Any]) -> Document:
    first, last = entry["period"]
    document = Document(**{**entry, "period": (first, last), "confirm": tuple(entry["confirm"])})
    strings = (document.id, document.title, document.issuer, document.kind, document.file, document.sha256)
    said = (document.subject, document.series, document.language, document.date, *document.confirm)
    whole = all(isinstance(text, str) for text in (*strings, *filter(None, said)))
    expect(whole, "a field of a document is no string")
    expect(type(first) is int and type(last) is int, "a period is no two years")
    return document


def _load_source_begins(files: Files, documents: int) -> Integers:
    with files.parsing(SOURCE_BEGINS) as data:
        begins = from_npy(data, "int64", 1)
        whole = len(begins) == documents + 1 and begins[0] == 0 and (np.diff(begins) >= 0).all()
        expect(bool(whole), "does not divide the texts")
    return begins


def _load_roles(files: Files) -> list[Mapping[Role, str]]:
    with files.parsing(ROLES) as data:
        return [_roles(entry) for entry in json.loads(data)]


def _roles(entry: dict[Role, Any]) -> Mapping[Role, str]:
    expect(entry.keys() <= set(get_args(Role)), "a role is none")
    expect(all(isinstance(header, str) for header in entry.values()), "a header is no string")
    return entry


def _load_table(files: Files, begins: Integers, roles: int) -> PassageTable:
    with files.mapping(TABLE) as mapped:
        table = PassageTable.of(from_npy(mapped, "int64", 2))
        table.validate(begins, roles)
    return table


def _load_texts(files: Files, begins: Integers, table: PassageTable) -> Bytes:
    with files.mapping(SOURCES) as texts:
        with files.naming(SOURCE_BEGINS):
            expect(bool(begins[-1] == len(texts)), "does not divide the texts")
        passages, _, documents = _characters_before(texts, table.begin, table.end, begins)
    with files.naming(TABLE):
        counted = bool((passages - documents[table.document] == table.start).all())
        expect(counted, "does not count the characters of the texts")
    return texts


def _load_lines(files: Files, table: PassageTable, sha256: str) -> Bytes:
    with files.mapping(PASSAGES) as lines:
        expect(files.hashes()[PASSAGES][1] == sha256, "holds other passages than its manifest")
        with files.naming(TABLE):
            _expect_lines(lines, table.line)
    return lines


def _load_ids(files: Files, passages: int) -> tuple[Digests, Digests]:
    with files.mapping(IDS) as mapped:
        digests, rows = from_npy(mapped, "uint64", 2)
        expect(len(rows) == passages, f"has {len(rows)} ids for {passages} passages")
        expect(bool((digests[:-1] <= digests[1:]).all()), "the digests are not in order")
        expect(bool((np.bincount(rows.astype(np.int64), minlength=len(rows)) == 1).all()), "a row is missing")
    return digests, rows


def _expect_lines(lines: Bytes, begins: Integers) -> None:
    """Raise `ValueError` unless each line begins at its place in `begins`, and none elsewhere."""
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


def _characters_before(texts: Bytes, *places: Integers) -> list[Integers]:
    """How many characters of the texts stand before each of some places in bytes.

    Raises `ValueError` where the texts are no UTF-8, or a place lies within a character.
    """
    wanted = np.sort(np.concatenate(places))
    counts = np.empty(len(wanted), np.int64)
    decode, total = codecs.getincrementaldecoder("utf-8")().decode, 0
    for begin in range(0, len(texts) + 1, _BLOCK):
        block = texts[begin : begin + _BLOCK]
        decode(block, begin + _BLOCK > len(texts))
        tails = np.flatnonzero((np.frombuffer(block, np.uint8) & 0xC0) == 0x80)
        first, last = np.searchsorted(wanted, [begin, begin + _BLOCK])
        here = wanted[first:last] - begin
        passed = np.searchsorted(tails, here)
        within = passed < len(tails)
        whole = bool((tails[passed[within]] != here[within]).all())
        expect(whole, "a text begins or ends within a character")
        counts[first:last] = total + here - passed
        total += len(block) - len(tails)
    return [counts[np.searchsorted(wanted, these)] for these in places]
