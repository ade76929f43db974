"""Other people's collections, in the layout of BEIR (Thakur et al., NeurIPS 2021).

corpus.jsonl          {"_id", "title", "text"}
queries.jsonl         {"_id", "text"}, and perhaps {"answerable": false}, also within "metadata"
qrels/<split>.tsv     query id, document id, grade; a heading is allowed; or qrels.tsv in the folder itself
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import BaliError


class CollectionError(BaliError):
    """A folder is not in BEIR's layout, or a line of one of its files is malformed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document; `title` may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by id, queries (id -> text), judgements, and the ids of the queries that no document answers."""

    documents: Mapping[str, Entry]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    unanswerable: frozenset[str]


def read_collection(folder: Path, split: str = "test") -> Collection:
    """Read a folder. Only the queries that are judged in the split, or unanswerable, are kept.

    Raises CollectionError that names the file and line.
    """
    documents = {}
    for where, row in _rows(folder / "corpus.jsonl"):
        title = str(row.get("title") or "").strip()
        documents[_id(row, where)] = Entry(title, _text(row, where).strip())
    texts = {}
    unanswerable = set()
    for where, row in _rows(folder / "queries.jsonl"):
        texts[_id(row, where)] = _text(row, where)
        metadata = row.get("metadata")
        if {**(metadata if isinstance(metadata, dict) else {}), **row}.get("answerable") is False:
            unanswerable.add(_id(row, where))
    qrels = _qrels(_qrels_path(folder, split), texts, documents)
    kept = {query: text for query, text in texts.items() if query in qrels or query in unanswerable}
    return Collection(documents, kept, qrels, frozenset(unanswerable - qrels.keys()))


def _qrels_path(folder: Path, split: str) -> Path:
    """`qrels/<split>.tsv`, else the only file of `qrels/`, else `qrels.tsv`."""
    candidates = [folder / "qrels" / f"{split}.tsv", folder / "qrels.tsv"]
    found = sorted((folder / "qrels").glob("*.tsv"))
    if len(found) == 1:
        candidates.insert(0, found[0])
    for path in candidates:
        if path.is_file():
            return path
    raise CollectionError(
        f"holds neither qrels/{split}.tsv nor qrels.tsv",
        where=str(folder),
        remedy="name a split that is there",
    )


def _qrels(
    path: Path, queries: Mapping[str, str], documents: Mapping[str, Entry]
) -> dict[str, dict[str, int]]:
    """Query id -> document id -> grade, of the queries with a relevant document, as in BEIR."""
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), 1):
        where = f"{path.name}:{number}"
        fields = line.rstrip("\r").split("\t")
        if number == 1 and fields[-1:] == ["score"]:
            continue
        if len(fields) != 3 or not fields[2].lstrip("-").isdigit():
            raise CollectionError(
                f"{line[:60]!r} is not a judgement",
                where=where,
                remedy="write query, document and grade, by tabs",
            )
        query, document, grade = fields
        if query not in queries:
            raise CollectionError(
                f"there is no query {query!r}", where=where, remedy="add it to queries.jsonl"
            )
        if document not in documents:
            raise CollectionError(
                f"there is no document {document!r}", where=where, remedy="add it to corpus.jsonl"
            )
        qrels.setdefault(query, {})[document] = int(grade)
    return {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_lines(path), 1):
        where = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CollectionError(
                f"is not JSON ({error})", where=where, remedy="write an object a line"
            ) from error
        if not isinstance(row, dict):
            raise CollectionError("is not an object", where=where, remedy="write an object a line")
        yield where, row


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_bytes().decode().split("\n") if line.strip()]
    except OSError as error:
        raise CollectionError("is missing", where=path.name, remedy="use BEIR's layout") from error
    except UnicodeDecodeError as error:
        raise CollectionError("is not UTF-8", where=path.name, remedy="store it as UTF-8") from error


def _id(row: Mapping[str, Any], where: str) -> str:
    if not isinstance(row.get("_id"), str) or not row["_id"]:
        raise CollectionError("_id: is missing or not text", where=where, remedy='give it an "_id"')
    return str(row["_id"])


def _text(row: Mapping[str, Any], where: str) -> str:
    if not isinstance(row.get("text"), str):
        raise CollectionError("text: is missing or not text", where=where, remedy='give it a "text"')
    return str(row["text"])
