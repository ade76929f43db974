"""`bali precedents`."""

from typing import Annotated

import typer

from service.cli.options import Documents, Json, Leads, Statuses, YearFrom, YearTo, filter_of, open_built
from service.cli.output import err, out, print_json


def precedents(
    topic: Annotated[str | None, typer.Argument(help="A topic, in words.")] = None,
    passage: Annotated[str | None, typer.Option(help="The id of a passage, in the place of a topic.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="How many passages.")] = 20,
    document: Documents = None,
    lead: Leads = None,
    status: Statuses = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    as_json: Json = False,
) -> None:
    """Show what came before and after a topic or an item, both sides quoted. Exit code 1 when there is nothing."""
    from service.schemas.precedents import PrecedentsRequest
    from service.serving.tasks import precedents as find

    filter = filter_of(document, lead, status, year_from, year_to)
    request = PrecedentsRequest.model_validate(
        {"topic": topic, "passage": passage, "top_k": top_k, "filter": filter}
    )
    found = find(*open_built(), request)
    if as_json:
        print_json(found.model_dump())
    else:
        for group in found.documents:
            first, last = group.document.period
            out.print(f"\n{first}-{last} {group.document.title}", style="bold", markup=False)
            for one in group.passages:
                mark = f" ({one.certainty})" if one.certainty else ""
                out.print(f"  {one.rank}. {one.score:.2f}{mark} {one.passage.text}", markup=False)
        for two in found.comparisons:
            out.print(f"\n{two.earlier} → {two.later}", style="bold", markup=False)
            for name, labels in (("continued", two.continued), ("new", two.new), ("dropped", two.dropped)):
                for label in labels:
                    possibly = "possibly " if label.certainty == "possibly" else ""
                    out.print(f"  {possibly}{name}", style="cyan")
                    out.print(f"    earlier: “{label.earlier.quote}”", markup=False)
                    out.print(f"    later:   “{label.later.quote}”", markup=False)
    if not found.documents:
        err.print("No passage passes the filter.")
        raise typer.Exit(1)
