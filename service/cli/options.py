"""What several commands take, and what they answer from."""

from typing import Annotated, Any

import typer

from index.encoders.base import Encoder
from index.generation import Index
from index.opening import open_index
from index.passages.filters import Filter as IndexFilter
from service.cli.output import err
from service.schemas.filters import Filter
from service.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Question = Annotated[str, typer.Argument(help="A question, or keywords.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", help="Only this document; may be repeated.")
]
Leads = Annotated[list[str] | None, typer.Option("--lead", help="Only action items led by this member.")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="Only action items of this status.")]
YearFrom = Annotated[int | None, typer.Option(help="Only documents that speak for this year or later.")]
YearTo = Annotated[int | None, typer.Option(help="Only documents that speak for this year or earlier.")]


def open_built() -> tuple[Index, Encoder]:
    """The generation in use and its encoder; raises `GenerationError`, `ModelError`."""
    settings = Settings()
    index, encoder = open_index(settings.var, settings.models)
    warn(index)
    return index, encoder


def warn(index: Index) -> None:
    """Say so where `generation` is not the one that was published last."""
    if index.instead_of:
        err.print(
            f"warning: {index.instead_of}; answering from generation {index.id}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def filter_of(
    document: list[str] | None,
    lead: list[str] | None,
    status: list[str] | None,
    year_from: int | None,
    year_to: int | None,
) -> dict[str, Any]:
    """The filter that options ask for, as HTTP takes it."""
    return {
        "document": document or [],
        "lead": lead or [],
        "status": status or [],
        "year_from": year_from,
        "year_to": year_to,
    }


def to_index(filter: Filter | None, index: Index) -> IndexFilter | None:
    """As the index takes it; raises `FilterError`."""
    return filter.to_index(index.documents) if filter else None
