"""Options and exit codes that the commands share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corpus.errors import BaliError
from eval.systems.http import ServiceError
from index.errors import GenerationError, ModelError

GOLD = Path(__file__).parent / "gold"
RESULTS = Path(__file__).parent / "results"
DOCUMENTS = Path(__file__).parents[1] / "corpus" / "documents"
OUT = Path("var/eval")
LOST, BAD_INPUT, SERVICE_FAILED = 1, 2, 3
stdout, stderr = Console(), Console(stderr=True)
GoldFolder = Annotated[Path, typer.Option("--gold", help="The folder of questions.jsonl and the other sets.")]
DocumentsFolder = Annotated[Path, typer.Option("--documents", help="The folder of the source texts.")]
OutFolder = Annotated[
    Path, typer.Option("--out", help="Where results, run, latencies and report are written.")
]
VarFolder = Annotated[Path, typer.Option("--var", envvar="BALI_VAR", help="Where what is built lives.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns a typed error into one line and an exit code."""
    try:
        yield
    except (ServiceError, GenerationError, ModelError) as error:
        print_error(error)
        raise typer.Exit(SERVICE_FAILED) from error
    except BaliError as error:
        print_error(error)
        raise typer.Exit(BAD_INPUT) from error


def print_error(error: BaliError) -> None:
    """The error on standard error, on one line."""
    stderr.print(" ".join(str(error).split()), markup=False, highlight=False, soft_wrap=True)
