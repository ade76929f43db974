"""`bali precedents`."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import FilterOptions, Json, open_current
from service.cli.output import err, out, print_json

if TYPE_CHECKING:  # the index takes long to import
    from service.schemas.precedents import Comparison, Group


def precedents(
    filter: FilterOptions,
    topic: Annotated[str | None, typer.Argument(help="A topic, in words.")] = None,
    passage: Annotated[str | None, typer.Option(help="The id of a passage, instead of a topic.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="How many passages.")] = 20,
    as_json: Json = False,
) -> None:
    """Show what came before and after a topic or an item, both sides quoted. Exit code 1 when there is nothing."""
    from service.schemas.precedents import PrecedentsRequest
    from service.serving.tasks import precedents as find

    request = PrecedentsRequest.model_validate(
        {"topic": topic, "passage": passage, "top_k": top_k, "filter": filter.given()}
    )
    found = find(*open_current(), request)
    if as_json:
        print_json(found.model_dump())
    else:
        for group in found.documents:
            _print_group(group)
        for comparison in found.comparisons:
            _print_comparison(comparison)
    if not found.documents:
        err.print("No results.")
        raise typer.Exit(1)


def _print_group(group: "Group") -> None:
    first, last = group.document.period
    out.print(f"\n{first}-{last} {group.document.title}", style="bold", markup=False)
    for related in group.passages:
        mark = f" ({related.certainty})" if related.certainty else ""
        out.print(f"  {related.rank}. {related.score:.2f}{mark} {related.passage.text}", markup=False)


def _print_comparison(comparison: "Comparison") -> None:
    from service.precedents import SAID

    out.print(f"\n{comparison.earlier} → {comparison.later}", style="bold", markup=False)
    for kind in ("continued", "new", "dropped"):
        for label in getattr(comparison, kind):
            out.print(f"  {'possibly ' if label.certainty == 'possibly' else ''}{SAID[kind]}", style="cyan")
            out.print(f"    earlier: “{label.earlier.quote}”", markup=False)
            out.print(f"    later:   “{label.later.quote}”", markup=False)
