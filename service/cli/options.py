"""Options that several commands share, and the index that they answer from."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from index.encoders.base import Encoder
from index.generation import Index
from index.opening import open_index
from index.passages.filters import Filter as IndexFilter
from service.cli.output import print_warning
from service.schemas.filters import Filter
from service.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Question = Annotated[str, typer.Argument(help="A question, or keywords.")]


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """The options of a command that filters passages."""

    document: Annotated[
        list[str] | None, typer.Option("--document", help="Only this document; may be repeated.")
    ] = None
    lead: Annotated[
        list[str] | None, typer.Option("--lead", help="Only action items led by this member.")
    ] = None
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only action items of this status.")
    ] = None
    year_from: Annotated[
        int | None, typer.Option(help="Only documents that cover this year or later ones.")
    ] = None
    year_to: Annotated[
        int | None, typer.Option(help="Only documents that cover this year or earlier ones.")
    ] = None

    def given(self) -> dict[str, Any]:
        """The filter as HTTP takes it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """`command` for Typer, which has no groups of options: each field of a dataclass becomes an option."""
    parameters: list[Parameter] = []
    groups: dict[str, Any] = {}
    for parameter in signature(command, eval_str=True).parameters.values():
        if is_dataclass(parameter.annotation):
            groups[parameter.name] = parameter.annotation
            parameters += signature(groups[parameter.name], eval_str=True).parameters.values()
        else:
            parameters.append(parameter)

    @wraps(command)
    def flat(**options: Any) -> None:
        grouped = {
            name: group(**{field.name: options.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**options, **grouped)

    by_keyword = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in parameters]
    vars(flat)["__signature__"] = Signature(by_keyword)
    return flat


def open_current() -> tuple[Index, Encoder]:
    """The current index and its encoder; raises `GenerationError`, `ModelError`."""
    settings = Settings()
    index, encoder = open_index(settings.var, settings.models)
    warn_of_fallback(index)
    return index, encoder


def warn_of_fallback(index: Index) -> None:
    """Warns where the newest generation is damaged and an older one answers."""
    if index.instead_of:
        print_warning(f"{index.instead_of}; answering from generation {index.id}")


def to_index(filter: Filter | None, index: Index) -> IndexFilter | None:
    """The filter for `index`; raises `FilterError`."""
    return filter.to_index(index.documents) if filter else None
