"""`bali add`: documents are read side by side, added one by one, and published together."""

import hashlib
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from corpus import changes
from corpus.catalogue import Catalogue, read_catalogue
from corpus.errors import BaliError
from corpus.identity.ids import another_id
from corpus.proposals import SUFFIXES, Proposal, propose, read_file
from corpus.types import Document
from service.cli.build import update_index
from service.cli.options import Json
from service.cli.output import err, print_error, print_json, print_warning
from service.schemas.documents import CatalogueEntry
from service.settings import Settings

_STOPPED = 130  # exit code after an interruption, as shells have it
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help="Take what is proposed without asking, as --json does; it is to be confirmed."
    ),
]


def suffixes() -> str:
    """The kinds of files that are read, for help."""
    return ", ".join(suffix[1:] for suffix in SUFFIXES)


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """The options that describe a document; the file says what is not given."""

    title: Annotated[str | None, typer.Option(help="Its title; by default from the file.")] = None
    issuer: Annotated[str | None, typer.Option(help="Its issuer; by default from the file.")] = None
    kind: Annotated[str | None, typer.Option(help="Its kind: work plan, report, statement…")] = None
    period: Annotated[
        str | None, typer.Option(help="The years it covers, 2024 or 2024-2026; by default those it names.")
    ] = None
    series: Annotated[
        str | None, typer.Option(help="What it has in common with the editions of other years.")
    ] = None
    date: Annotated[str | None, typer.Option(help="When it came out: 2031-03-24, 2031-03 or 2031.")] = None

    def given(self) -> dict[str, Any]:
        """The fields that were given, as `propose` takes them."""
        fields = asdict(self) | {"period": _period(self.period)}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class _File:
    """A file to add; one that was found in a folder gets another id where its own is taken."""

    path: Path
    id: str | None
    inside: str | None = None  # its path below the folder


