"""The harness over HTTP: a service that keeps the contract, and ones that do not."""

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from eval.gold_data import Gold
from eval.runs.run import ask, judge
from eval.systems.http import HttpService, ServiceError
from eval.systems.protocol import Citation, Retrieved
from tests.eval.toys import QuotingAnswerer, WordSystem, toy_gold


def wire(passage: Retrieved) -> dict[str, Any]:
    return {
        "id": passage.id,
        "document": {"id": passage.document, "title": passage.document},
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
    }


async def search(request: Request) -> Response:
    body = await request.json()
    found = WordSystem().search(body["query"], body["top_k"], body["filter"])
    results = [{"rank": rank, "score": r.score, "passage": wire(r)} for rank, r in enumerate(found, 1)]
    return JSONResponse({"query": body["query"], "results": results})


async def chat(request: Request) -> Response:
    body = await request.json()
    said = QuotingAnswerer().answer(body["messages"])
    citations = [
        {
            "marker": 1,
            "quote": c.quote,
            "quote_sha256": c.quote_sha256,
            "passage": wire(Retrieved("p", c.document, c.start, c.end, c.quote, 0.0)),
        }
        for c in said.citations
    ]
    return JSONResponse(
        {
            "status": said.status,
            "answer": said.text,
            "confidence": said.confidence,
            "question": said.question,
            "citations": citations,
        }
    )


def service(*routes: Route) -> HttpService:
    return HttpService("words", TestClient(Starlette(routes=routes)))


@pytest.fixture
def gold(tmp_path: Path) -> Gold:
    return toy_gold(tmp_path)


def test_a_service_is_judged_over_http_as_in_process(gold: Gold) -> None:
    with service(
        Route("/search", search, methods=["POST"]), Route("/chat", chat, methods=["POST"])
    ) as remote:
        over_http = judge(gold, ask(gold, remote, remote))
    assert over_http == judge(gold, ask(gold, WordSystem(), QuotingAnswerer()))


def test_a_quote_within_its_passage_has_its_own_place_and_another_none() -> None:
    async def quoting(_: Request) -> Response:
        passage = wire(Retrieved("p", "letters", 0, 26, "The archive opens at nine.", 0.0))
        citations = [{"quote": quote, "quote_sha256": "", "passage": passage} for quote in ("opens", "shuts")]
        said = {"status": "partial", "answer": "", "confidence": 0.5, "question": "?", "citations": citations}
        return JSONResponse(said)

    with service(Route("/chat", quoting, methods=["POST"])) as remote:
        answer = remote.answer([{"role": "user", "content": "?"}])
    assert answer.citations == (
        Citation("opens", "", "letters", 12, 17),
        Citation("shuts", "", "letters", -1, -1),
    )


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (JSONResponse({"title": "query too long"}, 422), "answered 422: .*query too long"),
        (Response("<html>", 200), "Invalid JSON"),
        (JSONResponse({"results": [{"score": 1}]}), "results.0.passage: Field required"),
    ],
)
def test_a_service_that_breaks_the_contract_is_named(response: Response, problem: str) -> None:
    async def broken(_: Request) -> Response:
        return response

    with (
        service(Route("/search", broken, methods=["POST"])) as remote,
        pytest.raises(ServiceError, match=problem),
    ):
        remote.search("?", 10)


def test_a_service_that_is_not_there_is_named() -> None:
    with HttpService("http://127.0.0.1:9") as remote, pytest.raises(ServiceError, match="cannot be reached"):
        remote.search("?", 10)
