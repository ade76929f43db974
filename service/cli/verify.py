"""`bali verify`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from corpus.catalogue import read_catalogue
from corpus.coverage import coverage
from index.generation import load_index
from service.cli.options import Json, warn_of_fallback
from service.cli.output import out, print_coverage, print_json
from service.settings import Settings


def verify(
    citation: Annotated[
        Path | None,
        typer.Argument(
            help="A file with a citation as JSON, '-' for standard input; by default the corpus is checked."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a citation; without one, that passages cover every character of the corpus."""
    if citation is None:
        _verify_corpus(as_json=as_json)
        return
    from service.documents.verification import verdict
    from service.schemas.citations import Citation

    data = sys.stdin.buffer.read() if str(citation) == "-" else _read(citation)
    claimed = Citation.model_validate_json(data)
    index = load_index(Settings().var)
    warn_of_fallback(index)
    found = verdict(index, claimed)
    if as_json:
        print_json(found.model_dump())
    elif found.valid:
        out.print(f"[green]valid[/] {escape(claimed.quote)}")
    else:
        out.print(f"[red]not valid[/]: {escape(found.reason)}")
    if not found.valid:
        raise typer.Exit(1)


def _verify_corpus(*, as_json: bool) -> None:
    catalogue = read_catalogue(Settings().corpus)
    found = [
        coverage(document, catalogue.source(document), catalogue.pieces(document))
        for document in catalogue.documents
    ]
    if as_json:
        print_json([report.to_json() for report in found])
    else:
        for report in found:
            print_coverage(report)
    if not all(report.complete for report in found):
        raise typer.Exit(1)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error
