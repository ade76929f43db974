"""The command line. Exit codes: 0 done, 1 not found or not valid, 2 wrong use or input, 3 nothing usable is built."""

from importlib.metadata import version as version_of
from typing import Annotated

import typer
from pydantic import ValidationError

from corpus.errors import BaliError
from index.errors import GenerationError, ModelError
from service.cli.ask import ask, search
from service.cli.audit import audit
from service.cli.build import build
from service.cli.corpus import add, history, remove, replace
from service.cli.feedback import feedback
from service.cli.keys import keys
from service.cli.output import err, out
from service.cli.precedents import precedents
from service.cli.serve import mcp, serve
from service.cli.verify import verify

app = typer.Typer(no_args_is_help=True)


def _version(asked: bool) -> None:
    if asked:
        out.print(f"bali {version_of('bali')}", highlight=False)
        raise typer.Exit


@app.callback()
def bali(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Answers from the documents of the Bali Process, quoted to the character."""


@app.command(
    "eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def evaluate(context: typer.Context) -> None:
    """Score retrieval and answers on gold questions; `bali eval --help` lists what else it does."""
    from eval.cli import app as evaluation

    raise typer.Exit(evaluation(context.args, prog_name="bali eval", standalone_mode=False) or 0)


for command in (build, ask, search, precedents, serve, mcp, add, replace, remove, history, verify):
    app.command()(command)
app.add_typer(feedback, name="feedback")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")


def _wrong_use(error: typer.TyperException) -> None:
    said, context = error.format_message(), getattr(error, "ctx", None)
    if "\n" in said:  # a command without arguments gives its help
        err.print(said, markup=False, soft_wrap=True)
    else:
        path = context.command_path if context else "bali"
        err.print(
            f"bali: {said.rstrip('.')} — see `{path} --help`", style="red", markup=False, soft_wrap=True
        )


def main() -> None:
    """Run the program; errors raised on purpose become one line and an exit code."""
    try:
        raise SystemExit(app(prog_name="bali", standalone_mode=False) or 0)
    except typer.TyperException as error:
        _wrong_use(error)
        raise SystemExit(2) from None
    except typer.Abort:
        err.print("bali: stopped")
        raise SystemExit(1) from None
    except (GenerationError, ModelError) as error:
        err.print(f"bali: {error}", style="red", markup=False, soft_wrap=True)
        raise SystemExit(3) from None
    except BaliError as error:
        err.print(f"bali: {error}", style="red", markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    except OSError as error:
        err.print(
            f"bali: {error.filename}: {error.strerror} — check BALI_VAR and BALI_CORPUS",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise SystemExit(2) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "input"
        err.print(
            f"bali: {field}: {first['msg'].removeprefix('Value error, ')}",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise SystemExit(2) from None
