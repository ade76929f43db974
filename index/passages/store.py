"""Passages on the disk, read when they are asked for: a million open at once, and only those in use are in memory.

documents.json   the documents, in order
sources.txt      their texts in UTF-8, one right after the other
passages.jsonl   a passage a line, without its text: those of a document together, in the order of the documents
passages.npy     for each passage where its line and its text begin, and what a search needs of all passages
roles.json       the roles that headers have, each set of them once
ids.npy          digests of the ids in order, and the row of each
"""

import codecs
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document, Passage, PassageKind, Role
from index.errors import GenerationError
from index.storage.arrays import from_npy
from index.storage.files import REBUILD, Files, expect
from index.storage.lazy import Lazy
from index.storage.mapped_pages import MappedPages

DOCUMENTS, SOURCES, PASSAGES = "documents.json", "sources.txt", "passages.jsonl"
TABLE, IDS, SOURCE_BEGINS, ROLES = "passages.npy", "ids.npy", "sources.npy", "roles.json"
KINDS: Sequence[PassageKind] = get_args(PassageKind)
LINE, BEGIN, END, START, DOCUMENT, RUN, KIND, ROLE = range(8)  # of `passages.npy`
_REMEMBERED, _REMEMBERED_TEXTS = 4096, 16  # passages, and texts of documents
_BLOCK = 1 << 22  # bytes of text looked at together

Bytes = Any  # bytes or a map of a file: both are sliced to bytes


def indexed_text(passage: Passage) -> str:
    """What the lexical index and the token vectors are made of: the text, then its context."""
    return f"{passage.text}\n{passage.context}"


def digest(id: str) -> int:
    """What `ids.npy` has of a passage's id."""
    return int.from_bytes(hashlib.sha256(id.encode()).digest()[:8], "big")


