"""Proposes a catalogue record for a file, from its text and its metadata."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.catalogue import parse_record
from corpus.errors import CatalogueError, ReadError
from corpus.identity.claims import Metadata
from corpus.identity.identity import Identity, identity
from corpus.identity.ids import id_of_name
from corpus.layout import to_json_lines
from corpus.readers import limits
from corpus.readers.extracted import Extracted
from corpus.readers.sandbox import READERS, extract
from corpus.scans.tesseract import LANGUAGES
from corpus.text.front_matter import front_matter
from corpus.text.lines import decode
from corpus.types import Document

TEXT_SUFFIXES = (".txt", ".md", ".markdown")
SUFFIXES = (*TEXT_SUFFIXES, *READERS)
_BLANK = "\ufeff \t\r\n\f"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to add: its record, the bytes of its file, and the text and layout extracted from PDF, DOCX or HTML.

    `identity` are the claims that the record was made from, and `warnings` what was not read.
    """

    path: Path
    document: Document
    data: bytes
    identity: Identity
    text: str | None = None
    layout: str | None = None
    warnings: tuple[str, ...] = ()

    def named(self, **fields: object) -> "Proposal":
        """The proposal with other fields in its record, which are sure; raises `CatalogueError` for a wrong one."""
        confirm = [name for name in self.document.confirm if name not in fields]
        record = {**asdict(self.document), "confirm": confirm, **fields}
        return replace(self, document=parse_record(_known(record), str(self.path)))

    def under(self, id: str) -> "Proposal":
        """The proposal under another id, its files named by that."""
        document = replace(self.document, id=id, file=f"documents/{id}{Path(self.document.file).suffix}")
        if document.text:
            document = replace(document, text=f"documents/{id}.extracted.txt")
        if document.layout:
            document = replace(document, layout=f"documents/{id}.layout.jsonl")
        return replace(self, document=document)


def propose(
    path: Path,
    *,
    data: bytes | None = None,
    id: str | None = None,
    ocr_languages: str = LANGUAGES,
    **given: Any,
) -> Proposal:
    """A record for a file; fields that are not given are read from the file, and unsure ones are to be confirmed.

    `data` are its bytes where they were read before, `ocr_languages` those of scanned pages. Raises `CatalogueError` or
    `ReadError` naming the file.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CatalogueError(
            f"is not one of {', '.join(SUFFIXES)}",
            where=str(path),
            remedy="save it as one of these first",
        )
    data = read_file(path) if data is None else data
    if suffix in READERS:
        found, extractor = extract(data, suffix, str(path), ocr_languages)
    else:
        found, extractor = Extracted(decode(data, str(path))), None
    if not found.text.strip(_BLANK):
        raise CatalogueError("holds no text", where=str(path), remedy="add a file that does")
    seen = identity(found.text, found.pieces, _metadata(found), path.stem, _saved(path))
    record = _files(id or id_of_name(path.stem), suffix, data, found, extractor) | _claimed(seen) | given
    record["confirm"] = [name for name in seen.unsure() if name not in given]
    layout = to_json_lines(found.pieces) if "layout" in record else None
    document = parse_record(_known(record), f"{path}, proposed record")
    text = found.text if extractor else None
    return Proposal(path, document, data, seen, text, layout, found.warnings)


def read_file(path: Path) -> bytes:
    """The bytes of a file to add; raises `ReadError` where it cannot be read or is too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.FILE_BYTES + 1)
    except OSError as error:
        raise ReadError(
            error.strerror or "cannot be read", where=str(path), remedy="check the path and its permissions"
        ) from error
    if len(data) > limits.FILE_BYTES:
        raise ReadError(
            f"is larger than {limits.FILE_BYTES} bytes", where=str(path), remedy="split the document"
        )
    return data


def _files(id: str, suffix: str, data: bytes, found: Extracted, extractor: str | None) -> dict[str, Any]:
    """The fields of a record that name its files, with their hashes."""
    record = {"id": id, "file": f"documents/{id}{suffix}", "sha256": hashlib.sha256(data).hexdigest()}
    if extractor:
        record["text"] = f"documents/{id}.extracted.txt"
        record["text_sha256"] = hashlib.sha256(found.text.encode()).hexdigest()
        record["extractor"] = extractor
    if extractor and found.pieces:
        record["layout"] = f"documents/{id}.layout.jsonl"
        record["layout_sha256"] = hashlib.sha256(to_json_lines(found.pieces).encode()).hexdigest()
    return record


def _claimed(seen: Identity) -> dict[str, Any]:
    names = ("title", "issuer", "kind", "period", "subject", "series", "language", "date")
    return {name: getattr(seen, name).value for name in names}


def _known(record: dict[str, Any]) -> dict[str, Any]:
    """A record as the catalogue has it: what is not known is left out."""
    known = {name: value for name, value in record.items() if value not in (None, (), [])}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in known.items()}


def _metadata(found: Extracted) -> Metadata:
    front = front_matter(found.text).fields if not found.pieces else None
    return Metadata(
        found.title, found.author, found.date, found.subject, found.language, found.organisation, front
    )


def _saved(path: Path) -> int:
    """The year in which a file was saved."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).year
