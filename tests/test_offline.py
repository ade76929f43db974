"""Nothing leaves the machine, and nothing is written but under `BALI_VAR`: strace watches each command."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.options import GOLD
from service.settings import Settings
from tests.conftest import write_corpus

PROGRAM = (sys.executable, "-m", "service.cli")
# runs several commands in one process, since starting takes longer than most of them
SEVERAL = """
import json, sys
from service.cli.main import main
for arguments in json.loads(sys.argv[1]):
    sys.argv[1:] = arguments
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    print("ended", *arguments[:2], code, flush=True)
    assert code in (0, 1), arguments
"""
INTERNET = re.compile(r"(connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?\b")
LOOK_UP = re.compile(r'open(?:at)?\(.*"/etc/(?:resolv\.conf|hosts)"')
WRITES = re.compile(
    r'(?:(?:openat|open)\((?:AT_FDCWD(?:<(?P<cwd>[^>]*)>)?, )?"(?P<opened>[^"]*)", [^)]*(?:O_CREAT|O_WRONLY|O_RDWR)'
    r'|(?:mkdir|creat)\("(?P<made>[^"]*)"|mkdirat\(AT_FDCWD(?:<[^>]*>)?, "(?P<made_at>[^"]*)").*= \d'
)
CALLS = "connect,sendto,sendmsg,sendmmsg,open,openat,creat,mkdir,mkdirat"


class Watched:
    """Runs commands with an empty HOME, and reads what strace saw of them."""

    def __init__(self, folder: Path, corpus: Path) -> None:
        self.home, self.var, self._corpus = folder / "home", folder / "var", corpus
        self.scratch, self._trace = folder / "tmp", folder / "trace"
        for made in (self.home, self.scratch):
            made.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.scratch),
            "BALI_VAR": str(self.var),
            "BALI_CORPUS": str(corpus),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, *arguments: str, program: tuple[str, ...] = PROGRAM) -> subprocess.Popen[bytes]:
        strace = ("strace", "-f", "-qq", "-y", "--seccomp-bpf", "-s", "300", "-e", f"trace={CALLS}")
        return subprocess.Popen(
            [*strace, "-o", str(self._trace), *program, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def check(self) -> None:
        """Fails where something went to a network, or was written elsewhere or left behind."""
        trace = self._trace.read_text("utf-8", "replace").splitlines()
        assert trace
        sent = [line for line in trace if INTERNET.search(line) or LOOK_UP.search(line)]
        assert not sent, sent[:5]
        outside = [line for line in trace if (match := WRITES.search(line)) and not self._may(match)]
        assert not outside, outside[:5]
        assert not list(self.home.iterdir())
        assert not list(self.scratch.iterdir())

    def _may(self, match: re.Match[str]) -> bool:
        path = Path(match["cwd"] or "/", match["opened"] or match["made"] or match["made_at"])
        allowed = (self.var, self._corpus, self.scratch, Path("/dev"), Path("/proc"))
        return any(path.is_relative_to(folder) for folder in allowed)


@pytest.fixture
def watched(tmp_path: Path, real_var: Path) -> Watched:
    """The shipped corpus, built."""
    watched = Watched(tmp_path, Settings().corpus)
    shutil.copytree(real_var, watched.var)
    return watched


def _end(watched: Watched, process: subprocess.Popen[bytes], given: bytes = b"") -> str:
    printed = process.communicate(given, timeout=120)[0].decode()
    assert process.returncode == 0, printed
    watched.check()
    return printed


def _run_all(watched: Watched, *commands: tuple[str, ...], given: bytes = b"") -> str:
    arguments = json.dumps(commands)
    printed = _end(watched, watched.start(arguments, program=(sys.executable, "-c", SEVERAL)), given)
    assert printed.count("ended ") == len(commands), printed
    return printed


@pytest.mark.robustness
def test_building_and_changing_the_corpus_stay_on_the_machine(tmp_path: Path) -> None:
    pages = [tmp_path / name / "minutes.html" for name in ("first", "second")]
    for page, times in zip(pages, ("", " twice"), strict=True):
        page.parent.mkdir()
        page.write_text(
            f"<h1>Minutes of the Harbour Group, 2024</h1><p>The tide calendar was printed{times}.</p>",
            "utf-8",
        )
    watched = Watched(tmp_path, write_corpus(tmp_path / "corpus"))
    _end(watched, watched.start("build"))
    _run_all(
        watched,
        ("add", str(pages[0]), "--yes"),
        ("replace", "minutes", str(pages[1])),
        ("remove", "minutes"),
    )


def test_evaluating_and_all_other_commands_stay_on_the_machine(watched: Watched, tmp_path: Path) -> None:
    gold = (GOLD / "questions.jsonl").read_text("utf-8").splitlines()[0]
    (tmp_path / "questions.jsonl").write_text(gold + "\n", "utf-8")
    agent = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": agent}
    printed = _run_all(
        watched,
        ("eval", "--gold", str(tmp_path), "--out", str(watched.var / "eval")),
        ("ask", "Who leads the research on forced marriage?"),
        ("search", "forced marriage"),
        ("precedents", "forced marriage"),
        ("verify",),
        ("history",),
        ("keys", "add", "Harbour"),
        ("keys", "list"),
        ("audit", "verify"),
        ("feedback", "export"),
        ("--version",),
        ("mcp",),
        given=json.dumps(hello).encode() + b"\n",
    )
    assert '"serverInfo"' in printed  # the agent was answered


def test_the_service_stays_on_the_machine(watched: Watched) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = watched.start("serve", "--port", str(port))
    try:
        body = json.dumps(
            {"messages": [{"role": "user", "content": "Who leads the research on forced marriage?"}]}
        ).encode()
        said = _posted(port, "/chat", body)
        assert said.startswith(b"HTTP/1.1 200"), said
    finally:
        _interrupt(service)
    watched.check()


def _posted(port: int, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 60) as connection:
                connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                return connection.recv(65536)
        except ConnectionRefusedError:
            assert time.monotonic() < until, "the service did not start"
            time.sleep(0.1)


def _interrupt(service: subprocess.Popen[bytes]) -> None:
    """Ends the traced program as Ctrl-C does: strace itself passes no signal on."""
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text("ascii").split()
    for child in children:
        os.kill(int(child), signal.SIGINT)
    service.communicate(timeout=60)
