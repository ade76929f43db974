"""`bali keys` and `bali audit`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from service import keys as store
from service.audit import AuditError, audit_of
from service.audit_verification import verify as verify_log
from service.keys import Key, Scope
from service.options import Json
from service.settings import Settings
from service.terminal import err, out, print_json

keys = typer.Typer(help="Keys of the service, for whoever is not on this machine.", no_args_is_help=True)
audit = typer.Typer(help="The log of what was answered.", no_args_is_help=True)


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose it is, or what for.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            help="read: ask, search, read; write: feedback; admin: metrics. May be repeated. [default: read]"
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="For how long it is valid; for good by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown this once, and kept only as a hash."""
    if not (1 <= len(name) <= 100 and name.isprintable()):
        raise typer.BadParameter("give a name of 1 to 100 characters", param_hint="NAME")
    settings = Settings()
    key, presented = store.add(
        settings.var, name, scope or [Scope.READ], timedelta(days=days) if days else None
    )
    try:
        _record(settings, "key added", key)
    except AuditError:
        store.revoke(settings.var, key.id)  # nobody has seen it
        raise
    if as_json:
        print_json(_shown(key) | {"key": presented})
    else:
        err.print(f"Key {key.id} for {key.name}: {_means(key)}. It is not shown again.", markup=False)
        print(presented)


@keys.command(name="list")
def list_keys(as_json: Json = False) -> None:
    """Show the keys there are, those that open nothing any more among them."""
    found = store.read_keys(Settings().var)
    if as_json:
        print_json([_shown(key) for key in found])
        return
    for key in found:
        out.print(f"{key.id}  {_means(key)}  {key.name}", markup=False, highlight=False)
    if not found:
        err.print("There is none.")


@keys.command()
def revoke(
    id: Annotated[str, typer.Argument(help="The key's id, as `bali keys list` shows it.")],
    as_json: Json = False,
) -> None:
    """Make a key open nothing from now on, in a running service too."""
    settings = Settings()
    key = store.revoke(settings.var, id)
    _record(settings, "key revoked", key)
    if as_json:
        print_json(_shown(key))
    else:
        err.print(f"Key {key.id} for {key.name} is revoked.", markup=False)


@audit.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A line noted before, NUMBER:SHA256: it must be in the log.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no line was changed, taken away, put in or moved. Exit code 1 when one was."""
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
        out.print(f"whole: lines {report.first} to {report.last} in {report.files} files")
        out.print(f"head {report.last}:{report.sha256}", soft_wrap=True, highlight=False)
    else:
        out.print(f"not whole: {report.problem}", markup=False, soft_wrap=True)
    if not report.whole:
        raise typer.Exit(1)


@audit.callback()
def _audit() -> None:
    """The log of what was answered."""


def _record(settings: Settings, event: str, key: Key) -> None:
    log = audit_of(settings)
    log.write({"event": event, "key": key.id, "name": key.name, "scopes": key.scopes, "expires": key.expires})
    log.close()


def _shown(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "created": key.created,
        "expires": key.expires,
        "revoked": key.revoked,
    }


def _means(key: Key) -> str:
    scopes = ", ".join(key.scopes)
    if invalid := key.invalid(datetime.now(UTC)):
        return f"{scopes} ({invalid})"
    return f"{scopes} until {key.expires}" if key.expires else scopes
