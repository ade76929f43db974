"""The MCP tools by the official client, over HTTP against a live service and over standard input and output."""

import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters

from service.app import create_app
from service.settings import Settings
from tests.conftest import PLAN, REPORT
from tests.service.http.test_sse import GatedEncoder
from tests.support.live import live
from tests.support.tiny import TinyEncoder

# `bali mcp` with the tiny model in the place of the real one
PROGRAM = """
import service.cli.main as cli
from index.encoders import models
from tests.support.tiny import TinyEncoder
models.SentenceTransformerEncoder = lambda _, reranker: TinyEncoder(reranker=reranker)
models.weights_sha256 = lambda _: TinyEncoder().sha256
cli.main()
"""


@pytest.fixture(scope="module")
def url(harbour: Settings) -> Iterator[str]:
    with live(create_app(harbour, TinyEncoder)) as url:
        yield url


@pytest.fixture
def over_http(url: str) -> str:
    return f"{url}/mcp"


@pytest.fixture
def over_stdio(harbour: Settings) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-c", PROGRAM, "mcp"],
        env={**os.environ, "BALI_VAR": str(harbour.var), "PYTHONPATH": str(Path(__file__).parents[3])},
    )


@pytest.fixture(params=["over_http", "over_stdio"])
def server(request: pytest.FixtureRequest) -> str | StdioServerParameters:
    found: str | StdioServerParameters = request.getfixturevalue(request.param)
    return found


@asynccontextmanager
async def connected(server: str | StdioServerParameters) -> AsyncIterator[Client]:
    async with Client(server, read_timeout_seconds=20) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


async def error(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return " ".join(getattr(content, "text", "") for content in result.content)


def test_the_tools_over_both_transports(server: str | StdioServerParameters) -> None:
    async def talk() -> None:
        async with connected(server) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools.keys() == {
                "search",
                "read_document",
                "list_action_items",
                "find_precedents",
                "verify_citation",
            }
            for tool in tools.values():
                assert tool.description
                assert tool.output_schema is not None
                assert tool.input_schema["additionalProperties"] is False
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint

            found = await call(
                client, "search", query="tide calendar", top_k=2, filter={"document": ["plan"]}
            )
            assert [result["rank"] for result in found["results"]] == [1, 2]
            passage = found["results"][0]["passage"]
            assert "tide calendar" in passage["text"]

            place = {"start": passage["start"], "characters": passage["end"] - passage["start"]}
            read = await call(client, "read_document", document="plan", **place)
            assert read["text"] == passage["text"]
            assert "no document" in await error(client, "read_document", document="nowhere")
            assert "4000" in await error(client, "search", query="x" * 5_000)

    anyio.run(talk)


def test_a_document_is_read_slice_by_slice_to_its_end(over_http: str) -> None:
    async def talk() -> None:
        async with connected(over_http) as client:
            whole, end = "", 0
            while (read := await call(client, "read_document", document="plan", start=end, characters=300))[
                "text"
            ]:
                assert read["start"] == end
                whole, end = whole + read["text"], read["end"]
            assert whole == PLAN
            assert end == read["document"]["characters"]
            outline = (await call(client, "read_document", document="report", outline=True))["outline"]
            assert [heading["section"][-1] for heading in outline] == ["Lighthouses", "Glossary"]
            assert REPORT[outline[0]["start"] :].startswith("The northern lighthouse")

    anyio.run(talk)


def test_precedents_of_a_topic_or_a_passage(over_http: str) -> None:
    async def talk() -> None:
        async with connected(over_http) as client:
            found = await call(client, "find_precedents", topic="northern lighthouse", top_k=5)
            assert [group["document"]["id"] for group in found["documents"]] == ["plan", "report"]
            id = found["documents"][0]["passages"][0]["passage"]["id"]
            item = await call(client, "find_precedents", passage=id)
            assert [group["document"]["id"] for group in item["documents"]] == ["report"]
            assert "not both" in await error(client, "find_precedents", passage=id, topic="lighthouse")

    anyio.run(talk)


def test_action_items_are_filtered_and_paged(over_http: str) -> None:
    async def talk() -> None:
        async with connected(over_http) as client:
            every = await call(client, "list_action_items")
            assert every["total"] == len(every["records"]) == 4
            some = await call(client, "list_action_items", filter={"lead": "Iceland"}, offset=1, limit=5)
            assert some["total"] == 2
            assert [record["number"] for record in some["records"]] == ["3"]
            assert "nowhere" in await error(client, "list_action_items", filter={"document": "nowhere"})

    anyio.run(talk)


def test_a_citation_is_verified(over_http: str, url: str) -> None:
    question = {"role": "user", "content": "who leads the repair of the northern lighthouse"}
    citation = httpx2.post(f"{url}/chat", json={"messages": [question]}).json()["citations"][0]

    async def talk() -> None:
        async with connected(over_http) as client:
            assert (await call(client, "verify_citation", citation=citation))["valid"]
            forged = citation | {"quote": citation["quote"].replace("Norway", "Sweden")}
            verdict = await call(client, "verify_citation", citation=forged)
            assert not verdict["valid"]
            assert verdict["reason"]

    anyio.run(talk)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {}, "query"),
        ("search", {"query": " "}, "query"),
        ("search", {"query": "x", "top_k": 1_000}, "top_k"),
        ("search", {"query": "x", "colour": "red"}, "colour"),
        ("search", {"query": "x", "filter": {"year": 2020}}, "year"),
        ("read_document", {"document": "plan", "start": -1}, "start"),
        ("read_document", {"document": "plan", "characters": 1_000_000}, "characters"),
        ("list_action_items", {"limit": 0}, "limit"),
        ("verify_citation", {"citation": {"marker": 1}}, "quote"),
        ("ask", {}, "Unknown tool"),
    ],
)
def test_wrong_arguments_are_told_as_an_error_of_the_tool(
    over_http: str, tool: str, arguments: dict[str, Any], said: str
) -> None:
    async def talk() -> str:
        async with connected(over_http) as client:
            return await error(client, tool, **arguments)

    assert said in anyio.run(talk)


def test_pages_of_other_sites_are_kept_out(over_http: str) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"accept": "application/json, text/event-stream"}
    assert httpx2.post(over_http, json=request, headers=headers).status_code == 200
    foreign = headers | {"host": "evil.example"}
    assert httpx2.post(over_http, json=request, headers=foreign).status_code == 421
    foreign = headers | {"origin": "https://evil.example"}
    assert httpx2.post(over_http, json=request, headers=foreign).status_code == 403


def test_no_stream_is_held_open(over_http: str) -> None:
    refused = httpx2.get(over_http, headers={"accept": "text/event-stream"})
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"


def test_while_nothing_is_built_the_tools_say_so(tmp_path: Path) -> None:
    async def talk(url: str) -> str:
        async with connected(f"{url}/mcp") as client:
            return await error(client, "search", query="x")

    with live(create_app(Settings(var=tmp_path), TinyEncoder)) as url:
        assert "bali build" in anyio.run(talk, url)


def test_a_search_that_takes_too_long_is_given_up(harbour: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.serving.cancellation.ANSWER_TIME", 0.1)
    encoder = GatedEncoder()

    async def talk(url: str) -> str:
        async with connected(f"{url}/mcp") as client:
            threading.Timer(0.5, encoder.gate.set).start()
            return await error(client, "search", query="who mends the lighthouse")

    with live(create_app(harbour, lambda: encoder)) as url:
        assert "no answer within 0.1 seconds" in anyio.run(talk, url)