def add(
    files: Annotated[
        list[Path], typer.Argument(help=f"Files ({suffixes()}), or folders of such.", show_default=False)
    ],
    fields: DocumentFields,
    id: Annotated[str | None, typer.Option(help="Its id; the file's stem by default.")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Catalogue documents and bring the index up to date; a file that cannot be read does not stop the others."""
    found = list(_expanded(files, id))
    if len(found) > 1 and (id or fields.title):
        raise typer.BadParameter("is for one file only", param_hint="--id" if id else "--title")
    settings = Settings()
    batch = _Batch(
        settings.corpus,
        settings.ocr_languages,
        read_catalogue(settings.corpus),
        [],
        ask=may_ask(yes, as_json),
    )
    try:
        batch.add(found, fields.given())
    except KeyboardInterrupt:
        print_warning("stopped: what was added stays; run the same again to go on")
        raise typer.Exit(_STOPPED) from None
    batch.print_unsure()
    finish(settings, batch.catalogue, batch.done, as_json=as_json)


@dataclass(slots=True)
class _Batch:
    """Files that are added together: `done` reports on each."""

    folder: Path
    ocr_languages: str
    catalogue: Catalogue
    done: list[dict[str, Any]]
    ask: bool

    def add(self, files: list[_File], given: dict[str, Any]) -> None:
        """Reads the files side by side, and adds each in turn: what was added stays if the rest is stopped."""
        columns = (TextColumn("Reading documents"), BarColumn(), MofNCompleteColumn())
        hidden = self.ask or len(files) == 1
        with Progress(*columns, console=err, transient=True, disable=hidden) as progress:
            task = progress.add_task("", total=len(files))
            for file, reading in _read(files, partial(self._propose, given=given)):
                try:
                    self._take(file, reading.result())
                except BaliError as error:
                    print_error(error)
                    self.done.append({"file": str(file.path), "error": str(error)})
                progress.advance(task)

    def print_unsure(self) -> None:
        """What of several documents is to be confirmed, as a table."""
        table = Table("Document", "To be confirmed", "Proposed", "From", box=None)
        for one in self.done:
            for name, claim in one.get("unsure", {}).items():
                table.add_row(one["document"]["id"], name, claim["value"], claim["evidence"])
        if table.row_count and len(self.done) > 1:
            err.print(table)

    def _propose(self, file: _File, given: dict[str, Any]) -> Proposal | str:
        """What a file is; the id of the document that has the same bytes, if there is one."""
        data = read_file(file.path)
        return self._known(data) or propose(
            file.path, data=data, id=file.id, ocr_languages=self.ocr_languages, **given
        )

    def _known(self, data: bytes) -> str | None:
        sha256 = hashlib.sha256(data).hexdigest()
        return next((known.id for known in self.catalogue.documents if known.sha256 == sha256), None)

    def _take(self, file: _File, read: Proposal | str) -> None:
        known = read if isinstance(read, str) else self._known(read.data)
        if known or isinstance(read, str):
            err.print(f"Skipped {file.path}: it is there as {known}", markup=False, soft_wrap=True)
            self.done.append({"file": str(file.path), "skipped": known})
            return
        proposal = confirmed(self._with_free_id(file, read), ask=self.ask)
        self.catalogue = changes.add(self.folder, proposal)
        print_done("Added", proposal.document)
        print_warnings(file.path, proposal)
        self.done.append(_report(proposal))

    def _with_free_id(self, file: _File, proposal: Proposal) -> Proposal:
        """The proposal, under another id if another file of that name is there and this one was not named itself."""
        id = proposal.document.id
        if file.id or not any(known.id == id for known in self.catalogue.documents):
            return proposal
        if file.inside is None and file.path.stem.isascii():
            return proposal  # another edition, perhaps: whoever adds it decides
        return proposal.under(another_id(id, file.inside or file.path.name))


def _expanded(paths: Iterable[Path], id: str | None) -> Iterator[_File]:
    """The files, those of a folder in the order of their names; hidden and other files in it are left out."""
    for path in paths:
        if not path.is_dir():
            yield _File(path, id)
            continue
        for file in sorted(path.rglob("*")):
            inside = file.relative_to(path)
            hidden = any(part.startswith((".", "~$")) for part in inside.parts)
            if file.suffix.lower() in SUFFIXES and not hidden and file.is_file():
                yield _File(file, id, inside.as_posix())


def _read(
    files: Iterable[_File], read: "partial[Proposal | str]"
) -> Iterator[tuple[_File, "Future[Proposal | str]"]]:
    """Each file with what was read of it, in order; a child process for each core, and few that wait."""
    workers = len(os.sched_getaffinity(0))
    waiting: deque[tuple[_File, Future[Proposal | str]]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for file in files:
            waiting.append((file, pool.submit(read, file)))
            if len(waiting) > workers:
                yield waiting.popleft()
        yield from waiting
    finally:
        pool.shutdown(cancel_futures=True)


def may_ask(yes: bool, as_json: bool) -> bool:
    """Whether someone is there to be asked."""
    return not yes and not as_json and sys.stdin.isatty()


def confirmed(proposal: Proposal, *, ask: bool) -> Proposal:
    """The proposal after asking for each field that is unsure."""
    document = proposal.document
    if not ask or not document.confirm:
        return proposal
    err.print(f"{proposal.path}: “{document.title}”", markup=False, soft_wrap=True)
    err.print("Press return to take what is proposed.")
    said: dict[str, Any] = {}
    for name in document.confirm:
        shown = _shown(getattr(document, name))
        answer = typer.prompt(
            f"{name.capitalize()} (from {getattr(proposal.identity, name).evidence})", default=shown, err=True
        )
        said[name] = _period(answer) if name == "period" else answer
    return proposal.named(**said)


def print_done(done: str, document: Document) -> None:
    """What a document was taken to be."""
    about = f"“{document.title}”, {document.issuer}, {document.kind}, {_shown(document.period)}"
    unsure = f" (to be confirmed: {', '.join(document.confirm)})" if document.confirm else ""
    err.print(f"{done} {document.id}: {about}{unsure}", markup=False, soft_wrap=True)


def print_warnings(file: Path, proposal: Proposal) -> None:
    """What was not read of a file, or may be read wrong."""
    for warning in proposal.warnings:
        print_warning(f"{file}: {warning}")


def finish(settings: Settings, catalogue: Catalogue, done: list[dict[str, Any]], *, as_json: bool) -> None:
    """Updates the index, once for all files; exit code 2 if one was refused."""
    refused = [one for one in done if "error" in one]
    report = update_index(settings, catalogue) if len(refused) < len(done) or not done else {}
    if as_json:
        print_json({**report, "files": done})
    if refused:
        raise typer.Exit(2)


def _report(proposal: Proposal) -> dict[str, Any]:
    document = proposal.document
    unsure = {
        name: {
            "value": _shown(getattr(document, name)),
            "evidence": getattr(proposal.identity, name).evidence,
        }
        for name in document.confirm
    }
    return {
        "file": str(proposal.path),
        "document": CatalogueEntry.of(document).model_dump(),
        "unsure": unsure,
        "warnings": list(proposal.warnings),
    }


def _shown(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _period(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    years = [part.strip() for part in text.split("-")]
    if not (1 <= len(years) <= 2 and all(year.isdigit() and len(year) == 4 for year in years)):
        raise typer.BadParameter(
            f"{text!r} is not a year or a range of years such as 2024-2026", param_hint="--period"
        )
    return int(years[0]), int(years[-1])
