"""The commands that change the corpus: add, replace, remove, and the record of it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from corpus import changes as keeping
from corpus.catalogue import Catalogue, read_catalogue
from corpus.errors import BaliError, CatalogueError
from corpus.proposals import SUFFIXES, Proposal, propose
from corpus.types import Document
from service.cli.build import bring_up_to_date
from service.cli.output import err, out, print_json
from service.settings import Settings

_KINDS = ", ".join(suffix[1:] for suffix in SUFFIXES)
Title = Annotated[str | None, typer.Option(help="Its title; else as the file says.")]
Issuer = Annotated[str | None, typer.Option(help="Who issued it; else as the file says.")]
Kind = Annotated[str | None, typer.Option(help="What it is: work plan, report, statement…")]
Period = Annotated[
    str | None, typer.Option(help="The years it speaks for, 2024 or 2024-2026; else those it names.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Take what is proposed without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text, and ask nothing.")]
Id = Annotated[str, typer.Argument(help="The id of a document.")]


def add(
    files: Annotated[list[Path], typer.Argument(help=f"Files: {_KINDS}.", show_default=False)],
    id: Annotated[str | None, typer.Option(help="Its id; the file's stem by default.")] = None,
    title: Title = None,
    issuer: Issuer = None,
    kind: Kind = None,
    period: Period = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Catalogue documents and bring the index up to date; a file that cannot be read does not stop the others."""
    if len(files) > 1 and (id or title):
        raise typer.BadParameter("holds for one file only", param_hint="--id" if id else "--title")
    settings, years = Settings(), _period(period)
    catalogue = read_catalogue(settings.corpus)
    done: list[dict[str, Any]] = []
    for file in files:
        try:
            proposal = propose(file, id=id, title=title, issuer=issuer, kind=kind, period=years)
            proposal, asked = _confirmed(proposal, ask=_may_ask(yes, as_json))
            catalogue = keeping.add(settings.corpus, proposal)
        except BaliError as error:
            err.print(f"bali: {error}", style="red", markup=False, soft_wrap=True)
            done.append({"file": str(file), "error": str(error)})
        else:
            _say("Added", proposal.document, asked=asked)
            done.append({"file": str(file), "document": _record(proposal.document)})
    _finish(settings, catalogue, done, as_json=as_json)


def replace(
    id: Id,
    file: Annotated[Path, typer.Argument(help=f"The file that takes its place: {_KINDS}.")],
    title: Title = None,
    issuer: Issuer = None,
    kind: Kind = None,
    period: Period = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put another edition in the place of a document; the old one is kept in the history."""
    settings = Settings()
    old = {document.id: document for document in read_catalogue(settings.corpus).documents}.get(id)
    proposal = propose(
        file,
        id=id,
        title=title or (old.title if old else None),
        issuer=issuer or (old.issuer if old else None),
        kind=kind or (old.kind if old else None),
        period=_period(period) or (old.period if old else None),
    )
    proposal, asked = _confirmed(proposal, ask=_may_ask(yes, as_json))
    catalogue = keeping.replace_document(settings.corpus, id, proposal)
    _say("Replaced", proposal.document, asked=asked)
    done = [{"file": str(file), "document": _record(proposal.document)}]
    _finish(settings, catalogue, done, as_json=as_json)


def remove(id: Id, as_json: Json = False) -> None:
    """Take a document out of the corpus; it is kept in the history."""
    settings = Settings()
    if [document.id for document in read_catalogue(settings.corpus).documents] == [id]:
        raise CatalogueError("is the only document", where=id, remedy="add another one first")
    catalogue = keeping.remove(settings.corpus, id)
    err.print(f"Removed {id}", markup=False)
    _finish(settings, catalogue, [], as_json=as_json)


def history(as_json: Json = False) -> None:
    """Show what was added, replaced and removed, and when."""
    changes = keeping.history(Settings().corpus)
    if as_json:
        print_json(changes)
        return
    for change in changes:
        said = f"{change['time']} {change['action']:8} {change['id']} “{change['title']}” {change['sha256'][:12]}"
        out.print(said, markup=False, soft_wrap=True)


def _may_ask(yes: bool, as_json: bool) -> bool:
    return not yes and not as_json and sys.stdin.isatty()


def _confirmed(proposal: Proposal, *, ask: bool) -> tuple[Proposal, bool]:
    """The proposal as whoever adds it wants it, each field asked for with what is proposed as the default."""
    if not ask:
        return proposal, False
    document = proposal.document
    first, last = document.period
    err.print(f"{proposal.path}: return takes what is proposed.", markup=False, soft_wrap=True)
    title = typer.prompt("Title", default=document.title, err=True)
    issuer = typer.prompt("Issuer", default=document.issuer, err=True)
    kind = typer.prompt("Kind", default=document.kind, err=True)
    period = _period(typer.prompt("Years", default=f"{first}-{last}", err=True))
    return proposal.named(title=title, issuer=issuer, kind=kind, period=period), True


def _say(done: str, document: Document, *, asked: bool) -> None:
    first, last = document.period
    how = "" if asked else " (as proposed)"
    said = (
        f"{done} {document.id}: “{document.title}”, {document.issuer}, {document.kind}, {first}-{last}{how}"
    )
    err.print(escape(said), soft_wrap=True)


def _record(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "issuer": document.issuer,
        "kind": document.kind,
        "period": list(document.period),
        "sha256": document.sha256,
    }


def _finish(settings: Settings, catalogue: Catalogue, done: list[dict[str, Any]], *, as_json: bool) -> None:
    """Bring the index up to date, and end with exit code 2 where a file was refused."""
    refused = [one for one in done if "error" in one]
    report = bring_up_to_date(settings, catalogue) if len(refused) < len(done) or not done else {}
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
            f"{text!r} is no year or range of years such as 2024-2026", param_hint="--period"
        )
    return int(years[0]), int(years[-1])
