"""The command line. Exit codes: 0 done, 1 not found or not valid, 2 wrong use or input, 3 no usable index."""

from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from corpus.errors import BaliError
from index.errors import GenerationError, ModelError
from service.cli.add import add
from service.cli.ask import ask, search
from service.cli.audit import audit
from service.cli.build import build
from service.cli.corpus import confirm, documents, history, remove, replace
from service.cli.feedback import feedback
from service.cli.keys import keys
from service.cli.options import with_groups
from service.cli.output import out, print_error
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
    """Answers from the documents of the Bali Process, quoted word for word."""


@app.command(
    "eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def evaluate(context: typer.Context) -> None:
    """Score retrieval and answers on gold questions; `bali eval --help` lists its other commands."""
    from eval.cli import app as evaluation

    raise typer.Exit(evaluation(context.args, prog_name="bali eval", standalone_mode=False) or 0)


for command in (
    build,
    ask,
    search,
    precedents,
    serve,
    mcp,
    add,
    documents,
    confirm,
    replace,
    remove,
    history,
    verify,
):
    app.command()(with_groups(command))
app.add_typer(feedback, name="feedback")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")


def _file_problem(error: OSError) -> str:
    return f"{error.filename}: {error.strerror} — check BALI_VAR and BALI_CORPUS"


def _invalid_field(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "input"
    return f"{field}: {first['msg'].removeprefix('Value error, ')}"


def _wrong_use(error: typer.TyperException) -> str:
    """What is wrong, and where the help is; "" of a command without arguments, which has printed its help."""
    message, context = error.format_message().rstrip("."), getattr(error, "ctx", None)
    return message and f"{message} — see `{context.command_path if context else 'bali'} --help`"


# Each expected error, its exit code and its message; the first row that fits counts.
_ERRORS: tuple[tuple[type[Exception], int, Callable[[Any], str]], ...] = (
    (typer.TyperException, 2, _wrong_use),
    (typer.Abort, 1, lambda _: "stopped"),
    (GenerationError, 3, str),
    (ModelError, 3, str),
    (BaliError, 2, str),
    (OSError, 2, _file_problem),
    (ValidationError, 2, _invalid_field),
)


def main() -> None:
    """Run the program; an expected error becomes one line and an exit code."""
    try:
        raise SystemExit(app(prog_name="bali", standalone_mode=False) or 0)
    except tuple(kind for kind, _, _ in _ERRORS) as error:
        code, describe = next(row[1:] for row in _ERRORS if isinstance(error, row[0]))
        if message := describe(error):
            print_error(message)
        raise SystemExit(code) from None
