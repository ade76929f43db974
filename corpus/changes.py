"""Changes of the corpus: documents added, replaced and removed, each at once or not at all, and a record of it.

documents/        the files in use
history.jsonl     a line for each change, oldest first: what, when, and the hashes
history/<sha256>/ the files that are no longer in use, by the hash of the source

New files are written under names of their own; then the change is recorded, and the new catalogue takes the place
of the old by one rename, which is the change. Whenever this is interrupted, the catalogue describes files that are
there: at worst a file that it does not name is left over, or a recorded change that did not come about is recorded
again when it does.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from corpus.catalogue import FILE, Catalogue, parse_catalogue, read_catalogue
from corpus.disk import sync, write_whole
from corpus.errors import CatalogueError
from corpus.proposals import Proposal
from corpus.types import Document

RECORD, OLD = "history.jsonl", "history"


def add(folder: Path, proposal: Proposal) -> Catalogue:
    """Keep a document's files in the corpus and append it to the catalogue, comments kept.

    Refuses an id, content or file already there. Raises `CatalogueError`.
    """
    with _changing(folder):
        document = proposal.document
        catalogue = read_catalogue(folder)
        if any(known.id == document.id for known in catalogue.documents):
            raise CatalogueError(
                f"the id {document.id!r} is taken",
                where=FILE,
                remedy="give another with --id, or replace the document",
            )
        _refuse_twice(catalogue, proposal)
        for name, data in _files(proposal):
            target = folder / name
            if target.exists() and target.read_bytes() != data:
                raise CatalogueError(
                    "another file lies where it would be kept",
                    where=str(target),
                    remedy="give another id with --id",
                )
        written = _written(folder)
        if "document" not in written:
            written.add("document", tomlkit.aot())
        written["document"].append(_table(document))
        _keep(folder, proposal)
        return _commit(folder, written, "added", document)


def replace_document(folder: Path, id: str, proposal: Proposal) -> Catalogue:
    """Put another file in the place of the document `id`; what it was is kept in the history."""
    with _changing(folder):
        catalogue = read_catalogue(folder)
        place, old = _known(catalogue, id)
        _refuse_twice(catalogue, proposal)
        document = replace(proposal.document, id=id)
        version = document.sha256[:8]
        suffix = Path(document.file).suffix
        document = replace(document, file=f"documents/{id}.{version}{suffix}")
        if document.text:
            document = replace(document, text=f"documents/{id}.{version}.extracted.txt")
        if document.layout:
            document = replace(document, layout=f"documents/{id}.{version}.layout.jsonl")
        written = _written(folder)
        written["document"][place] = _table(document)
        _keep(folder, replace(proposal, document=document))
        catalogue = _commit(folder, written, "replaced", document, old)
        _retire(folder, old)
        return catalogue


def remove(folder: Path, id: str) -> Catalogue:
    """Take the document `id` out of the catalogue; its files are kept in the history."""
    with _changing(folder):
        place, old = _known(read_catalogue(folder), id)
        written = _written(folder)
        del written["document"][place]
        if not written["document"]:
            del written["document"]
        catalogue = _commit(folder, written, "removed", old)
        _retire(folder, old)
        return catalogue


def history(folder: Path) -> list[dict[str, Any]]:
    """The changes of the corpus, oldest first, as they were recorded; raises `CatalogueError`.

    A last line without an end is of a change that was stopped before it was made.
    """
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
def _changing(folder: Path) -> Iterator[None]:
    """One change at a time."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise CatalogueError(
            error.strerror or "cannot be read",
            where=str(folder),
            remedy="point BALI_CORPUS at a corpus folder",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refuse_twice(catalogue: Catalogue, proposal: Proposal) -> None:
    for known in catalogue.documents:
        if known.sha256 == proposal.document.sha256:
            raise CatalogueError(
                f"the same bytes are catalogued as {known.id!r}",
                where=str(proposal.path),
                remedy="nothing is left to do",
            )


def _known(catalogue: Catalogue, id: str) -> tuple[int, Document]:
    for place, document in enumerate(catalogue.documents):
        if document.id == id:
            return place, document
    raise CatalogueError(
        f"no document has the id {id!r}",
        where=FILE,
        remedy=f"use one of {', '.join(document.id for document in catalogue.documents)}",
    )


def _written(folder: Path) -> TOMLDocument:
    return tomlkit.parse((folder / FILE).read_text("utf-8"))


def _table(document: Document) -> tomlkit.items.Table:
    record = tomlkit.table()
    for name, value in asdict(document).items():
        if value is not None:
            record.add(name, list(value) if name == "period" else value)
    return record


def _files(proposal: Proposal) -> Iterator[tuple[str, bytes]]:
    yield proposal.document.file, proposal.data
    if proposal.document.text and proposal.text is not None:
        yield proposal.document.text, proposal.text.encode()
    if proposal.document.layout and proposal.layout is not None:
        yield proposal.document.layout, proposal.layout.encode()


def _keep(folder: Path, proposal: Proposal) -> None:
    """Write the files of a document, unless they lie there already."""
    for name, data in _files(proposal):
        target = folder / name
        if not target.exists() or target.read_bytes() != data:
            _write(target, data)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def _commit(
    folder: Path, written: TOMLDocument, action: str, document: Document, old: Document | None = None
) -> Catalogue:
    """Record the change and make it, once what is to be the catalogue has been read as one."""
    data = tomlkit.dumps(written).encode()
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
    _write(folder / FILE, data)
    return catalogue


def _record(path: Path, line: bytes) -> None:
    """Add a line, in the place of what was written of one when an earlier change was stopped."""
    with path.open("ab+") as stream:
        stream.seek(0)
        stream.truncate(stream.read().rfind(b"\n") + 1)
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())


def _retire(folder: Path, document: Document) -> None:
    """Move the files of a document that is no longer catalogued to the history."""
    target = folder / OLD / document.sha256
    target.mkdir(parents=True, exist_ok=True)
    for name in filter(None, (document.file, document.text, document.layout)):
        with suppress(FileNotFoundError):  # what is gone already cannot be kept
            (folder / name).rename(target / Path(name).name)
    sync(target)
