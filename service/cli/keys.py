"""`bali keys`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from service.cli.options import Json
from service.cli.output import err, out, print_json
from service.observability.audit_files import AuditError
from service.observability.audit_log import audit_of
from service.security import api_keys as store
from service.security.api_keys import Key, Scope
from service.settings import Settings

keys = typer.Typer(help="Access keys, for those who are not on this machine.", no_args_is_help=True)


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="Its owner or purpose.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            help="read: ask, search, read; write: feedback; admin: metrics. May be repeated. [default: read]"
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="How long it is valid; for good by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown only once, and kept as a hash."""
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
    """Show all keys, also revoked and expired ones."""
    found = store.read_keys(Settings().var)
    if as_json:
        print_json([_shown(key) for key in found])
        return
    for key in found:
        out.print(f"{key.id}  {_means(key)}  {key.name}", markup=False, highlight=False)
    if not found:
        err.print("There are no keys.")


@keys.command()
def revoke(
    id: Annotated[str, typer.Argument(help="The key's id, as `bali keys list` shows it.")],
    as_json: Json = False,
) -> None:
    """Revoke a key at once, in a running service too."""
    settings = Settings()
    key = store.revoke(settings.var, id)
    _record(settings, "key revoked", key)
    if as_json:
        print_json(_shown(key))
    else:
        err.print(f"Key {key.id} for {key.name} is revoked.", markup=False)


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
