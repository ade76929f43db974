"""Whether the audit log is as it was written: every line by its hash in the next one, the last one by the head.

What this cannot find: that someone who may write the folder has written all of it anew, or put back an older copy of all
of it. That shows against a head noted elsewhere (`known`): the logs have it with every request.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from service.observability.audit_log import (
    FOLDER,
    GENESIS,
    HEAD,
    LOCK,
    RETIRED,
    AuditError,
    Head,
    locked,
    log_files,
    read_head,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was read: `first` to `last` are numbers of lines, 0 where there is none; `problem` is the first found."""

    files: int
    first: int
    last: int
    sha256: str
    problem: str | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


class BrokenError(Exception):
    """What is wrong, and where."""


@dataclass(slots=True)
class _Chain:
    """How far the log was read. `gone` are the last lines, number and hash, of files that were kept long enough."""

    n: int
    sha256: str
    first: int = 0
    before: tuple[int, str] = (0, GENESIS)
    gone: frozenset[tuple[int, str]] = frozenset()
    known: str | None = None


def verify(var: Path, known: tuple[int, str] | None = None) -> Report:
    """Read the log under `var` from end to end; with `known`, a line's number and hash, that one must be in it."""
    folder = var / FOLDER
    if not folder.is_dir():
        return Report(0, 0, 0, GENESIS, "there is no log" if known else None)
    with ExitStack() as stack:
        try:
            still = locked(folder) if os.access(folder, os.W_OK) else nullcontext()
            with still:  # what is open can be read, whatever is written meanwhile
                head = read_head(folder)
                paths = log_files(folder)
                files = [stack.enter_context(path.open("rb")) for path in paths]
                size = paths[-1].stat().st_size if paths else 0
                others = sorted({path.name for path in folder.iterdir()} - {HEAD, LOCK})
        except (AuditError, OSError) as error:
            return Report(0, 0, 0, GENESIS, str(error))
        chain = _Chain(0, GENESIS)
        try:
            if strange := [name for name in others if name not in {path.name for path in paths}]:
                raise BrokenError(f"{strange[0]}: is no file of the log")
            for path, file in zip(paths, files, strict=True):
                _follow(chain, path.name, file, head, known)
            _finish(chain, paths, size, head, known)
        except BrokenError as broken:
            return Report(len(paths), chain.first, chain.n, chain.sha256, str(broken))
    return Report(len(paths), chain.first, chain.n, chain.sha256)


def _follow(
    chain: _Chain, name: str, file: BinaryIO, head: Head | None, known: tuple[int, str] | None
) -> None:
    """Read a file of the log on the end of what was read."""
    if name != f"{chain.n + 1:012d}.jsonl" and chain.first:
        raise BrokenError(f"{name}: the file that begins with line {chain.n + 1} should come here")
    is_last = head is not None and name == head.file
    lines = 0
    for lines, line in enumerate(_lines(file, head.size if is_last and head else None), 1):
        record = _record(name, lines, line)
        if not chain.first:
            chain.first, chain.n = record["n"], record["n"] - 1
            chain.before = (chain.n, record["prev"])
            chain.sha256 = record["prev"]
            if name != f"{chain.first:012d}.jsonl":
                raise BrokenError(f"{name}: begins with line {chain.first}")
        if record["n"] != chain.n + 1:
            raise BrokenError(f"{name}:{lines}: line {record['n']} stands where line {chain.n + 1} should")
        if record["prev"] != chain.sha256:
            raise BrokenError(
                f"{name}:{lines}: line {chain.n} is not the one that was written, or this is not"
            )
        chain.n, chain.sha256 = record["n"], hashlib.sha256(line).hexdigest()
        if record.get("event") == RETIRED:
            chain.gone |= {(record["last"], record["sha256"])}
        if known and known[0] == chain.n:
            chain.known = chain.sha256
    if not lines and not (is_last and head and head.size == 0):
        raise BrokenError(f"{name}: is empty")


def _finish(
    chain: _Chain, paths: list[Path], size: int, head: Head | None, known: tuple[int, str] | None
) -> None:
    """The log must end with the head, and begin with line 1 or where a line says that the lines before went.

    `size` is that of the last file when the head was read; what was written since is not looked at.
    """
    last = (chain.n, chain.sha256)
    if head is None:
        return  # and there are no files: nothing was ever written
    if last != (head.n, head.sha256) or (paths and paths[-1].name != head.file) or (head.n and not paths):
        raise BrokenError(f"the last line is number {chain.n}, and the head says {head.n}, or another one")
    if paths and size != head.size:
        raise BrokenError(f"{head.file}: has more after line {chain.n}, the last that was written in full")
    if chain.first and chain.before != (0, GENESIS) and chain.before not in chain.gone:
        raise BrokenError(f"the lines before {chain.first} are missing, and no line says that they went")
    if known and (0 < known[0] < chain.first):
        raise BrokenError(f"line {known[0]} went when it had been kept for long enough")
    if known and known[0] and chain.known != known[1]:
        raise BrokenError(f"line {known[0]} is not the one that was noted")


def _lines(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    """The lines of the first `size` bytes, each with its end."""
    read = 0
    while size is None or read < size:
        line = file.readline() if size is None else file.readline(size - read)
        if not line:
            return
        read += len(line)
        yield line


def _record(name: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
        sound = isinstance(record["n"], int) and isinstance(record["prev"], str) and line.endswith(b"\n")
        if record.get("event") == RETIRED:
            sound = sound and isinstance(record["last"], int) and isinstance(record["sha256"], str)
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise BrokenError(f"{name}:{number}: is no line of the log")
    return dict(record)
