"""Odd input gets an answer or a 4xx, never a 5xx, and whatever is quoted is exact."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from tests.conftest import PLAN, REPORT
from tests.support.odd import requests, send

SOURCES = {"plan": PLAN, "report": REPORT}


@given(request=requests)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_odd_requests(client: TestClient, request: Any) -> None:
    send(client, SOURCES, request)


@pytest.mark.parametrize("path", ["/chat", "/v1/chat/completions", "/search", "/verify"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"\\ud800"',
        b'{"\\ud800": 1}',
        b"\xff\xfe",
        b'{"messages": NaN}',
        b'{"n": 1e999, "marker": Infinity}',
        b"9" * 10_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"' + b"k" * 500_000 + b'": 1}',
        b"{" + b",".join(b'"k%d": 1' % n for n in range(50_000)) + b"}",
    ],
    ids=range(13),
)
def test_odd_bodies_get_a_short_4xx(client: TestClient, path: str, content: bytes) -> None:
    response = client.post(path, content=content, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    assert len(response.content) < 10_000


@pytest.mark.parametrize(
    "path", ["/passages/%ED%A0%80", "/documents/%00", "/v1/models/%FF%0A", "/records?lead=%ED%A0%80"]
)
def test_odd_paths_get_no_5xx(client: TestClient, path: str) -> None:
    assert client.get(path).status_code < 500


@pytest.mark.parametrize("host", ["", "a b", "[::1", "x:y", "\xe9", 'h"><script>'])
def test_odd_hosts_get_no_5xx(client: TestClient, host: str) -> None:
    sent = {"model": "bali", "messages": [{"role": "user", "content": "who leads the tide calendar"}]}
    response = client.post("/v1/chat/completions", json=sent, headers=[(b"host", host.encode("latin-1"))])
    assert response.status_code < 500
    assert "<script>" not in response.text
