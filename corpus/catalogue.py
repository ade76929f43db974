"""The catalogue: which documents there are, where they lie, and what their bytes must hash to."""

import hashlib
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from corpus.errors import CatalogueError
from corpus.markup import plain
from corpus.passages import passages
from corpus.readers.text import decode, read_text
from corpus.types import Document, Passage

FILE = "catalogue.toml"
SUFFIXES = (".txt", ".md", ".markdown")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_FIELDS: dict[str, type] = {
    "id": str, "title": str, "issuer": str, "kind": str, "period": list, "file": str, "sha256": str
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The documents of one corpus folder, in the order of the file."""

    folder: Path
    documents: tuple[Document, ...]

    def source(self, document: Document) -> str:
        """The characters of a document; raises `CatalogueError` unless its bytes are the catalogued ones."""
        path = self.folder / document.file
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CatalogueError(
                error.strerror or "cannot be read",
                where=str(path),
                remedy=f"restore the file that {FILE} names",
            ) from error
        if (found := hashlib.sha256(data).hexdigest()) != document.sha256:
            raise CatalogueError(
                f"sha256 is {found}, catalogued as {document.sha256}",
                where=str(path),
                remedy=f"restore the file, or correct sha256 of {document.id!r} in {FILE}",
            )
        return decode(data, str(path))

    def passages(self) -> list[Passage]:
        """The passages of every document, in order."""
        return [
            passage for document in self.documents for passage in passages(document, self.source(document))
        ]


def read_catalogue(folder: Path) -> Catalogue:
    """Read and check `folder/catalogue.toml`; raises `CatalogueError` naming the record and the field."""
    path = folder / FILE
    try:
        records = tomllib.loads(path.read_text("utf-8")).get("document", [])
    except OSError as error:
        raise CatalogueError(
            error.strerror or "cannot be read", where=str(path), remedy="point BALI_CORPUS at a corpus folder"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(str(error), where=str(path), remedy="correct the TOML there") from error
    if not isinstance(records, list):
        raise CatalogueError(
            "'document' is not a list", where=str(path), remedy="write [[document]] before each record"
        )
    documents = tuple(
        _document(record, f"{path}, document {number}") for number, record in enumerate(records, 1)
    )
    ids = [document.id for document in documents]
    if doubled := next((id for id in ids if ids.count(id) > 1), None):
        raise CatalogueError(
            f"two documents have the id {doubled!r}", where=str(path), remedy="rename one of them"
        )
    return Catalogue(folder, documents)


def _document(record: Any, where: str) -> Document:
    def wrong(problem: str, remedy: str) -> CatalogueError:
        return CatalogueError(problem, where=where, remedy=remedy)

    if not isinstance(record, dict):
        raise wrong("is not a record", "write [[document]] before each record")
    for name, kind in _FIELDS.items():
        if not isinstance(record.get(name), kind) or not record[name]:
            raise wrong(f"field {name!r} is missing or no {kind.__name__}", f"give {name}")
    if unknown := sorted(record.keys() - _FIELDS.keys()):
        raise wrong(f"unknown field {unknown[0]!r}", f"the fields are {', '.join(_FIELDS)}")
    if not _ID.fullmatch(record["id"]):
        raise wrong(f"id {record['id']!r} is not in lower-case letters, digits, '-' and '.'", "rename it")
    period = record["period"]
    if len(period) != 2 or not all(isinstance(year, int) and 1900 <= year <= 2200 for year in period):
        raise wrong(f"period {period} is not [first year, last year]", "write, for example, [2024, 2026]")
    if period[0] > period[1]:
        raise wrong(f"period {period} ends before it begins", "put the earlier year first")
    file = Path(record["file"])
    if file.is_absolute() or ".." in file.parts:
        raise wrong(f"file {record['file']!r} leaves the corpus folder", "give a path below it")
    return Document(**{**record, "period": (period[0], period[1])})


def propose(
    path: Path,
    *,
    id: str | None = None,
    title: str | None = None,
    issuer: str | None = None,
    kind: str | None = None,
    period: tuple[int, int] | None = None,
) -> Document:
    """A record for a text or Markdown file not yet catalogued; what is not given is read from the file."""
    if path.suffix.lower() not in SUFFIXES:
        raise CatalogueError(
            f"is not one of {', '.join(SUFFIXES)}",
            where=str(path),
            remedy="convert it to text or Markdown first",
        )
    source = read_text(path)
    if not source.strip("\ufeff \t\r\n\f"):
        raise CatalogueError("holds no text", where=str(path), remedy="add a file that does")
    id = id or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    record = {
        "id": id,
        "title": title or _first_line(source) or path.stem,
        "issuer": issuer or "unknown",
        "kind": kind or "document",
        "period": list(period or _years(path, source)),
        "file": f"documents/{id}{path.suffix.lower()}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    return _document(record, f"{path}, proposed record")


def _first_line(source: str) -> str:
    shown = (plain(line.strip("\ufeff# \t")).strip("*_ ") for line in source.splitlines())
    return next((line[:200] for line in shown if line), "")


def _years(path: Path, source: str) -> tuple[int, int]:
    """The years in the file's name and first line, else the first in the text."""
    named = [int(year) for year in _YEAR.findall(f"{path.stem} {_first_line(source)}")]
    years = named or [int(year) for year in _YEAR.findall(source)[:1]]
    if not years:
        raise CatalogueError(
            "shows no year", where=str(path), remedy="give the years it speaks for with --period"
        )
    return min(years), max(years)


def add(folder: Path, path: Path, document: Document) -> Catalogue:
    """Copy `path` into the corpus, unless it lies there already, and append `document` to its catalogue.

    Refuses an id, content or file already there. The catalogue is replaced by one rename, comments kept.
    """
    catalogue = read_catalogue(folder)
    for known in catalogue.documents:
        if known.id == document.id:
            raise CatalogueError(
                f"the id {document.id!r} is taken", where=FILE, remedy="give another with --id"
            )
        if known.sha256 == document.sha256:
            raise CatalogueError(
                f"the same bytes are catalogued as {known.id!r}",
                where=str(path),
                remedy="nothing is left to do",
            )
    target = folder / document.file
    copied = target.exists() and target.samefile(path)
    if target.exists() and not copied:
        raise CatalogueError(
            "another file lies where it would be kept", where=str(target), remedy="give another id with --id"
        )
    written = tomlkit.parse((folder / FILE).read_text("utf-8"))
    record = tomlkit.table()
    for name in _FIELDS:
        value = getattr(document, name)
        record.add(name, list(value) if name == "period" else value)
    if "document" not in written:
        written.add("document", tomlkit.aot())
    written["document"].append(record)
    if not copied:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    draft = folder / f"{FILE}.new"
    draft.write_text(tomlkit.dumps(written), "utf-8")
    draft.replace(folder / FILE)
    return read_catalogue(folder)
