"""Adds, replaces, describes and removes documents of a corpus, each atomically, and records the change.

documents/        the files in use
history.jsonl     one line per change, oldest first: action, time and hashes
history/<sha256>/ files no longer in use, by the hash of the source
catalogue.lock    held while a change runs

A change first writes its new files, then its line in the history, then the catalogue. The atomic write of the
catalogue is the change. After an interruption the catalogue still describes files that exist. At worst a file is
left that the catalogue does not name, or the history has a line for a change that was not made.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit import TOMLDocument

from corpus.catalogue import FILE, Catalogue, parse_catalogue, read_catalogue
from corpus.disk import sync, write_atomically
from corpus.errors import CatalogueError
from corpus.proposals import Proposal
from corpus.types import Document

RECORD, OLD, LOCK = "history.jsonl", "history", "catalogue.lock"


def add(folder: Path, proposal: Proposal) -> Catalogue:
    """Copy a document's files into the corpus and append its record to the catalogue; comments stay.

    Raises `CatalogueError` for an id, content or file that exists already.
    """
    document = proposal.document
    with _changing(folder) as catalogue:
        if any(known.id == document.id for known in catalogue.documents):
            raise CatalogueError(
                f"the id {document.id!r} is taken",
                where=FILE,
                remedy="give another with --id, or replace the document",
            )
        _refuse_duplicate(catalogue, proposal)
        for name, data in _files(proposal):
            target = folder / name
            if target.exists() and target.read_bytes() != data:
                raise CatalogueError(
                    "another file lies where it would be kept",
                    where=str(target),
                    remedy="give another id with --id",
                )
        toml = _read_toml(folder)
        if "document" not in toml:
            toml.add("document", tomlkit.aot())
        toml["document"].append(_table(document))
        _write_files(folder, proposal)
        return _commit(folder, toml, "added", document)


def replace_document(folder: Path, id: str, proposal: Proposal) -> Catalogue:
    """Replace the file of the document `id`; the old file moves to the history."""
    with _changing(folder) as catalogue:
        place, old = _find(catalogue, id)
        _refuse_duplicate(catalogue, proposal)
        document = replace(proposal.document, id=id)
        stem = f"documents/{id}.{document.sha256[:8]}"
        document = replace(document, file=stem + Path(document.file).suffix)
        if document.text:
            document = replace(document, text=f"{stem}.extracted.txt")
        if document.layout:
            document = replace(document, layout=f"{stem}.layout.jsonl")
        toml = _read_toml(folder)
        toml["document"][place] = _table(document)
        _write_files(folder, replace(proposal, document=document))
        catalogue = _commit(folder, toml, "replaced", document, old)
        _archive(folder, old)
        return catalogue


def describe(folder: Path, id: str, fields: Mapping[str, Any]) -> Catalogue:
    """Correct fields in the record of the document `id`; all others are confirmed. Its files stay as they are.

    Raises `CatalogueError` for an unknown id or a wrong field.
    """
    with _changing(folder) as catalogue:
        place, old = _find(catalogue, id)
        document = replace(old, **{**fields, "confirm": ()})
        toml = _read_toml(folder)
        toml["document"][place] = _table(document)
        return _commit(folder, toml, "described", document)


def remove(folder: Path, id: str) -> Catalogue:
    """Remove the document `id` from the catalogue; its files move to the history."""
    with _changing(folder) as catalogue:
        place, old = _find(catalogue, id)
        toml = _read_toml(folder)
        del toml["document"][place]
        if not toml["document"]:
            del toml["document"]
        catalogue = _commit(folder, toml, "removed", old)
        _archive(folder, old)
        return catalogue


def history(folder: Path) -> list[dict[str, Any]]:
    """The recorded changes, oldest first; raises `CatalogueError`. An unterminated last line is ignored."""
    path = folder / RECORD
    if not path.exists():
        return []
    changes = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        try:
            changes.append(json.loads(line))
        except ValueError as error:
            raise CatalogueError(
                "is no record of a change", where=f"{path}, line {number}", remedy="restore the file"
            ) from error
    return changes


@contextmanager
def _changing(folder: Path) -> Iterator[Catalogue]:
    """The catalogue, locked: one change at a time."""
    read_catalogue(folder)  # a folder without a catalogue gets no lock file
    with FileLock(folder / LOCK, fallback_to_soft=False):
        yield read_catalogue(folder)


def _refuse_duplicate(catalogue: Catalogue, proposal: Proposal) -> None:
    for known in catalogue.documents:
        if known.sha256 == proposal.document.sha256:
            raise CatalogueError(
                f"the same bytes are catalogued as {known.id!r}",
                where=str(proposal.path),
                remedy="nothing is left to do",
            )


def _find(catalogue: Catalogue, id: str) -> tuple[int, Document]:
    for place, document in enumerate(catalogue.documents):
        if document.id == id:
            return place, document
    raise CatalogueError(
        f"no document has the id {id!r}",
        where=FILE,
        remedy=f"use one of {', '.join(document.id for document in catalogue.documents)}",
    )


def _read_toml(folder: Path) -> TOMLDocument:
    return tomlkit.parse((folder / FILE).read_text("utf-8"))


def _table(document: Document) -> tomlkit.items.Table:
    record = tomlkit.table()
    for name, value in asdict(document).items():
        if value not in (None, ()):
            record.add(name, list(value) if isinstance(value, tuple) else value)
    return record


def _files(proposal: Proposal) -> Iterator[tuple[str, bytes]]:
    yield proposal.document.file, proposal.data
    if proposal.document.text and proposal.text is not None:
        yield proposal.document.text, proposal.text.encode()
    if proposal.document.layout and proposal.layout is not None:
        yield proposal.document.layout, proposal.layout.encode()


def _write_files(folder: Path, proposal: Proposal) -> None:
    """Write the files of a document, unless they exist already."""
    for name, data in _files(proposal):
        target = folder / name
        if not target.exists() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, data)


def _commit(
    folder: Path, toml: TOMLDocument, action: str, document: Document, old: Document | None = None
) -> Catalogue:
    """Check the new catalogue, record the change, and write the catalogue."""
    data = tomlkit.dumps(toml).encode()
    catalogue = parse_catalogue(folder, data)
    change: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "id": document.id,
        "title": document.title,
        "file": document.file,
        "sha256": document.sha256,
    }
    if document.text:
        change |= {
            "text": document.text,
            "text_sha256": document.text_sha256,
            "extractor": document.extractor,
        }
    if old:
        change |= {"replaces": old.sha256}
    _record(folder / RECORD, json.dumps(change, ensure_ascii=False).encode() + b"\n")
    write_atomically(folder / FILE, data)
    return catalogue


def _record(path: Path, line: bytes) -> None:
    """Append a line; an unterminated last line is dropped."""
    before = path.read_bytes() if path.exists() else b""
    write_atomically(path, before[: before.rfind(b"\n") + 1] + line)


def _archive(folder: Path, document: Document) -> None:
    """Move the files of a document to the history."""
    target = folder / OLD / document.sha256
    target.mkdir(parents=True, exist_ok=True)
    for name in filter(None, (document.file, document.text, document.layout)):
        with suppress(FileNotFoundError):  # removed by hand
            (folder / name).rename(target / Path(name).name)
    sync(target)
