"""`bali feedback`."""

import json

import typer

from index.generation import load_index
from service.cli.options import Json
from service.cli.output import err, print_json
from service.settings import Settings

feedback = typer.Typer(help="Feedback on answers.", no_args_is_help=True)


@feedback.command()
def export(as_json: Json = False) -> None:
    """Write candidate gold questions, one a line, to be checked before they join `eval/gold`."""
    from service.feedback import candidate, read

    settings = Settings()
    sources = load_index(settings.var).sources
    kept = read(settings.var)
    found = [(one, candidate(one, sources)) for one in kept]
    candidates = [line for _, line in found if line]
    unsettled = [one for one, line in found if not line]
    if as_json:
        said = [{"id": one.id, "at": one.at, **one.given.model_dump(mode="json")} for one in unsettled]
        print_json({"candidates": candidates, "unsettled": said})
    else:
        for line in candidates:
            print(json.dumps(line, ensure_ascii=False))
        err.print(
            f"{len(candidates)} candidates; {len(unsettled)} where the right answer is not known (--json shows them)"
        )
