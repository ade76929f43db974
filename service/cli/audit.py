"""`bali audit`."""

import re
from typing import Annotated

import typer

from service.cli.options import Json
from service.cli.output import err, out, print_json
from service.observability.audit_verification import verify as verify_log
from service.settings import Settings

audit = typer.Typer(help="The audit log of what was answered.", no_args_is_help=True)


@audit.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="An earlier line, NUMBER:SHA256, that must be in the log.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no line was changed, removed, added or moved. Exit code 1 when one was."""
    if head is not None and not re.fullmatch(r"\d{1,15}:[0-9a-f]{64}", head):
        raise typer.BadParameter(f"{head!r} is not NUMBER:SHA256", param_hint="--head")
    number, _, sha256 = (head or "").partition(":")
    report = verify_log(Settings().var, (int(number), sha256) if head else None)
    if as_json:
        print_json(
            {
                "whole": report.whole,
                "files": report.files,
                "first": report.first,
                "last": report.last,
                "head": f"{report.last}:{report.sha256}",
                "problem": report.problem,
            }
        )
    elif report.whole and not report.files:
        err.print("There is no log yet.")
    elif report.whole:
        out.print(f"intact: lines {report.first} to {report.last} in {report.files} files")
        out.print(f"head {report.last}:{report.sha256}", soft_wrap=True, highlight=False)
    else:
        out.print(f"not intact: {report.problem}", markup=False, soft_wrap=True)
    if not report.whole:
        raise typer.Exit(1)
