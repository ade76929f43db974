"""What operators see and what bounds hold: logs, request ids, metrics, limits on head, body and time."""

import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.app import create_app
from service.http import limits as bounds
from service.http import server as listening
from service.http.security_headers import HEADERS
from service.observability import logs
from service.observability.tracing import ENDPOINT, TracingError, tracing
from service.settings import Settings
from tests.service.http.test_sse import GatedEncoder
from tests.support.tiny import TinyEncoder

SECRET = "whose lighthouse is secretly painted green"


def metrics(client: TestClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


def ask(client: TestClient, question: str) -> Any:
    return client.post("/chat", json={"messages": [{"role": "user", "content": question}]})


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes to standard error where that is no terminal."""
    stream = io.StringIO()
    with kept_configuration():
        monkeypatch.setattr("sys.stderr", stream)
        logs.configure()
        yield stream


@contextmanager
def kept_configuration() -> Iterator[None]:
    root, own = logging.getLogger(), structlog.get_config()
    before, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers, root.level = before, level
        structlog.configure(**own)


def test_a_request_is_a_line_of_json_without_the_question(client: TestClient, logged: io.StringIO) -> None:
    ask(client, SECRET)
    client.get("/", params={"q": SECRET})
    client.get("/nowhere/" + SECRET)
    found = [json.loads(line) for line in logged.getvalue().splitlines()]
    said = [line for line in found if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in said] == [
        ("/chat", 200),
        ("/", 200),
        ("elsewhere", 404),
    ]
    assert all(line["at"] and line["level"] == "info" and line["ms"] >= 0 for line in said)
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", said[0]["audit"])
    assert "secretly" not in logged.getvalue()


def test_a_log_that_cannot_be_written_fails_no_request(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    with kept_configuration():
        monkeypatch.setattr("sys.stderr", Full())
        logs.configure()
        with TestClient(create_app(harbour, TinyEncoder)) as strict:
            assert ask(strict, SECRET).status_code == 200


def test_a_traceback_is_one_line_of_json(logged: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("some.library").exception("It broke")
    (line,) = logged.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_on_a_terminal_it_is_a_line_to_read(
    client: TestClient, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", logged)
    logs.configure(terminal=True)
    client.get("/healthz")
    plain = re.sub(r"\x1b\[[\d;]*m", "", logged.getvalue())
    assert "request" in plain
    assert "route=/healthz" in plain


def test_a_request_has_an_id_and_keeps_a_sane_one(client: TestClient) -> None:
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    assert (
        client.get("/healthz", headers={"X-Request-ID": "from-a-proxy.1"}).headers["x-request-id"]
        == "from-a-proxy.1"
    )
    for odd in ("short", "x" * 65, "with blank", "new\\nline", '"><script>', "ünïcödé-id"):
        assert (
            client.get("/healthz", headers=[(b"X-Request-ID", odd.encode())]).headers["x-request-id"] != odd
        )
    assert client.get("/nowhere").headers["x-request-id"]


def test_metrics_count_requests_answers_and_refusals(client: TestClient) -> None:
    before = metrics(client)
    ask(client, "who leads the repair of the northern lighthouse")
    ask(client, "which volcano erupted on Tuesday")
    client.post("/search", json={})
    client.get("/" + SECRET.replace(" ", "/"))
    client.get("/documents", headers={"Host": "evil.example"})
    client.request("PROPFIND", "/documents")
    after = metrics(client)

    def grew(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    assert grew("bali_requests_total", method="POST", route="/chat", status="200") == 2
    assert grew("bali_requests_total", method="POST", route="/search", status="422") == 1
    assert grew("bali_requests_total", method="GET", route="elsewhere", status="404") == 1
    assert grew("bali_requests_total", method="other", route="/documents", status="405") == 1
    assert grew("bali_answers_total", status="answered") == 1
    assert grew("bali_answers_total", status="not_found") == 1
    assert grew("bali_refusals_total", reason="host") == 1
    assert grew("bali_request_seconds_count", route="/chat") == 2
    generation = client.get("/readyz").json()["generation"]
    assert of(after, "bali_generation", generation=generation) == 1
    assert of(after, "bali_degraded") == 0
    assert of(after, "process_open_fds") > 0
    assert "secretly" not in client.get("/metrics").text


def test_metrics_tell_that_nothing_is_open(tmp_path: Any) -> None:
    with TestClient(create_app(Settings(var=tmp_path), TinyEncoder)) as client:
        assert of(metrics(client), "bali_degraded") == 1


def test_a_fault_of_the_service_is_a_500_with_headers_and_id(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.chat.verdict", lambda *_: 1 / 0)
    with TestClient(create_app(harbour, TinyEncoder), raise_server_exceptions=False) as client:
        found = client.post("/search", json={"query": "lighthouse", "top_k": 1}).json()["results"][0][
            "passage"
        ]
        citation = {"marker": 1, "quote": found["text"], "quote_sha256": "0" * 64, "passage": found}
        response = client.post("/verify", json=citation)
        assert response.status_code == 500
        assert "division" not in response.text
        assert response.headers["x-request-id"]
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
        assert of(metrics(client), "bali_requests_total", method="POST", route="/verify", status="500") == 1


TOO_LONG: list[tuple[str, dict[str, str], int]] = [
    ("/find?q=" + "x" * 50_000, {}, 414),
    ("/" + "x" * 50_000, {}, 414),
    ("/documents", {f"X-{n}": "1" for n in range(200)}, 431),
    ("/documents", {"X-Long": "x" * 10_000}, 431),
    ("/documents", {"Cookie": "a=" + "x" * 10_000}, 431),
    ("/documents", {"Content-Length": "2000001"}, 413),
]


@pytest.mark.parametrize(("target", "headers", "status"), TOO_LONG)
def test_what_is_too_long_is_told(
    client: TestClient, target: str, headers: dict[str, str], status: int
) -> None:
    response = client.get(target, headers=headers)
    assert response.status_code == status
    assert response.json()["status"] == status


def test_only_pages_are_compressed(client: TestClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    asked = {"messages": [{"role": "user", "content": "who leads the repair of the lighthouse"}]}
    stream = client.post("/chat", json=asked | {"stream": True}, headers=headers)
    others = [
        client.get(path, headers=headers) for path in ("/openapi.json", "/metrics", "/documents/plan/text")
    ]
    assert client.get("/", headers=headers).headers["content-encoding"] == "gzip"
    assert not any("content-encoding" in response.headers for response in [stream, *others])


def test_the_longest_question_can_be_asked_in_an_address(client: TestClient) -> None:
    assert client.get("/find", params={"q": "灯" * 4_000}).status_code == 200


def test_nothing_is_traced_unless_an_endpoint_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    assert not tracing()["auto_configure"]
    assert not tracing()["tracing"]
    monkeypatch.setenv(ENDPOINT, "http://localhost:4318")
    monkeypatch.setattr("service.observability.tracing._installed", lambda: False)
    with pytest.raises(TracingError, match="pip install"):
        tracing()
    monkeypatch.setattr("service.observability.tracing._installed", lambda: True)
    traced = tracing()
    assert traced["tracing"]
    assert not traced["logs"]
    left_out = traced["exclude"]
    assert left_out is not None
    assert left_out({"query_string": b"q=secret"})


def test_the_bounds_leave_room_for_what_is_allowed() -> None:
    assert bounds.MAX_TARGET < listening.MAX_HEAD


def test_an_answer_that_takes_too_long_is_given_up(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.serving.cancellation.ANSWER_TIME", 0.1)
    encoder = GatedEncoder()
    with TestClient(create_app(harbour, lambda: encoder)) as client:
        threading.Timer(0.5, encoder.gate.set).start()
        refused = ask(client, "what was said of the lighthouse at the fair")
        assert refused.status_code == 503
        assert refused.headers["retry-after"].isdigit()
        monkeypatch.setattr("service.serving.cancellation.ANSWER_TIME", 20.0)
        assert ask(client, "what was said of the lighthouse at the fair").status_code == 200
