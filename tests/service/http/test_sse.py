"""Streamed answers from outside: which events come, and what happens when the client goes."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from index.types import Encoding
from service.app import create_app
from service.settings import Settings
from tests.support.live import live
from tests.support.tiny import TinyEncoder

QUESTIONS = [
    "who leads the repair of the northern lighthouse",
    "How many action items does Iceland lead?",
    "What does TIC stand for?",
    "which volcano erupted on Tuesday",
]


def events(text: str) -> list[tuple[str, Any]]:
    """The (name, data) of each event of a stream."""
    found = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def body(question: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}], **more}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_says_what_the_plain_answer_says(client: TestClient, question: str) -> None:
    plain = client.post("/chat", json=body(question)).json()
    response = client.post("/chat", json=body(question, stream=True))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    text = "".join(data["text"] for name, data in found if name == "text")
    assert text.encode() == plain.pop("answer").encode()
    assert [data for name, data in found if name == "citation"] == plain.pop("citations")
    assert found[0] == ("status", {"status": plain["status"]})
    assert found[-1] == ("done", plain)
    assert plain.keys() == {
        "status",
        "confidence",
        "question",
        "generation",
        "scope",
        "missing",
        "explanation",
    }


def test_a_stream_comes_in_pieces(client: TestClient) -> None:
    names = [name for name, _ in events(client.post("/chat", json=body(QUESTIONS[1], stream=True)).text)]
    assert names.count("text") > 5
    assert list(dict.fromkeys(names)) == ["status", "citation", "text", "done"]


@pytest.mark.parametrize(
    ("request_body", "field"),
    [
        (body(" ", stream=True), "last message"),
        (body("x", stream=True, filter={"document": ["nowhere"]}), "filter.document"),
        (body("x", stream="perhaps"), "stream"),
    ],
)
def test_what_is_wrong_before_the_first_byte_is_a_problem(
    client: TestClient, request_body: dict[str, Any], field: str
) -> None:
    response = client.post("/chat", json=request_body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert field in response.json()["detail"]


class GatedEncoder(TinyEncoder):
    """Waits at each call of the model until the gate is open, and counts the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.called, self.gate = threading.Event(), threading.Event()

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """As `TinyEncoder.read`."""
        self.calls += 1
        self.called.set()
        assert self.gate.wait(10)
        return super().read(texts)


@pytest.fixture
def gated(harbour: Settings) -> Iterator[tuple[str, GatedEncoder]]:
    """A live service whose model waits for its gate."""
    encoder = GatedEncoder()
    with live(create_app(harbour, lambda: encoder)) as url:
        yield url, encoder
        encoder.gate.set()


@pytest.mark.parametrize("path", ["/chat", "/v1/chat/completions"])
@pytest.mark.parametrize("stream", [True, False])
def test_nothing_more_is_done_for_a_client_that_has_gone(
    gated: tuple[str, GatedEncoder], path: str, stream: bool
) -> None:
    url, encoder = gated
    turns = [{"role": "user", "content": f"What of lighthouse number {n}?"} for n in range(5)]
    sent = {"messages": turns, "stream": stream} | ({"model": "bali"} if path.startswith("/v1") else {})
    data = json.dumps(sent).encode()
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(data)}\r\n\r\n"
        )
        connection.sendall(head.encode() + data)
        assert encoder.called.wait(5)
    time.sleep(0.2)  # the news that the client has gone must reach the service
    encoder.gate.set()
    time.sleep(0.2)  # an answer of the tiny model takes a few milliseconds a call
    assert encoder.calls == 1
    assert httpx2.get(f"{url}/healthz").status_code == 200


def test_the_service_is_there_for_others_while_it_answers(gated: tuple[str, GatedEncoder]) -> None:
    url, encoder = gated
    answers = []

    def ask() -> None:
        answers.append(httpx2.post(f"{url}/chat", json=body(QUESTIONS[0], stream=True)))

    asking = threading.Thread(target=ask)
    asking.start()
    assert encoder.called.wait(5)
    assert httpx2.get(f"{url}/healthz", timeout=2).status_code == 200
    encoder.gate.set()
    asking.join()
    assert events(answers[0].text)[-1][0] == "done"
