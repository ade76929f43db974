"""The audit log: what stands in it, and that nothing done to it stays unfound."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.app import create_app
from service.observability import audit_files as files_module
from service.observability import audit_log as log
from service.observability.audit_chain import HEAD_SIZE
from service.observability.audit_files import HEAD, LOCK, AuditError, log_files
from service.observability.audit_log import FOLDER, AuditLog
from service.observability.audit_verification import verify
from service.settings import Settings
from tests.support.tiny import TinyEncoder

ASKED = "who leads the repair of the northern lighthouse"


def written(var: Path, lines: int = 12, *, file_bytes: int = 500) -> Path:
    """A log of so many lines in several files; gives its folder."""
    audit = AuditLog(var, file_bytes=file_bytes, days=365)
    for n in range(lines):
        audit.write({"event": "answer", "question": f"how many lighthouses has harbour {n}?"})
    audit.close()
    return var / FOLDER


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("audit")
    written(var)
    report = verify(var)
    assert report.whole
    assert (report.first, report.last) == (1, 12)
    assert report.files > 3
    return var


def parts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != LOCK}


def put(var: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(var, ignore_errors=True)
    (var / FOLDER).mkdir(parents=True)
    for name, data in files.items():
        (var / FOLDER / name).write_bytes(data)


@settings(max_examples=200)
@given(data=st.data())
def test_any_single_edit_is_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    files = parts(whole / FOLDER)
    name = data.draw(st.sampled_from(sorted(files)))
    old = files[name]
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, min(len(old), start + data.draw(st.sampled_from([0, 1, 30, 2_000])))))
    new = data.draw(
        st.one_of(
            st.binary(max_size=3),
            st.sampled_from([b"\n", b" ", b"\r\n", old[:end], old[start:end] * 2, old[start:end].upper()]),
        )
    )
    changed = old[:start] + new + old[end:]
    if changed == old:
        return
    var = tmp_path_factory.getbasetemp() / "edited"
    put(var, files | {name: changed})
    assert not verify(var).whole


@settings(max_examples=100)
@given(data=st.data())
def test_lines_that_are_moved_taken_out_or_put_in_twice_are_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    files = parts(whole / FOLDER)
    name = data.draw(st.sampled_from([name for name in files if name != HEAD]))
    lines = files[name].splitlines(keepends=True)
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 2))
    if kept == lines:
        return
    var = tmp_path_factory.getbasetemp() / "moved"
    put(var, files | {name: b"".join(kept)})
    assert not verify(var).whole


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.__delitem__(name)


def _cut_the_last_line(files: dict[str, bytes]) -> None:
    name = max(set(files) - {HEAD})
    files[name] = b"".join(files[name].splitlines(keepends=True)[:-1])


def _swap(files: dict[str, bytes]) -> None:
    one, other = sorted(set(files) - {HEAD})[:2]
    files[one], files[other] = files[other], files[one]


def test_files_that_are_missing_swapped_renamed_or_added_are_found(whole: Path, tmp_path: Path) -> None:
    names = sorted(parts(whole / FOLDER))
    edits: list[Callable[[dict[str, bytes]], Any]] = [_without(name) for name in names]
    edits += [_cut_the_last_line, _swap]
    edits += [lambda f: f.update({"000000000099.jsonl": b""}), lambda f: f.update({"notes.txt": b""})]
    edits += [lambda f: f.update({"000000000002.jsonl": f.pop(names[0])})]
    for edit in edits:
        files = parts(whole / FOLDER)
        edit(files)
        put(tmp_path / "var", files)
        assert not verify(tmp_path / "var").whole, edit


def test_an_older_copy_of_all_of_it_is_found_by_a_head_that_was_noted(tmp_path: Path) -> None:
    written(tmp_path / "var", 3)
    older = parts(tmp_path / "var" / FOLDER)
    written(tmp_path / "var", 2)
    report = verify(tmp_path / "var")
    noted = (report.last, report.sha256)
    assert verify(tmp_path / "var", noted).whole
    put(tmp_path / "var", older)
    assert verify(tmp_path / "var").whole  # which nothing in the folder can tell
    assert not verify(tmp_path / "var", noted).whole


def test_a_log_that_was_written_anew_is_found_by_a_head_that_was_noted(tmp_path: Path) -> None:
    written(tmp_path / "one", 5)
    report = verify(tmp_path / "one")
    written(tmp_path / "other", 8)
    assert verify(tmp_path / "other").whole
    assert not verify(tmp_path / "other", (report.last, report.sha256)).whole
    assert not verify(tmp_path / "none", (report.last, report.sha256)).whole


def test_threads_and_processes_write_one_chain(tmp_path: Path) -> None:
    other = get_context("fork").Process(target=written, args=(tmp_path, 40))
    other.start()
    shared = AuditLog(tmp_path, file_bytes=3_000, days=365)

    def write() -> None:
        for _ in range(30):
            shared.write({"event": "answer"})
            shared.sync()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    seen = [verify(tmp_path) for _ in range(5)]  # while it is written
    for thread in threads:
        thread.join()
    other.join(30)
    assert other.exitcode == 0
    shared.close()
    assert all(report.whole for report in seen)
    report = verify(tmp_path)
    assert report.whole
    assert report.last == 160


def test_what_was_kept_long_enough_goes_and_the_rest_still_proves_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 6)
    before = len(log_files(tmp_path / FOLDER))

    class Later(log.datetime):  # type: ignore[name-defined,misc]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return super().now(tz) + timedelta(days=400)

    monkeypatch.setattr(log, "datetime", Later)
    AuditLog(tmp_path, file_bytes=10_000, days=365).write({"event": "answer"})
    report = verify(tmp_path)
    assert report.whole
    assert report.files == 1
    assert (report.first, report.last) == (7, 6 + before + 1)
    files = parts(tmp_path / FOLDER)
    lines = files["000000000007.jsonl"].splitlines(keepends=True)
    assert b"retired" in lines[0]
    put(tmp_path, files | {"000000000007.jsonl": b"".join(lines[1:])})
    assert not verify(tmp_path).whole


@pytest.mark.parametrize("torn", [b'{"n":', b""])
def test_a_writer_that_was_killed_between_a_line_and_the_head_leaves_a_log_that_goes_on(
    tmp_path: Path, torn: bytes
) -> None:
    folder = written(tmp_path, 2, file_bytes=10_000)
    head = (folder / HEAD).read_bytes()
    written(tmp_path, 1, file_bytes=10_000)
    (folder / HEAD).write_bytes(head)
    with (folder / "000000000001.jsonl").open("ab") as file:
        file.write(torn)
    assert not verify(tmp_path).whole  # it says so until the next line is written
    written(tmp_path, 1, file_bytes=10_000)
    assert verify(tmp_path).whole
    events = [json.loads(line)["event"] for line in (folder / "000000000001.jsonl").read_text().splitlines()]
    assert events == ["answer", "answer", "answer", "recovered", "answer"]


def test_a_hole_that_a_power_cut_left_stays_to_be_seen_and_the_log_goes_on(tmp_path: Path) -> None:
    folder = written(tmp_path, 3, file_bytes=10_000)
    os.truncate(folder / "000000000001.jsonl", 200)
    written(tmp_path, 1, file_bytes=10_000)
    assert not verify(tmp_path).whole
    assert (folder / "000000000004.jsonl").is_file()


def test_a_log_that_is_moved_away_from_a_running_service_is_begun_anew(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path, file_bytes=10_000, days=365)
    audit.write({"event": "answer"})
    (tmp_path / FOLDER).rename(tmp_path / "kept")
    audit.write({"event": "answer"})
    audit.close()
    assert verify(tmp_path).last == 1
    (tmp_path / FOLDER).rename(tmp_path / "second")
    (tmp_path / "kept").rename(tmp_path / FOLDER)
    report = verify(tmp_path)
    assert report.whole
    assert report.last == 1


def test_a_file_that_begins_with_something_else_does_not_stop_the_service(tmp_path: Path) -> None:
    folder = written(tmp_path, 2, file_bytes=10_000)
    path = folder / "000000000001.jsonl"
    path.write_bytes(b"x" * 200 + path.read_bytes()[200:])
    written(tmp_path, 1, file_bytes=10_000)
    assert not verify(tmp_path).whole


def test_the_head_has_one_size(whole: Path) -> None:
    assert (whole / FOLDER / HEAD).stat().st_size == HEAD_SIZE


@pytest.fixture
def own(harbour: Settings, tmp_path: Path) -> Settings:
    """The harbour corpus with a log of its own."""
    for name in ("generations", "current"):
        (tmp_path / name).symlink_to(harbour.var / name)
    return harbour.model_copy(update={"var": tmp_path})


def lines(var: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in log_files(var / FOLDER) for line in path.read_text().splitlines()]


def answer_everywhere(client: TestClient) -> dict[str, list[str]]:
    """Ask by every face; gives the passages that each has shown."""
    asked = {"messages": [{"role": "user", "content": ASKED}]}
    call = {"name": "search", "arguments": {"query": ASKED}}
    rpc = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    accept = {"Accept": "application/json, text/event-stream"}
    chat = client.post("/chat", json=asked).json()
    streamed = client.post("/chat", json=asked | {"stream": True})
    openai = client.post("/v1/chat/completions", json=asked | {"model": "bali"}).json()
    found = client.post("/search", json={"query": ASKED}).json()
    client.post("/precedents", json={"topic": ASKED})
    client.get("/", params={"q": ASKED})
    client.get("/find", params={"q": ASKED})
    tool = client.post("/mcp", json=rpc, headers=accept)
    assert streamed.status_code == tool.status_code == 200
    return {
        "/chat": [citation["passage"]["id"] for citation in chat["citations"]],
        "/v1/chat/completions": [citation["passage"]["id"] for citation in openai["citations"]],
        "/search": [result["passage"]["id"] for result in found["results"]],
        "/mcp": [r["passage"]["id"] for r in tool.json()["result"]["structuredContent"]["results"]],
    }


@pytest.mark.parametrize("kept", ["text", "hash"])
def test_every_answer_is_in_the_log_before_it_goes_out(own: Settings, kept: str) -> None:
    settings = own.model_copy(update={"audit_questions": kept})
    with TestClient(create_app(settings, TinyEncoder)) as client:
        shown = answer_everywhere(client)
        generation = client.get("/readyz").json()["generation"]
    found = lines(own.var)
    assert [line["route"] for line in found] == [
        "/chat", "/chat", "/v1/chat/completions", "/search", "/precedents", "/", "/find", "/mcp",
    ]  # fmt: skip
    for line in found:
        assert line["generation"] == generation
        assert line["passages"]
        assert line["passages"] == shown.get(line["route"], line["passages"])
        assert ("question" in line, "question_sha256" in line) == (kept == "text", kept == "hash")
        assert kept == "text" or ASKED not in json.dumps(line)
        assert line.get("question", ASKED) == ASKED
    assert found[0]["status"] == "answered"
    assert verify(own.var).whole


def test_without_a_log_there_is_no_answer(own: Settings) -> None:
    with TestClient(create_app(own, TinyEncoder)) as client:
        client.post("/search", json={"query": ASKED})
        (own.var / FOLDER / HEAD).write_bytes(b"x")
        refused = client.post("/search", json={"query": ASKED})
        assert refused.status_code == 503
        assert "audit" in refused.json()["detail"]
        assert "bali_audit_failures_total 1.0" in client.get("/metrics").text
        assert client.get("/healthz").status_code == 200


def test_a_writer_that_was_stopped_while_it_changed_files_leaves_a_log_that_goes_on(tmp_path: Path) -> None:
    heads = []
    audit = AuditLog(tmp_path, file_bytes=300, days=365)
    for n in range(6):
        audit.write({"event": "answer", "question": f"how many lighthouses has harbour {n}?"})
        heads.append((tmp_path / FOLDER / HEAD).read_bytes())
    audit.close()
    kept = parts(tmp_path / FOLDER)
    changes = [n for n in range(5) if json.loads(heads[n])["file"] != json.loads(heads[n + 1])["file"]]
    assert changes
    for n in changes:
        for lost in (0, 1):  # the head of the line before the change, or of one more
            put(tmp_path, {**kept, HEAD: heads[max(0, n - lost)]})
            later = AuditLog(tmp_path, file_bytes=300, days=365)
            later.write({"event": "answer", "question": "and how many buoys?"})
            later.close()
            report = verify(tmp_path)
            assert report.whole, report


def test_a_log_that_was_stopped_before_the_first_line_of_a_new_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = AuditLog(tmp_path, file_bytes=1, days=365)
    audit.write({"event": "answer"})

    def stopped(*_: Any) -> None:
        raise OSError(5, "stopped")

    with monkeypatch.context() as patched:
        patched.setattr(files_module, "_write_all", stopped)
        with pytest.raises(AuditError):
            audit.write({"event": "answer"})
    assert verify(tmp_path).whole
    audit.write({"event": "answer"})
    audit.close()
    assert verify(tmp_path).whole


def test_a_log_that_was_begun_before_a_fork_stays_whole(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path, file_bytes=10**6, days=365)
    audit.write({"event": "answer"})

    def write() -> None:
        for _ in range(100):
            audit.write({"event": "answer"})
        audit.close()

    children = [get_context("fork").Process(target=write) for _ in range(2)]
    for child in children:
        child.start()
    write()
    for child in children:
        child.join(30)
        assert child.exitcode == 0
    report = verify(tmp_path)
    assert report.whole
    assert report.last == 301


def test_nothing_stays_open_where_the_disk_fails_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    before = len(list(Path("/proc/self/fd").iterdir()))
    audit = AuditLog(tmp_path, file_bytes=10**6, days=365)
    audit.write({"event": "answer"})
    monkeypatch.setattr("os.fdatasync", fail)
    with pytest.raises(OSError, match="Input/output"):
        audit.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
