"""The command line. Exit codes: 0 done, 1 not found or not valid, 2 wrong use or input, 3 nothing usable is built."""

import gc
import socket
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from corpus.catalogue import read_catalogue
from corpus.coverage import coverage
from corpus.errors import BaliError
from index.errors import GenerationError, ModelError
from index.generation import open_generation
from service.analyst_commands import feedback, precedents
from service.building import bring_up_to_date, bring_up_to_date_apart, open_mended
from service.curating import add, history, remove, replace
from service.operating_commands import audit, keys
from service.options import (
    Documents,
    Json,
    Leads,
    Question,
    Statuses,
    YearFrom,
    YearTo,
    filter_of,
    open_built,
    to_index,
    warn,
)
from service.settings import Settings
from service.terminal import err, out, print_coverage, print_interpretation, print_json, print_passage

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


@app.command()
def build(as_json: Json = False) -> None:
    """Build the index of the catalogued documents; nothing is done when it is up to date."""
    settings = Settings()
    catalogue = read_catalogue(settings.corpus)
    report = bring_up_to_date(settings, catalogue)
    if as_json:
        print_json(report)


@app.command()
def ask(
    question: Question,
    document: Documents = None,
    lead: Leads = None,
    status: Statuses = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the quotation that says so. Exit code 1 when the documents do not."""
    from service.answer import answer
    from service.schemas import ChatRequest, ChatResponse

    filter = filter_of(document, lead, status, year_from, year_to)
    request = ChatRequest.model_validate(
        {"messages": [{"role": "user", "content": question}], "filter": filter}
    )
    generation, encoder = open_built()
    given = answer(generation, encoder, request.turns(), to_index(request.filter, generation))
    if as_json:
        print_json(ChatResponse.of(given).model_dump())
    else:
        out.print(given.text, style="bold" if given.status != "not_found" else "yellow", markup=False)
        for citation in given.citations:
            print_passage(f"[{citation.marker}]", citation.passage, citation.quote)
    if given.status == "not_found":
        raise typer.Exit(1)


@app.command()
def search(
    query: Question,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="How many passages.")] = 5,
    document: Documents = None,
    lead: Leads = None,
    status: Statuses = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    as_json: Json = False,
) -> None:
    """Show the passages that answer best. Exit code 1 when there is none."""
    from index.search import search as find
    from service.search_schemas import SearchRequest, SearchResponse

    filter = filter_of(document, lead, status, year_from, year_to)
    request = SearchRequest.model_validate({"query": query, "top_k": top_k, "filter": filter})
    generation, encoder = open_built()
    found = find(generation, encoder, query, top_k, to_index(request.filter, generation))
    if as_json:
        print_json(SearchResponse.of(found).model_dump())
    else:
        print_interpretation(found.interpretation)
        for result in found.results:
            print_passage(f"{result.rank}.", result.passage, result.passage.text)
    if not found.results:
        err.print("No passage passes the filter.")
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (BALI_HOST).")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on (BALI_PORT).")] = None,
) -> None:
    """Run the service, after bringing the index up to date."""
    import uvicorn

    from service import heap, logs
    from service.access import check_binding
    from service.app import TASKS, create_app
    from service.listening import configuration
    from service.workers import Workers, worth_having

    given = {"host": host, "port": port}
    settings = Settings().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    check_binding(settings)
    _check_free(settings)
    bring_up_to_date_apart(settings, read_catalogue(settings.corpus))
    logs.configure()
    err.print(
        f"Serving on http://{settings.host}:{settings.port} — the interface is described at /openapi.json"
    )
    heap.share_one()
    application = create_app(settings, opening=lambda: (opened, workers))
    gc.freeze()  # what is there by now stays: it need not be looked through again and again
    opened = open_mended(settings)
    workers = Workers.forked(opened, TASKS, settings, worth_having(opened, settings))
    uvicorn.Server(configuration(application, settings)).run()


@app.command(name="mcp")
def serve_mcp() -> None:
    """Serve agents by MCP on standard input and output, from what is built."""
    from service.line import Line
    from service.mcp_tools import mcp_server
    from service.opened import Opened

    opened = Opened(Settings())
    warn(opened.pair[0])
    mcp_server(opened.latest, Line()).run("stdio")


@app.command()
def verify(
    citation: Annotated[
        Path | None,
        typer.Argument(help="A file with a citation as JSON, '-' for standard input; else the corpus."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a citation, or, without one, that passages and headings cover every character of the corpus."""
    if citation is None:
        _verify_corpus(as_json=as_json)
        return
    from service.schemas import Citation
    from service.verify import verdict

    data = sys.stdin.buffer.read() if str(citation) == "-" else _read(citation)
    claimed = Citation.model_validate_json(data)
    generation = open_generation(Settings().var)
    warn(generation)
    found = verdict(generation, claimed)
    if as_json:
        print_json(found.model_dump())
    elif found.valid:
        out.print(f"[green]valid[/] {escape(claimed.quote)}")
    else:
        out.print(f"[red]not valid[/]: {escape(found.reason)}")
    if not found.valid:
        raise typer.Exit(1)


@app.command(
    "eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False
)
def evaluate(context: typer.Context) -> None:
    """Score retrieval and answers on gold questions; `bali eval --help` lists what else it does."""
    from eval.cli import app as evaluation

    raise typer.Exit(evaluation(context.args, prog_name="bali eval", standalone_mode=False) or 0)


for command in (precedents, add, replace, remove, history):
    app.command()(command)
app.add_typer(feedback, name="feedback")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")


def _verify_corpus(*, as_json: bool) -> None:
    catalogue = read_catalogue(Settings().corpus)
    found = [coverage(document, catalogue.source(document)) for document in catalogue.documents]
    if as_json:
        print_json([report.to_json() for report in found])
    else:
        for report in found:
            print_coverage(report)
    if not all(report.complete for report in found):
        raise typer.Exit(1)


def _check_free(settings: Settings) -> None:
    """Raises `BadParameter` where the service cannot listen on its address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise typer.BadParameter(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another",
                param_hint="--port",
            ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error


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


if __name__ == "__main__":
    main()
