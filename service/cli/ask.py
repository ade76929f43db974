"""`bali ask` and `bali search`."""

from typing import Annotated

import typer

from service.cli.options import (
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
)
from service.cli.output import err, out, print_interpretation, print_json, print_passage


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
    from service.chat import answer
    from service.schemas.chat import ChatRequest, ChatResponse

    filter = filter_of(document, lead, status, year_from, year_to)
    request = ChatRequest.model_validate(
        {"messages": [{"role": "user", "content": question}], "filter": filter}
    )
    index, encoder = open_built()
    given = answer(index, encoder, request.turns(), to_index(request.filter, index))
    if as_json:
        print_json(ChatResponse.of(given).model_dump())
    else:
        out.print(given.text, style="bold" if given.status != "not_found" else "yellow", markup=False)
        for citation in given.citations:
            print_passage(f"[{citation.marker}]", citation.passage, citation.quote)
    if given.status == "not_found":
        raise typer.Exit(1)


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
    from service.schemas.search import SearchRequest, SearchResponse

    filter = filter_of(document, lead, status, year_from, year_to)
    request = SearchRequest.model_validate({"query": query, "top_k": top_k, "filter": filter})
    index, encoder = open_built()
    found = find(index, encoder, query, top_k, to_index(request.filter, index))
    if as_json:
        print_json(SearchResponse.of(found).model_dump())
    else:
        print_interpretation(found.interpretation)
        for result in found.results:
            print_passage(f"{result.rank}.", result.passage, result.passage.text)
    if not found.results:
        err.print("No passage passes the filter.")
        raise typer.Exit(1)
