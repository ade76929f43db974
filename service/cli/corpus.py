"""`bali add`, `replace`, `remove` and `history`: changes of the corpus."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus import changes
from corpus.catalogue import Catalogue, read_catalogue
from corpus.errors import BaliError, CatalogueError
from corpus.proposals import SUFFIXES, Proposal, propose
from corpus.types import Document
from service.cli.build import update_index
from service.cli.options import Json
from service.cli.output import err, out, print_error, print_json
from service.schemas.documents import Document as DocumentRecord
from service.settings import Settings

_SUFFIXES = ", ".join(suffix[1:] for suffix in SUFFIXES)
_FIELDS = ("title", "issuer", "kind", "period")
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Take what is proposed without asking, as --json does.")
]
Id = Annotated[str, typer.Argument(help="The id of a document.")]


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """The options that describe a document; the file says what is not given."""

    title: Annotated[str | None, typer.Option(help="Its title; by default from the file.")] = None
    issuer: Annotated[str | None, typer.Option(help="Its issuer; by default from the file.")] = None
    kind: Annotated[str | None, typer.Option(help="Its kind: work plan, report, statement…")] = None
    period: Annotated[
        str | None, typer.Option(help="The years it covers, 2024 or 2024-2026; by default those it names.")
    ] = None

    def given(self) -> dict[str, Any]:
        """The fields that were given, as `propose` takes them."""
        fields = asdict(self) | {"period": _period(self.period)}
        return {name: value for name, value in fields.items() if value}


def add(
    files: Annotated[list[Path], typer.Argument(help=f"Files: {_SUFFIXES}.", show_default=False)],
    fields: DocumentFields,
    id: Annotated[str | None, typer.Option(help="Its id; the file's stem by default.")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Catalogue documents and bring the index up to date; a file that cannot be read does not stop the others."""
    if len(files) > 1 and (id or fields.title):
        raise typer.BadParameter("is for one file only", param_hint="--id" if id else "--title")
    settings, given = Settings(), fields.given()
    catalogue = read_catalogue(settings.corpus)
    done: list[dict[str, Any]] = []
    for file in files:
        try:
            proposal = propose(file, id=id, **given)
            proposal, asked = _confirmed(proposal, ask=_may_ask(yes, as_json))
            catalogue = changes.add(settings.corpus, proposal)
        except BaliError as error:
            print_error(error)
            done.append({"file": str(file), "error": str(error)})
        else:
            _print_done("Added", proposal.document, asked=asked)
            done.append({"file": str(file), "document": DocumentRecord.of(proposal.document).model_dump()})
    _finish(settings, catalogue, done, as_json=as_json)


def replace(
    id: Id,
    file: Annotated[Path, typer.Argument(help=f"The new edition: {_SUFFIXES}.")],
    fields: DocumentFields,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Replace a document by another edition; the old one is kept in the history."""
    settings = Settings()
    old = next((one for one in read_catalogue(settings.corpus).documents if one.id == id), None)
    kept = {name: getattr(old, name) for name in _FIELDS} if old else {}
    proposal = propose(file, id=id, **{**kept, **fields.given()})
    proposal, asked = _confirmed(proposal, ask=_may_ask(yes, as_json))
    catalogue = changes.replace_document(settings.corpus, id, proposal)
    _print_done("Replaced", proposal.document, asked=asked)
    done = [{"file": str(file), "document": DocumentRecord.of(proposal.document).model_dump()}]
    _finish(settings, catalogue, done, as_json=as_json)


def remove(id: Id, as_json: Json = False) -> None:
    """Remove a document from the corpus; it is kept in the history."""
    settings = Settings()
    if [document.id for document in read_catalogue(settings.corpus).documents] == [id]:
        raise CatalogueError("is the only document", where=id, remedy="add another one first")
    catalogue = changes.remove(settings.corpus, id)
    err.print(f"Removed {id}", markup=False)
    _finish(settings, catalogue, [], as_json=as_json)


def history(as_json: Json = False) -> None:
    """Show what was added, replaced and removed, and when."""
    found = changes.history(Settings().corpus)
    if as_json:
        print_json(found)
        return
    for change in found:
        said = f"{change['time']} {change['action']:8} {change['id']} “{change['title']}” {change['sha256'][:12]}"
        out.print(said, markup=False, soft_wrap=True)


def _may_ask(yes: bool, as_json: bool) -> bool:
    return not yes and not as_json and sys.stdin.isatty()


def _confirmed(proposal: Proposal, *, ask: bool) -> tuple[Proposal, bool]:
    """The proposal after asking for each field, and whether anyone was asked."""
    if not ask:
        return proposal, False
    document = proposal.document
    first, last = document.period
    err.print(f"{proposal.path}: press return to take what is proposed.", markup=False, soft_wrap=True)
    title = typer.prompt("Title", default=document.title, err=True)
    issuer = typer.prompt("Issuer", default=document.issuer, err=True)
    kind = typer.prompt("Kind", default=document.kind, err=True)
    period = _period(typer.prompt("Years", default=f"{first}-{last}", err=True))
    return proposal.named(title=title, issuer=issuer, kind=kind, period=period), True


def _print_done(done: str, document: Document, *, asked: bool) -> None:
    first, last = document.period
    how = "" if asked else " (as proposed)"
    about = f"“{document.title}”, {document.issuer}, {document.kind}, {first}-{last}"
    err.print(f"{done} {document.id}: {about}{how}", markup=False, soft_wrap=True)


def _finish(settings: Settings, catalogue: Catalogue, done: list[dict[str, Any]], *, as_json: bool) -> None:
    """Updates the index; exit code 2 if a file was refused."""
    refused = [one for one in done if "error" in one]
    report = update_index(settings, catalogue) if len(refused) < len(done) or not done else {}
    if as_json:
        print_json({**report, "files": done})
    if refused:
        raise typer.Exit(2)


def _period(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    years = [part.strip() for part in text.split("-")]
    if not (1 <= len(years) <= 2 and all(year.isdigit() and len(year) == 4 for year in years)):
        raise typer.BadParameter(
            f"{text!r} is not a year or a range of years such as 2024-2026", param_hint="--period"
        )
    return int(years[0]), int(years[-1])
