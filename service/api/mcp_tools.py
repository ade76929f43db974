"""The MCP tools: search, read, list action items, find precedents, verify a citation."""

from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.metadata import version
from typing import Annotated, Any, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp.types import ToolAnnotations
from pydantic import ConfigDict, Field, create_model

from corpus.errors import BaliError
from index.opening import OpenIndex
from service.documents import reader as reading
from service.documents.action_items import action_items
from service.documents.reader import MAX_SLICE
from service.documents.verification import verdict
from service.schemas.base import MAX_QUESTION
from service.schemas.citations import Citation, Verdict
from service.schemas.documents import Reading
from service.schemas.filters import Filter
from service.schemas.precedents import PrecedentsRequest, PrecedentsResponse
from service.schemas.records import Records
from service.schemas.search import SearchResponse
from service.serving.admission import AdmissionQueue
from service.serving.dispatch import run_with_deadline
from service.serving.tasks import precedents, searched

P = ParamSpec("P")
R = TypeVar("R")

_INSTRUCTIONS = (
    "Documents of the Bali Process on people smuggling and trafficking in persons. Passages are verbatim, with "
    "offsets into their documents: quote them as they stand, name document and place, and say so when the documents "
    "do not answer."
)
Query = Annotated[
    str,
    Field(min_length=1, max_length=MAX_QUESTION, pattern=r"\S", description="a question, or keywords"),
]
Filtered = Annotated[Filter | None, Field(description="what every result must satisfy")]


class FoundRecords(Records):
    """Action items with their generation, which a header names over HTTP."""

    generation: str


class FoundVerdict(Verdict):
    """A verdict with the generation it was reached on."""

    generation: str


class Tools:
    """The tools; each docstring is the description that agents read."""

    def __init__(self, opened: Callable[[], OpenIndex], queue: AdmissionQueue) -> None:
        self._opened, self._queue = opened, queue

    async def search(
        self, query: Query, top_k: Annotated[int, Field(ge=1, le=50)] = 5, filter: Filtered = None
    ) -> SearchResponse:
        """The passages that answer best, each with its place and the clauses that answer, best first.

        Also how many passages each document, lead, status, year and kind has, for a narrower filter.
        """
        index, encoder = self._opened()
        chosen = filter.to_index(index.documents) if filter else None
        found = await run_with_deadline(
            self._queue, encoder, lambda cancellable: searched(index, cancellable, query, top_k, chosen)
        )
        return SearchResponse.of(found)

    async def read_document(
        self,
        document: Annotated[str, Field(max_length=300, description="its id, as in search results")],
        start: Annotated[int, Field(ge=0, description="offset of the first character")] = 0,
        characters: Annotated[int, Field(ge=1, le=MAX_SLICE, description="how many to read")] = 4_000,
        outline: Annotated[bool, Field(description="headings and where they begin, instead of text")] = False,
    ) -> Reading:
        """A slice of a document's text, to the character; read on from its `end`. Or the document's outline."""
        index, _ = self._opened()
        if outline:
            return reading.outline(index, document)
        return reading.read(index, document, start, characters)

    async def list_action_items(
        self,
        filter: Filtered = None,
        offset: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=200)] = 50,
    ) -> FoundRecords:
        """Action items of the plans with lead, status and priority area; `total` counts all that pass the filter."""
        index, _ = self._opened()
        found = action_items(index, filter or Filter())
        return FoundRecords(records=found[offset : offset + limit], total=len(found), generation=index.id)

    async def find_precedents(
        self,
        topic: Annotated[
            str | None, Field(min_length=1, max_length=MAX_QUESTION, pattern=r"\S", description="in words")
        ] = None,
        passage: Annotated[
            str | None, Field(min_length=1, max_length=300, description="a passage's id, instead of a topic")
        ] = None,
        filter: Filtered = None,
        top_k: Annotated[int, Field(ge=1, le=50)] = 20,
    ) -> PrecedentsResponse:
        """What came before and after a topic or an item: passages by document, in order of time.

        For each two documents also what was continued, is new or was dropped, each with a quotation of both. "Possibly"
        means weak evidence; new and dropped are of these documents only.
        """
        if (topic is None) == (passage is None):
            raise ToolError("give a topic or a passage, and not both")
        request = PrecedentsRequest(topic=topic, passage=passage, filter=filter, top_k=top_k)
        index, encoder = self._opened()
        return await run_with_deadline(
            self._queue, encoder, lambda cancellable: precedents(index, cancellable, request)
        )

    async def verify_citation(self, citation: Citation) -> FoundVerdict:
        """Whether a citation of this service still holds: quotation, hash, offsets and description."""
        index, _ = self._opened()
        return FoundVerdict(**verdict(index, citation).model_dump(), generation=index.id)


def mcp_server(opened: Callable[[], OpenIndex], queue: AdmissionQueue) -> MCPServer[None]:
    """A server of the tools on the index that `opened` gives; agents get errors in words."""
    tools = Tools(opened, queue)
    methods: list[Callable[..., Awaitable[Any]]] = [
        tools.search,
        tools.read_document,
        tools.list_action_items,
        tools.find_precedents,
        tools.verify_citation,
    ]
    return MCPServer(
        "bali",
        title="Bali Process documents",
        instructions=_INSTRUCTIONS,
        version=version("bali"),
        log_level="WARNING",
        tools=[_tool(method) for method in methods],
    )


class _Strict(ArgModelBase):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _tool(method: Callable[P, Awaitable[R]]) -> Tool:
    """A tool that only reads; an unknown argument is an error."""

    @wraps(method)
    async def with_tool_errors(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except BaliError as error:
            raise ToolError(str(error)) from error

    hints = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    tool = Tool.from_function(with_tool_errors, annotations=hints)
    arguments = tool.fn_metadata.arg_model
    tool.fn_metadata.arg_model = create_model(arguments.__name__, __base__=(_Strict, arguments))
    tool.parameters = tool.fn_metadata.arg_model.model_json_schema()
    return tool
