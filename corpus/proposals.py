"""Proposes a catalogue record for a file, from its text and its metadata."""

import hashlib
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from corpus.catalogue import parse_record
from corpus.errors import CatalogueError, ReadError
from corpus.layout import to_json_lines
from corpus.readers import limits
from corpus.readers.extracted import Extracted
from corpus.readers.sandbox import READERS, extract
from corpus.text.dates import YEAR
from corpus.text.lines import decode
from corpus.text.markup import plain
from corpus.types import Document

TEXT_SUFFIXES = (".txt", ".md", ".markdown")
SUFFIXES = (*TEXT_SUFFIXES, *READERS)
UNKNOWN = "unknown"
# 2015, 2015-2017, 2015-17, but not 2015-11-30
_YEARS = re.compile(rf"(?<!\d)({YEAR})(?:\s?[-–/]\s?((?:19|20)?\d\d)(?![-/]?\d))?(?!\d)")
_MOST_YEARS = 10  # of a period whose end is written with two digits; 2015/48 is no period
_LONGEST = 200  # characters of a title or an issuer
_BLANK = "\ufeff \t\r\n\f"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to add: its record, the bytes of its file, and the text and layout extracted from PDF, DOCX or HTML."""

    path: Path
    document: Document
    data: bytes
    text: str | None = None
    layout: str | None = None

    def named(self, **fields: object) -> "Proposal":
        """The proposal with other fields in its record; raises `CatalogueError` for a wrong one."""
        record = {**asdict(self.document), **fields}
        known = {name: value for name, value in record.items() if value is not None}
        return replace(
            self, document=parse_record({**known, "period": list(record["period"])}, str(self.path))
        )


def propose(
    path: Path,
    *,
    id: str | None = None,
    title: str | None = None,
    issuer: str | None = None,
    kind: str | None = None,
    period: tuple[int, int] | None = None,
) -> Proposal:
    """A record for a file; fields not given are read from the file.

    Raises `CatalogueError` or `ReadError` naming the file.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CatalogueError(
            f"is not one of {', '.join(SUFFIXES)}",
            where=str(path),
            remedy="save it as one of these first",
        )
    data = _read(path)
    if suffix in READERS:
        found, extractor = extract(data, suffix, str(path))
    else:
        found, extractor = Extracted(decode(data, str(path))), None
    if not found.text.strip(_BLANK):
        raise CatalogueError("holds no text", where=str(path), remedy="add a file that does")
    id = id or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    record = {
        "id": id,
        "title": title or _title(found) or path.stem,
        "issuer": issuer or _confirmed(found.author, found.text) or UNKNOWN,
        "kind": kind or "document",
        "period": list(period or _years(path, found)),
        "file": f"documents/{id}{suffix}",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if extractor:
        record["text"] = f"documents/{id}.extracted.txt"
        record["text_sha256"] = hashlib.sha256(found.text.encode()).hexdigest()
        record["extractor"] = extractor
    layout = to_json_lines(found.pieces) if extractor and found.pieces else None
    if layout is not None:
        record["layout"] = f"documents/{id}.layout.jsonl"
        record["layout_sha256"] = hashlib.sha256(layout.encode()).hexdigest()
    document = parse_record(record, f"{path}, proposed record")
    return Proposal(path, document, data, found.text if extractor else None, layout)


def _read(path: Path) -> bytes:
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


def _first_line(source: str) -> str:
    shown = (plain(line.strip("\ufeff# \t")).strip("*_ ") for line in source.splitlines())
    return next((line[:_LONGEST] for line in shown if line), "")


def _title(found: Extracted) -> str:
    """The title in the metadata if the text contains it, for many name a template or a draft; else the first line."""
    said = _confirmed(found.title, found.text)
    return said if " " in said else _first_line(found.text) or found.title[:_LONGEST]


def _confirmed(said: str, text: str) -> str:
    """The metadata value `said`, shortened, if `text` contains it as whole words; else ""."""
    said = said[:_LONGEST]
    words = r"\s+".join(map(re.escape, plain(said).split()))
    return said if words and re.search(rf"(?<!\w){words}(?!\w)", plain(text), re.IGNORECASE) else ""


def _years(path: Path, found: Extracted) -> tuple[int, int]:
    """The years in the file name and title; else the year of the metadata if in the text; else the first in the text."""
    dated, written = _periods(found.date[:4])[:1], _periods(found.text)
    unnamed = (
        dated
        if set(dated) & {(year, year) for period in written for year in period}
        else written[:1] or dated
    )
    periods = _periods(f"{path.stem}\n{_title(found)}") or unnamed
    if not periods:
        raise CatalogueError(
            "shows no year", where=str(path), remedy="give the years it speaks for with --period"
        )
    return min(first for first, _ in periods), max(last for _, last in periods)


def _periods(text: str) -> list[tuple[int, int]]:
    """The first and last year of each period that `text` names, in order."""
    found = []
    for first, last in _YEARS.findall(text):
        begin, end = int(first), int(first[: 4 - len(last)] + last)
        whole = last and begin <= end and (len(last) == 4 or end - begin <= _MOST_YEARS)
        found.append((begin, end if whole else begin))
    return found
