"""`bali documents`, `confirm`, `replace`, `remove` and `history`: the corpus and its changes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from corpus import changes
from corpus.catalogue import read_catalogue
from corpus.errors import CatalogueError
from corpus.proposals import propose
from service.cli.add import (
    DocumentFields,
    Yes,
    confirmed,
    finish,
    may_ask,
    print_done,
    print_warnings,
    suffixes,
)
from service.cli.options import Json
from service.cli.output import err, out, print_json
from service.schemas.documents import CatalogueEntry
from service.settings import Settings

_KEPT = ("title", "issuer", "kind", "period", "series")  # of the edition before
Id = Annotated[str, typer.Argument(help="The id of a document.")]


def documents(as_json: Json = False) -> None:
    """List the documents of the corpus, and what is to be confirmed of each."""
    found = [CatalogueEntry.of(document) for document in read_catalogue(Settings().corpus).documents]
    if as_json:
        print_json([one.model_dump() for one in found])
        return
    table = Table("Id", "Title", "Issuer", "Kind", "Years", "Series", "To be confirmed", box=None)
    for one in found:
        first, last = one.period
        years = str(first) if first == last else f"{first}-{last}"
        table.add_row(
            one.id, one.title, one.issuer, one.kind, years, one.series or "", ", ".join(one.confirm)
        )
    out.print(table)


def confirm(id: Id, fields: DocumentFields, as_json: Json = False) -> None:
    """Confirm what a document is; fields that are given are corrected."""
    settings = Settings()
    catalogue = changes.describe(settings.corpus, id, fields.given())
    (document,) = (one for one in catalogue.documents if one.id == id)
    print_done("Confirmed", document)
    finish(settings, catalogue, [{"document": CatalogueEntry.of(document).model_dump()}], as_json=as_json)


def replace(
    id: Id,
    file: Annotated[Path, typer.Argument(help=f"The new edition: {suffixes()}.")],
    fields: DocumentFields,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Replace a document by another edition; the old one is kept in the history."""
    settings = Settings()
    old = next((one for one in read_catalogue(settings.corpus).documents if one.id == id), None)
    kept = {name: getattr(old, name) for name in _KEPT if old and name not in old.confirm}
    proposal = propose(file, id=id, ocr_languages=settings.ocr_languages, **{**kept, **fields.given()})
    proposal = confirmed(proposal, ask=may_ask(yes, as_json))
    catalogue = changes.replace_document(settings.corpus, id, proposal)
    print_done("Replaced", proposal.document)
    print_warnings(file, proposal)
    done = [{"file": str(file), "document": CatalogueEntry.of(proposal.document).model_dump()}]
    finish(settings, catalogue, done, as_json=as_json)


def remove(id: Id, as_json: Json = False) -> None:
    """Remove a document from the corpus; it is kept in the history."""
    settings = Settings()
    if [document.id for document in read_catalogue(settings.corpus).documents] == [id]:
        raise CatalogueError("is the only document", where=id, remedy="add another one first")
    catalogue = changes.remove(settings.corpus, id)
    err.print(f"Removed {id}", markup=False)
    finish(settings, catalogue, [], as_json=as_json)


def history(as_json: Json = False) -> None:
    """Show what was added, replaced and removed, and when."""
    found = changes.history(Settings().corpus)
    if as_json:
        print_json(found)
        return
    for change in found:
        said = f"{change['time']} {change['action']:8} {change['id']} “{change['title']}” {change['sha256'][:12]}"
        out.print(said, markup=False, soft_wrap=True)
