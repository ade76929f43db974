"""`bali ask` and `bali search`."""

from typing import Annotated

import typer

from service.cli.options import FilterOptions, Json, Question, open_current, to_index
from service.cli.output import err, out, print_citation, print_interpretation, print_json


def ask(question: Question, filter: FilterOptions, as_json: Json = False) -> None:
    """Answer a question, with its citations. Exit code 1 when the documents do not answer it."""
    from service.chat import answer
    from service.schemas.chat import ChatRequest, ChatResponse

    messages = [{"role": "user", "content": question}]
    request = ChatRequest.model_validate({"messages": messages, "filter": filter.given()})
    index, encoder = open_current()
    given = answer(index, encoder, request.turns(), to_index(request.filter, index))
    if as_json:
        print_json(ChatResponse.of(given).model_dump())
    else:
        out.print(given.text, style="bold" if given.status != "not_found" else "yellow", markup=False)
        for citation in given.citations:
            print_citation(f"[{citation.marker}]", citation)
    if given.status == "not_found":
        raise typer.Exit(1)


def search(
    query: Question,
    filter: FilterOptions,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="How many passages.")] = 5,
    as_json: Json = False,
) -> None:
    """Show the passages that answer best. Exit code 1 when there is none."""
    from index.search import search as search_index
    from service.answering.types import Citation
    from service.schemas.search import SearchRequest, SearchResponse

    request = SearchRequest.model_validate({"query": query, "top_k": top_k, "filter": filter.given()})
    index, encoder = open_current()
    found = search_index(index, encoder, query, top_k, to_index(request.filter, index))
    if as_json:
        print_json(SearchResponse.of(found).model_dump())
    else:
        print_interpretation(found.interpretation)
        for result in found.results:
            print_citation(f"{result.rank}.", Citation(result.rank, result.passage.text, result.passage))
    if not found.results:
        err.print("No results.")
        raise typer.Exit(1)
