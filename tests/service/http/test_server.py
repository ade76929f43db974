"""What the service hears on a connection, and how long it listens, tried with bare sockets."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from service.app import create_app
from service.http import server as listening
from service.http.limits import RequestLimits
from service.http.server import DeadlineProtocol
from service.settings import Settings
from tests.support.live import live
from tests.support.tiny import TinyEncoder

CLOSE = "Connection: close\r\n"


def test_a_body_that_does_not_come_is_not_waited_for(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RequestLimits.__init__, "__defaults__", (0.2,))
    with live(create_app(harbour, TinyEncoder)) as url:
        for path in ("/search", "/mcp"):
            answer = _talk(url, f"POST {path} HTTP/1.1\r\n{_HEAD}Content-Length: 100\r\n\r\n{{".encode())
            assert answer.startswith(b"HTTP/1.1 408 "), path
        assert b'"alive"' in _talk(url, f"GET /healthz HTTP/1.1\r\n{_HEAD}Connection: close\r\n\r\n".encode())
        form = _HEAD.replace("application/json\r", "application/x-www-form-urlencoded\r", 1)
        answer = _talk(url, f"POST / HTTP/1.1\r\n{form}Content-Length: 100\r\n\r\nq=".encode())
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_does_not_come_is_not_waited_for(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEAD_TIME", 0.2)
    first = f"GET /healthz HTTP/1.1\r\n{_HEAD}\r\n".encode()
    heads = (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    with (
        live(create_app(harbour, TinyEncoder), http=DeadlineProtocol, timeout_keep_alive=1) as url,
        ThreadPoolExecutor() as threads,
    ):
        alone = threads.map(lambda head: _talk(url, head), heads)
        second = threads.map(lambda head: _talk(url, first + head), heads)
        assert [*alone] == [b""] * 3
        assert [answer.count(b'"alive"') for answer in second] == [1] * 3


def test_a_head_without_end_is_refused(harbour: Settings) -> None:
    settings = harbour.model_copy(update={"port": 0})
    config = listening.configuration(create_app(settings, TinyEncoder), settings)
    with live(config) as url:
        answer = _talk(url, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * (2 * listening.MAX_HEAD))
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"server:" not in answer.lower()


_HEAD = "Host: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"


def _talk(url: str, *sent: bytes) -> bytes:
    """All that comes back until the other side closes; the parts are sent one by one."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        for part in sent:
            connection.sendall(part)
            time.sleep(0.05 * (len(sent) > 1))
        received = b""
        try:
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionResetError:
            pass
        return received


@pytest.fixture(scope="module")
def url(harbour: Settings) -> Iterator[str]:
    """A service that listens as `bali serve` does."""
    with live(create_app(harbour, TinyEncoder), http=DeadlineProtocol) as url:
        yield url


@pytest.mark.parametrize("size", [10, 60_000, 100_000, 600_000])
def test_a_long_body_is_no_long_head(url: str, size: int) -> None:
    body = b'{"query": "who mends the lighthouse"}' + b" " * size
    head = f"POST /search HTTP/1.1\r\n{_HEAD}{CLOSE}Content-Length: {len(body)}\r\n\r\n"
    assert _talk(url, head.encode() + body).startswith(b"HTTP/1.1 200 ")


def test_what_is_asked_at_once_is_answered_in_order(url: str) -> None:
    one = f"GET /healthz HTTP/1.1\r\n{_HEAD}\r\n".encode()
    last = f"GET /healthz HTTP/1.1\r\n{_HEAD}{CLOSE}\r\n".encode()
    assert _talk(url, one * 1_000 + last).count(b'"alive"') == 1_001


@pytest.mark.parametrize("framing", ["Content-Length: 50\r\n", "Transfer-Encoding: chunked\r\n"])
def test_the_body_of_an_upgrade_is_no_request(url: str, framing: str) -> None:
    inner = f"GET /healthz HTTP/1.1\r\n{_HEAD}{CLOSE}\r\n"
    head = f"POST /search HTTP/1.1\r\n{_HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\n{framing}\r\n"
    answer = _talk(url, head.encode(), inner.encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"alive"' not in answer


def test_trailers_without_end_are_refused(url: str) -> None:
    head = f"POST /search HTTP/1.1\r\n{_HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nX-T: ".encode()
    with socket.create_connection(
        (urlsplit(url).hostname or "", urlsplit(url).port or 0), timeout=20
    ) as line:
        line.sendall(head)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            line.sendall(b"a" * (1 << 28))
