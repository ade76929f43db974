"""Who is let in: every route by every kind of key, what a browser does, and what other sites cannot do."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from service.app import create_app
from service.security import api_keys as keys
from service.security.api_keys import KeysError, Scope
from service.security.guard import NEEDS, PAGES, BindingError, check_binding, route_of
from service.security.rate_limit import FAILURES
from service.settings import Settings
from tests.support.tiny import TinyEncoder

ELSEWHERE = "192.0.2.7"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
WHO = ("nobody", "wrong", "shapeless", "expired", "revoked", *Scope)


@dataclass(frozen=True)
class Guarded:
    """A service that others can reach, and keys of every kind."""

    client: TestClient
    settings: Settings
    keys: Mapping[str, str]

    def headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"} if who in self.keys else {}


@pytest.fixture(scope="module")
def guarded(harbour: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    var = tmp_path_factory.mktemp("guarded") / "var"
    var.mkdir()
    for name in ("generations", "current"):
        (var / name).symlink_to(harbour.var / name)
    made = {scope.value: keys.add(var, scope, [scope])[1] for scope in Scope}
    _, made["expired"] = keys.add(var, "expired", list(Scope), timedelta(seconds=-1))
    revoked, made["revoked"] = keys.add(var, "revoked", list(Scope))
    keys.revoke(var, revoked.id)
    made["wrong"] = made["read"][:-1] + ("A" if made["read"][-1] != "A" else "B")
    made["shapeless"] = "any"
    settings = Settings(var=var, corpus=harbour.corpus, host="0.0.0.0", requests_per_minute=100_000)
    app = create_app(settings, TinyEncoder)
    with TestClient(app, raise_server_exceptions=False, client=(ELSEWHERE, 5)) as client:
        yield Guarded(client, settings, made)


@cache
def routes() -> list[tuple[str, str]]:
    """(path, method) of all that the application has, asked in every method it could be asked by."""
    found = {route.path or "" for route in iter_route_contexts(create_app(Settings()).routes)}
    return [(path, method) for path in sorted(found) for method in METHODS]


def test_every_route_has_an_entry_in_the_table_and_every_entry_is_a_route() -> None:
    assert {path for path, _ in routes()} == set(NEEDS)


@pytest.mark.parametrize("who", WHO)
def test_the_table_decides_for_every_route_and_method(
    guarded: Guarded, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.security.rate_limit.FAILURES", 10**9)
    leaks = []
    for n, (path, method) in enumerate(routes()):
        needs = NEEDS[path]
        concrete = (
            path.replace("{document:path}", "plan").replace("{id}", "plan").replace("{digest}/{name}", "a/b")
        )
        guarded.client._transport.client = (f"192.0.2.{n % 250}", 5)  # type: ignore[attr-defined]
        response = guarded.client.request(
            method, concrete, headers=guarded.headers(who), follow_redirects=False
        )
        got = response.status_code
        if needs is None or who == needs:
            right = got not in (401, 403) and "/sign-in?" not in response.headers.get("location", "")
        elif who in list(Scope):
            right = got == 403
        elif who == "nobody" and path in PAGES:
            right = got == 303 and response.headers["location"].startswith("/sign-in?next=")
        else:
            right = got in (401, 429) and (
                got == 429 or response.headers["www-authenticate"].startswith("Bearer")
            )
        if not right:
            leaks.append((method, path, got))
        if not right or (needs is not None and who != needs):
            assert "Harbour" not in response.text
    assert leaks == []


@pytest.mark.parametrize("path", ["/nowhere", "/documents/", "/DOCUMENTS", "/metrics/", "/v1", "/.git"])
def test_what_is_not_in_the_table_is_not_there(guarded: Guarded, path: str) -> None:
    assert route_of(path) is None
    assert guarded.client.get(path).status_code in (401, 429)
    for scope in Scope:
        response = guarded.client.get(path, headers=guarded.headers(scope), follow_redirects=False)
        assert response.status_code == 404


def test_a_key_that_is_revoked_opens_nothing_at_once(guarded: Guarded) -> None:
    key, presented = keys.add(guarded.settings.var, "short", [Scope.READ])
    headers = {"Authorization": f"Bearer {presented}"}
    assert guarded.client.get("/documents", headers=headers).status_code == 200
    keys.revoke(guarded.settings.var, key.id)
    assert "revoked" in guarded.client.get("/documents", headers=headers).json()["detail"]


def test_the_key_itself_is_kept_nowhere(guarded: Guarded) -> None:
    text = (guarded.settings.var / keys.FILE).read_text()
    assert not any(
        guarded.keys[who][14:] in text for who in WHO if guarded.headers(who) and who != "shapeless"
    )
    assert (guarded.settings.var / keys.FILE).stat().st_mode & 0o777 == 0o600


def test_openai_clients_are_refused_in_their_own_shape(guarded: Guarded) -> None:
    response = guarded.client.get("/v1/models", headers=guarded.headers("wrong"))
    assert response.status_code == 401
    assert "key" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "damage",
    [
        "{",
        "[]",
        "[" * 100_000,
        '{"version": 1, "keys": [{"id": "x"}]}',
        '{"version": 1, "keys": [null]}',
        '{"version": 9, "keys": []}',
    ],
)
def test_a_damaged_file_of_keys_opens_nothing(guarded: Guarded, damage: str) -> None:
    path = guarded.settings.var / keys.FILE
    whole = path.read_bytes()
    try:
        path.write_text(damage)
        response = guarded.client.get("/documents", headers=guarded.headers("read"))
        assert response.status_code == 503
        assert str(path) in response.json()["detail"]
    finally:
        path.write_bytes(whole)
    assert guarded.client.get("/documents", headers=guarded.headers("read")).status_code == 200


def test_a_file_of_keys_that_others_may_read_is_refused(tmp_path: Path) -> None:
    keys.add(tmp_path, "Ann", [Scope.READ])
    (tmp_path / keys.FILE).chmod(0o644)
    with pytest.raises(KeysError, match="chmod 600"):
        keys.read_keys(tmp_path)


def _within_a_minute() -> None:
    """Wait where a new one is about to begin: counts are by the minute of the clock."""
    while time.time() % 60 > 55:
        time.sleep(0.2)


def test_a_key_has_so_many_requests_a_minute_and_others_have_theirs(guarded: Guarded) -> None:
    settings = guarded.settings.model_copy(update={"requests_per_minute": 3})
    _within_a_minute()
    with TestClient(create_app(settings, TinyEncoder)) as client:
        codes = [client.get("/documents", headers=guarded.headers("read")).status_code for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        refused = client.get("/documents", headers=guarded.headers("read"))
        assert 1 <= int(refused.headers["retry-after"]) <= 120
        assert client.get("/metrics", headers=guarded.headers("admin")).status_code == 200


def test_trying_keys_is_slowed_down_and_a_right_key_is_let_in_all_the_same(guarded: Guarded) -> None:
    _within_a_minute()
    with TestClient(create_app(guarded.settings, TinyEncoder), client=(ELSEWHERE, 1)) as client:
        codes = [
            client.get("/documents", headers=guarded.headers("wrong")).status_code
            for _ in range(FAILURES + 2)
        ]
        assert codes == [401] * FAILURES + [429] * 2
        assert client.post("/sign-in", data={"key": guarded.keys["read"]}).status_code == 429
        assert client.get("/documents", headers=guarded.headers("read")).status_code == 200


def test_a_browser_signs_in_and_comes_to_where_it_wanted_to_go(guarded: Guarded) -> None:
    with TestClient(create_app(guarded.settings, TinyEncoder), base_url="https://localhost") as client:
        form = client.get("/find?q=tide+calendar")
        assert form.url.path == "/sign-in"
        assert "Harbour" not in form.text
        wrong = client.post(form.url, data={"key": guarded.keys["expired"]})
        assert wrong.status_code == 401
        assert "no longer valid" in wrong.text
        right = client.post(form.url, data={"key": guarded.keys["read"]}, follow_redirects=False)
        cookie = right.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
        assert guarded.keys["read"] not in cookie
        shown = client.get(right.headers["location"])
        assert shown.url.query == b"q=tide+calendar"
        assert "fishing villages" in shown.text
        assert client.get("/metrics").status_code == 403
        client.post("/sign-out")
        assert client.get("/read").url.path == "/sign-in"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/\n/x"]
)
def test_signing_in_leads_nowhere_else(guarded: Guarded, target: str) -> None:
    with TestClient(create_app(guarded.settings, TinyEncoder)) as client:
        data = {"key": guarded.keys["read"]}
        there = client.post("/sign-in", params={"next": target}, data=data, follow_redirects=False)
        assert there.headers["location"] == "/"
        assert "evil" not in client.get("/sign-in", params={"next": target}).text


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1] + "0", lambda s: "x" + s, lambda s: s.replace(".", ".9", 1)]
)
def test_a_session_that_was_changed_is_none(guarded: Guarded, change: Callable[[str], str]) -> None:
    with TestClient(create_app(guarded.settings, TinyEncoder)) as client:
        client.post("/sign-in", data={"key": guarded.keys["read"]}, follow_redirects=False)
        token = client.cookies["bali_session"]
        assert client.get("/documents", headers={"Cookie": f"bali_session={token}"}).status_code == 200
        client.cookies.clear()
        changed = change(token)
        assert changed != token or token[-1] == "0"
        if changed != token:
            assert client.get("/documents", headers={"Cookie": f"bali_session={changed}"}).status_code == 401


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://localhost:3000"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/chat", "/mcp", "/feedback", "/sign-in", "/"])
def test_pages_of_other_sites_change_nothing(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.post(path, json={}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}])
def test_the_page_itself_and_programs_are_answered(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/search", json={"query": "tide"}, headers=headers).status_code == 200


def test_no_other_site_may_read_what_is_answered(client: TestClient) -> None:
    response = client.get("/documents", headers={"Origin": "http://evil.example"})
    assert not any(name.startswith("access-control") for name in response.headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil@localhost", "", "[", "localhost:x/"]
)
@pytest.mark.parametrize("path", ["/", "/documents", "/mcp"])
def test_requests_that_name_another_host_are_not_answered(client: TestClient, host: str, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_this_machine_is_known_by_its_own_names(client: TestClient, host: str) -> None:
    assert client.get("/documents", headers={"Host": host}).status_code == 200


def test_other_names_are_allowed_by_a_setting(guarded: Guarded) -> None:
    settings = guarded.settings.model_copy(update={"allowed_hosts": "bali.example.org, *.intern.example.org"})
    with TestClient(create_app(settings, TinyEncoder)) as client:
        for host, code in (("bali.example.org", 200), ("a.intern.example.org", 200), ("example.org", 421)):
            headers = guarded.headers("read") | {"Host": host}
            assert client.get("/documents", headers=headers).status_code == code


def test_on_this_machine_alone_nobody_needs_a_key_and_nobody_else_is_answered(harbour: Settings) -> None:
    with TestClient(create_app(harbour, TinyEncoder), client=("127.0.0.1", 5)) as client:
        assert client.get("/metrics").status_code == 200
    with TestClient(create_app(harbour, TinyEncoder), client=(ELSEWHERE, 5)) as client:
        assert client.get("/documents").status_code == 403


BINDINGS: list[tuple[dict[str, Any], bool]] = [
    ({"host": "127.0.0.1"}, False),
    ({"host": "::1"}, False),
    ({"host": "localhost"}, False),
    ({"host": "0.0.0.0"}, True),
    ({"host": "::"}, True),
    ({"host": "192.0.2.1"}, True),
    ({"host": "bali.example.org"}, True),
    ({"host": "127.0.0.1", "allowed_hosts": "bali.example.org"}, True),
]


@pytest.mark.parametrize(("given", "others"), BINDINGS)
def test_nothing_listens_to_others_without_a_key(tmp_path: Path, given: dict[str, Any], others: bool) -> None:
    settings = Settings(var=tmp_path, **given)
    if others:
        with pytest.raises(BindingError, match="bali keys add"):
            check_binding(settings)
        gone, _ = keys.add(tmp_path, "gone", [Scope.READ])
        keys.revoke(tmp_path, gone.id)
        with pytest.raises(BindingError):
            check_binding(settings)
        keys.add(tmp_path, "Ann", [Scope.READ])
    check_binding(settings)


def test_keys_are_kept_in_order_with_their_times(tmp_path: Path) -> None:
    first, _ = keys.add(tmp_path, "Ann", [Scope.WRITE, Scope.READ], timedelta(days=2))
    second, presented = keys.add(tmp_path, "Bo", [Scope.ADMIN])
    assert keys.read_keys(tmp_path) == [first, second]
    assert first.scopes == (Scope.READ, Scope.WRITE)
    assert keys.KeyRing(tmp_path).find(presented) == second
    assert first.invalid(datetime.now(UTC)) is None
    assert first.invalid(datetime.now(UTC) + timedelta(days=3)) == "expired"