class Sources(Mapping[str, str]):
    """The text of each document by its id, out of `sources.txt`."""

    def __init__(self, data: Bytes, begins: NDArray[np.int64], documents: Sequence[Document]) -> None:
        self._places = {
            document.id: (int(begin), int(end))
            for document, begin, end in zip(documents, begins[:-1], begins[1:], strict=True)
        }
        # nothing that is kept leads back here: a closed generation goes at once, and its maps with it
        self._read = lru_cache(_REMEMBERED_TEXTS)(partial(_decoded, data, self._places))

    def __getitem__(self, id: str) -> str:
        return self._read(id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _decoded(data: Bytes, places: Mapping[str, tuple[int, int]], id: str) -> str:
    begin, end = places[id]
    return cast(bytes, data[begin:end]).decode()


class _Lines:
    """Where passages are read from; knows nothing of those that were."""

    def __init__(
        self,
        lines: Bytes,
        texts: Bytes,
        table: NDArray[np.int64],
        documents: Sequence[Document],
        roles: Sequence[Mapping[Role, str]],
        refuse: Callable[[str], GenerationError],
    ) -> None:
        self._lines, self._texts, self._table = lines, texts, table
        self._documents, self._roles, self._refuse = documents, roles, refuse
        self._lookups = MappedPages(lines), MappedPages(texts)

    def parsed(self, row: int) -> Passage:
        """The passage of a row, its line checked. Raises what `refuse` makes of a problem."""
        last = row + 1 == self._table.shape[1]
        line, end = self._table[LINE, row], None if last else self._table[LINE, row + 1]
        try:
            passage = self._checked(row, json.loads(self._lines[line:end]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._refuse(f"is damaged (line {row + 1}: {error})") from error
        for lookups in self._lookups:
            lookups.add(1)
        return passage

    def _checked(self, row: int, said: dict[str, Any]) -> Passage:
        column = self._table[:, row]
        document = self._documents[column[DOCUMENT]]
        text = cast(bytes, self._texts[column[BEGIN] : column[END]]).decode()
        expect(said["document"] == document.id, "is of another document")
        expect(type(said["start"]) is int and said["start"] == column[START], "begins elsewhere")
        expect(type(said["end"]) is int and said["end"] == said["start"] + len(text), "ends elsewhere")
        expect(said["kind"] == KINDS[column[KIND]], f"{said['kind']!r} is another kind")
        roles = self._roles[column[ROLE]]
        section = tuple(said["section"])
        passage = Passage(**{**said, "document": document, "section": section, "text": text, "roles": roles})
        strings = (passage.id, passage.context, *passage.section, *passage.fields, *passage.fields.values())
        expect(all(isinstance(text, str) for text in strings), "a field is no string")
        expect(passage.page is None or type(passage.page) is int, "a page is no number")
        expect(passage.fields.keys() >= set(roles.values()), "a header with a role is missing")
        return passage


class PassageStore(Lazy[Passage]):
    """The passages by row, each read from its line when it is asked for; the last ones asked for are kept.

    `sections[n]` is the same number for neighbours that stand under the same heading, `document_numbers[n]` that of
    the document, which never falls, and `kinds[n]` the place in `KINDS`. What a line says is checked when it is
    read: a `GenerationError` says that it is not as it was built.
    """

    def __init__(self, lines: _Lines, table: NDArray[np.int64], documents: Sequence[Document]) -> None:
        self._size = table.shape[1]
        self.sections = table[RUN]
        self.document_numbers = table[DOCUMENT].astype(np.int32)
        self.kinds = table[KIND].astype(np.uint8)
        self._numbers = {document.id: number for number, document in enumerate(documents)}
        self._row = lru_cache(_REMEMBERED)(lines.parsed)

    def __len__(self) -> int:
        return int(self._size)

    def at(self, place: int) -> Passage:
        """As `Lazy.at`."""
        return self._row(place)

    def __iter__(self) -> Iterator[Passage]:
        return map(self._row, range(len(self)))

    def of_document(self, id: str) -> range:
        """The rows of a document's passages."""
        begin, end = np.searchsorted(self.document_numbers, [self._numbers[id], self._numbers[id] + 1])
        return range(int(begin), int(end))

    def of_kind(self, kind: PassageKind, mask: NDArray[np.bool_]) -> Iterator[Passage]:
        """Those of one kind that a mask of shape (passages,) lets through."""
        return map(self._row, np.flatnonzero(mask & (self.kinds == KINDS.index(kind))).tolist())


class Positions(Mapping[str, int]):
    """The row of each passage by its id, found by a digest and compared."""

    def __init__(self, passages: PassageStore, digests: NDArray[np.uint64], rows: NDArray[np.uint64]) -> None:
        self._passages, self._digests, self._rows = passages, digests, rows

    def __getitem__(self, id: str) -> int:
        wanted = np.uint64(digest(id))
        begin, end = (np.searchsorted(self._digests, wanted, side) for side in ("left", "right"))
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
) -> tuple[dict[str, Document], Sources, PassageStore, Positions]:
    """Out of proved files; `known` has the hash of each document's file, `sha256` is of all passages.

    What search reads of all passages is checked here, what a line says when it is read. Raises `GenerationError`.
    """
    with files.parsing(DOCUMENTS) as data:
        documents = [_document(said) for said in json.loads(data)]
        by_id = {document.id: document for document in documents}
        expect({id: d.sha256 for id, d in by_id.items()} == dict(known), "holds other documents")
        expect(len(by_id) == len(documents), "two documents have one id")
    with files.mapping(SOURCES) as texts, files.parsing(SOURCE_BEGINS) as data:
        begins = from_npy(data, "int64", 1)
        ends = len(begins) == len(documents) + 1 and begins[0] == 0 and begins[-1] == len(texts)
        expect(bool(ends and (np.diff(begins) >= 0).all()), "does not divide the texts")
    with files.parsing(ROLES) as data:
        roles = [_roles(said) for said in json.loads(data)]
    with files.mapping(TABLE) as mapped:
        table = from_npy(mapped, "int64", 2)
        expect(len(table) == ROLE + 1 and table.shape[1] > 0, f"has {len(table)} columns")
        numbers, kinds, runs, held = table[DOCUMENT], table[KIND], table[RUN], table[ROLE]
        expect(bool(numbers[0] >= 0 and numbers[-1] < len(documents)), "names a document that there is not")
        expect(bool((np.diff(numbers) >= 0).all()), "the documents are not in order")
        expect(bool(((kinds >= 0) & (kinds < len(KINDS))).all()), "a kind is none")
        expect(bool(((held >= 0) & (held < len(roles))).all()), "names roles that there are not")
        expect(bool(np.isin(np.diff(runs), (0, 1)).all()), "the sections are not in order")
        expect(bool((begins[numbers] <= table[BEGIN]).all()), "a text begins outside of its document")
        expect(bool((table[BEGIN] <= table[END]).all()), "a text ends before it begins")
        expect(bool((table[END] <= begins[numbers + 1]).all()), "a text ends outside of its document")
    with files.mapping(SOURCES) as texts:
        before, _, above = _characters_before(texts, table[BEGIN], table[END], begins)
    with files.mapping(PASSAGES) as lines:
        expect(files.hashes()[PASSAGES][1] == sha256, "holds other passages than its manifest")
        with files.naming(TABLE):
            _expect_lines(lines, table[LINE])
    with files.naming(TABLE):
        counted = bool((before - above[numbers] == table[START]).all())
        expect(counted, "does not count the characters of the texts")
    with files.mapping(IDS) as mapped:
        digests, rows = from_npy(mapped, "uint64", 2)
        expect(len(rows) == table.shape[1], f"has {len(rows)} ids for {table.shape[1]} passages")
        expect(bool((digests[:-1] <= digests[1:]).all()), "the digests are not in order")
        expect(bool((np.bincount(rows.astype(np.int64), minlength=len(rows)) == 1).all()), "a row is missing")

    def refuse(problem: str) -> GenerationError:
        return GenerationError(problem, where=str(files.path / PASSAGES), remedy=REBUILD)

    passages = PassageStore(_Lines(lines, texts, table, documents, roles, refuse), table, documents)
    positions = Positions(passages, digests, rows)
    with files.naming(IDS):
        _expect_unique(passages, digests, rows)
    return by_id, Sources(texts, begins, documents), passages, positions


def _expect_unique(passages: PassageStore, digests: NDArray[np.uint64], rows: NDArray[np.uint64]) -> None:
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


def _roles(said: dict[Role, Any]) -> dict[Role, str]:
    expect(said.keys() <= set(get_args(Role)), "a role is none")
    expect(all(isinstance(header, str) for header in said.values()), "a header is no string")
    return said


def _document(said: dict[str, Any]) -> Document:
    first, last = said["period"]
    document = Document(**{**said, "period": (first, last)})
    strings = (document.id, document.title, document.issuer, document.kind, document.file, document.sha256)
    expect(all(isinstance(text, str) for text in strings), "a field of a document is no string")
    expect(type(first) is int and type(last) is int, "a period is no two years")
    return document
