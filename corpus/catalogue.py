"""The catalogue: the documents of a corpus, their files and the hashes of these."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import CatalogueError
from corpus.layout import Piece, from_json_lines
from corpus.passages import passages
from corpus.text.lines import decode
from corpus.types import Document, Passage

FILE = "catalogue.toml"
_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_FIELDS: dict[str, type] = {
    "id": str, "title": str, "issuer": str, "kind": str, "period": list, "file": str, "sha256": str
}  # fmt: skip
_EXTRACTED: dict[str, type] = {"text": str, "text_sha256": str, "extractor": str}  # of files that are no text
_LAYOUT: dict[str, type] = {"layout": str, "layout_sha256": str}  # and of those whose reader saw pieces
_OPTIONAL: dict[str, type] = {"subject": str, "series": str, "language": str, "date": str, "confirm": list}
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_KNOWN = dict.fromkeys([*_FIELDS, *_EXTRACTED, *_LAYOUT, *_OPTIONAL]).keys()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The documents of a corpus folder, in the order of `catalogue.toml`."""

    folder: Path
    documents: tuple[Document, ...]

    def source(self, document: Document) -> str:
        """The text of a document, which offsets refer to; raises `CatalogueError` where a hash differs."""
        data = _verified(self.folder / document.file, document.sha256, document.id)
        if document.text is None or document.text_sha256 is None:
            return decode(data, str(self.folder / document.file))
        path = self.folder / document.text
        return decode(_verified(path, document.text_sha256, document.id), str(path))

    def pieces(self, document: Document) -> tuple[Piece, ...]:
        """The pieces that a document's reader saw, none of plain text; raises `CatalogueError` and `ReadError`."""
        if document.layout is None or document.layout_sha256 is None:
            return ()
        path = self.folder / document.layout
        return from_json_lines(
            decode(_verified(path, document.layout_sha256, document.id), str(path)), str(path)
        )

    def passages(self) -> list[Passage]:
        """The passages of every document, in order."""
        return [
            passage
            for document in self.documents
            for passage in passages(document, self.source(document), self.pieces(document))
        ]


def _verified(path: Path, sha256: str, id: str) -> bytes:
    """The bytes of a file; raises `CatalogueError` unless they have this hash."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(
            error.strerror or "cannot be read",
            where=str(path),
            remedy=f"restore the file that {FILE} names",
        ) from error
    if (found := hashlib.sha256(data).hexdigest()) != sha256:
        raise CatalogueError(
            f"sha256 is {found}, catalogued as {sha256}",
            where=str(path),
            remedy=f"restore the file, or correct the sha256 of {id!r} in {FILE}",
        )
    return data


def read_catalogue(folder: Path) -> Catalogue:
    """Read and check `folder/catalogue.toml`; raises `CatalogueError` naming the record and the field."""
    try:
        data = (folder / FILE).read_bytes()
    except OSError as error:
        raise CatalogueError(
            error.strerror or "cannot be read",
            where=str(folder / FILE),
            remedy="point BALI_CORPUS at a corpus folder",
        ) from error
    return parse_catalogue(folder, data)


def parse_catalogue(folder: Path, data: bytes) -> Catalogue:
    """The catalogue of `folder` from the bytes of its file; raises `CatalogueError`."""
    path = folder / FILE
    try:
        records = tomllib.loads(data.decode("utf-8")).get("document", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(str(error), where=str(path), remedy="correct the TOML there") from error
    if not isinstance(records, list):
        raise CatalogueError(
            "'document' is not a list", where=str(path), remedy="write [[document]] before each record"
        )
    documents = tuple(
        parse_record(record, f"{path}, document {number}") for number, record in enumerate(records, 1)
    )
    ids = [document.id for document in documents]
    if doubled := next((id for id in ids if ids.count(id) > 1), None):
        raise CatalogueError(
            f"two documents have the id {doubled!r}", where=str(path), remedy="rename one of them"
        )
    return Catalogue(folder, documents)


def parse_record(record: Any, where: str) -> Document:
    """The document that a record describes; raises `CatalogueError` naming `where` and the field."""

    def wrong(problem: str, remedy: str) -> CatalogueError:
        return CatalogueError(problem, where=where, remedy=remedy)

    if not isinstance(record, dict):
        raise wrong("is not a record", "write [[document]] before each record")
    groups = [group for group in (_EXTRACTED, _LAYOUT) if record.keys() & group.keys()]
    groups.append({name: kind for name, kind in _OPTIONAL.items() if name in record})
    for name, kind in {**_FIELDS, **{n: k for group in groups for n, k in group.items()}}.items():
        if not isinstance(record.get(name), kind) or not record[name]:
            raise wrong(f"field {name!r} is missing or no {kind.__name__}", f"give {name}")
    if unknown := sorted(record.keys() - _KNOWN):
        raise wrong(f"unknown field {unknown[0]!r}", f"the fields are {', '.join(_KNOWN)}")
    if not _ID.fullmatch(record["id"]):
        raise wrong(f"id {record['id']!r} is not in lower-case letters, digits, '-' and '.'", "rename it")
    period = record["period"]
    if len(period) != 2 or not all(isinstance(year, int) and 1900 <= year <= 2200 for year in period):
        raise wrong(f"period {period} is not [first year, last year]", "write, for example, [2024, 2026]")
    if period[0] > period[1]:
        raise wrong(f"period {period} ends before it begins", "put the earlier year first")
    if not _DATE.fullmatch(record.get("date", "2031")):
        raise wrong(f"date {record['date']!r} is no day, month or year", "write, for example, 2031-03-24")
    if unknown := [name for name in record.get("confirm", ()) if name not in _KNOWN]:
        raise wrong(f"confirm names {unknown[0]!r}, which is no field", "name fields of the record")
    for name in ("file", "text", "layout"):
        file = Path(record.get(name, ""))
        if file.is_absolute() or ".." in file.parts:
            raise wrong(f"{name} {record[name]!r} leaves the corpus folder", "give a path below it")
    confirm = tuple(record.get("confirm", ()))
    return Document(**{**record, "period": (period[0], period[1]), "confirm": confirm})
