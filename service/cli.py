"""The command line. Exit codes: 0 done, 1 not found or not valid, 2 wrong use or input, 3 nothing usable is built."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.catalogue import Catalogue, read_catalogue
from corpus.coverage import coverage
from corpus.errors import BaliError
from index.encoder import Encoder
from index.errors import GenerationError, ModelError
from index.filters import Filter as IndexFilter
from index.generation import Generation, open_generation
from index.opening import encoder_to_build_with, open_index
from service import curating
from service.schemas import Filter
from service.settings import Settings
from service.terminal import err, out, print_coverage, print_interpretation, print_json, print_passage

app = typer.Typer(
    help="Answers from the documents of the Bali Process, quoted to the character.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Question = Annotated[str, typer.Argument(help="A question, or keywords.")]
Documents = Annotated[
    list[str] | None, typer.Option("--document", help="Only this document; may be repeated.")
]
Leads = Annotated[list[str] | None, typer.Option("--lead", help="Only action items led by this member.")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="Only action items of this status.")]
YearFrom = Annotated[int | None, typer.Option(help="Only documents that speak for this year or later.")]
YearTo = Annotated[int | None, typer.Option(help="Only documents that speak for this year or earlier.")]


@app.command()
def build(as_json: Json = False) -> None:
    """Build the index of the catalogued documents; nothing is done when it is up to date."""
    settings = Settings()
    catalogue = read_catalogue(settings.corpus)
    report = _build(settings, catalogue)
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

    filter = _filter(document, lead, status, year_from, year_to)
    request = ChatRequest.model_validate(
        {"messages": [{"role": "user", "content": question}], "filter": filter}
    )
    generation, encoder = _open()
    given = answer(generation, encoder, request.turns(), _to_index(request.filter, generation))
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

    filter = _filter(document, lead, status, year_from, year_to)
    request = SearchRequest.model_validate({"query": query, "top_k": top_k, "filter": filter})
    generation, encoder = _open()
    found = find(generation, encoder, query, top_k, _to_index(request.filter, generation))
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

    from service.app import create_app

    given = {"host": host, "port": port}
    settings = Settings().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    _build(settings, read_catalogue(settings.corpus))
    err.print(f"Serving on http://{settings.host}:{settings.port} — the interface is described at /docs")
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="warning")


@app.command(name="mcp")
def serve_mcp() -> None:
    """Serve agents by MCP on standard input and output, from what is built."""
    from service.mcp_tools import mcp_server

    opened = _open()
    mcp_server(lambda: opened).run("stdio")


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
    found = verdict(open_generation(Settings().var), claimed)
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

    evaluation(context.args, prog_name="bali eval")


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


def _build(settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    """Bring the index up to date; what was done."""
    from index.build import build as build_generation
    from index.build import is_current

    if is_current(settings.var, catalogue, settings.models.sha256()):
        report: dict[str, Any] = {"generation": open_generation(settings.var).id, "embedded": 0}
        err.print("The index is up to date.")
    else:
        err.print("Loading the model…")
        columns = (TextColumn("Embedding passages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with TemporaryDirectory() as scratch, Progress(*columns, console=err, transient=True) as progress:
            encoder, unexported = encoder_to_build_with(settings.var, settings.models, Path(scratch))
            task = progress.add_task("", total=None)
            built = build_generation(
                settings.var,
                catalogue,
                encoder,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        err.print(
            f"Built {built.passages} passages of {built.documents} documents, {built.embedded} newly embedded."
        )
        if unexported:
            err.print(f"warning: {unexported}", style="yellow", markup=False)
        for id in built.truncated:
            err.print(f"warning: passage {escape(id)} is longer than the model reads", style="yellow")
        report = {"generation": built.generation, "embedded": built.embedded, "passages": built.passages}
    return report


def _open() -> tuple[Generation, Encoder]:
    settings = Settings()
    return open_index(settings.var, settings.models)


def _filter(
    document: list[str] | None,
    lead: list[str] | None,
    status: list[str] | None,
    year_from: int | None,
    year_to: int | None,
) -> dict[str, Any]:
    return {
        "document": document or [],
        "lead": lead or [],
        "status": status or [],
        "year_from": year_from,
        "year_to": year_to,
    }


def _to_index(filter: Filter | None, generation: Generation) -> IndexFilter | None:
    return filter.to_index(generation.documents) if filter else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error


curating.register(app, _build)


def main() -> None:
    """Run the program; errors raised on purpose become one line and an exit code."""
    try:
        app()
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
        err.print(f"bali: {field}: {first['msg']}", style="red", markup=False, soft_wrap=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
