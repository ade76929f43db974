"""Verification of the audit log: the next line proves each line by its hash, and the head proves the last.

A folder that someone has written anew as a whole, or replaced by an older copy, still proves itself. It contradicts a
head that was noted elsewhere (`known`): the service's log has it with every request.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from service.observability.audit_chain import EMPTY, GENESIS, HashChain, Head, record_of
from service.observability.audit_files import HEAD, LOCK, AuditError, locked, log_files, read_head
from service.observability.audit_log import FOLDER, RETIRED


@dataclass(frozen=True, slots=True)
class Report:
    """The files and line numbers that were read, 0 for none, and the first problem."""

    files: int
    first: int
    last: int
    sha256: str
    problem: str | None = None

    @property
    def whole(self) -> bool:
        return self.problem is None


class BrokenError(Exception):
    """What is wrong, and where."""


@dataclass(slots=True)
class _Reading:
    """The progress of reading. `before` is the chain before the first line; `retired`, the chains that removed files ended with."""

    head: Head | None
    known: HashChain | None
    chain: HashChain = EMPTY
    first: int = 0
    before: HashChain = EMPTY
    retired: frozenset[HashChain] = frozenset()
    found: HashChain | None = None  # the line of the number that is known


def verify(var: Path, known: tuple[int, str] | None = None) -> Report:
    """Read the log under `var` from end to end; `known` is the number and hash of a line that it must have."""
    folder = var / FOLDER
    if not folder.is_dir():
        return Report(0, 0, 0, GENESIS, "there is no log" if known else None)
    with ExitStack() as stack:
        try:
            with locked(folder) if os.access(folder, os.W_OK) else nullcontext():
                head = read_head(
                    folder
                )  # what is open by the end of this block can be read while others write
                paths = log_files(folder)
                files = [stack.enter_context(path.open("rb")) for path in paths]
                size = paths[-1].stat().st_size if paths else 0
                strange = sorted(
                    {path.name for path in folder.iterdir()} - {HEAD, LOCK, *(p.name for p in paths)}
                )
        except (AuditError, OSError) as error:
            return Report(0, 0, 0, GENESIS, str(error))
        reading = _Reading(head, HashChain(*known) if known else None)
        problem = None
        try:
            if strange:
                raise BrokenError(f"{strange[0]}: is no file of the log")
            for path, file in zip(paths, files, strict=True):
                _read(reading, path.name, file)
            _check_ends(reading, paths, size)
        except BrokenError as broken:
            problem = str(broken)
    return Report(len(paths), reading.first, reading.chain.n, reading.chain.sha256, problem)


def _read(reading: _Reading, name: str, file: BinaryIO) -> None:
    if name != reading.chain.next_file and reading.first:
        raise BrokenError(f"{name}: the file that begins with line {reading.chain.n + 1} should come here")
    head = reading.head if reading.head and reading.head.file == name else None
    number = 0
    for number, line in enumerate(_lines(file, head.size if head else None), 1):
        _read_line(reading, name, number, line)
    if not number and not (head and head.size == 0):
        raise BrokenError(f"{name}: is empty")


def _read_line(reading: _Reading, name: str, number: int, line: bytes) -> None:
    record = _record(name, number, line)
    if not reading.first:
        reading.first = record["n"]
        reading.chain = reading.before = HashChain(record["n"] - 1, record["prev"])
        if name != reading.chain.next_file:
            raise BrokenError(f"{name}: begins with line {reading.first}")
    n = reading.chain.n
    if record["n"] != n + 1:
        raise BrokenError(f"{name}:{number}: line {record['n']} stands where line {n + 1} should")
    if record["prev"] != reading.chain.sha256:
        raise BrokenError(f"{name}:{number}: line {n} is not the one that was written, or this is not")
    reading.chain = reading.chain.continued(line)
    if record.get("event") == RETIRED:
        reading.retired |= {HashChain(record["last"], record["sha256"])}
    if reading.known and reading.known.n == reading.chain.n:
        reading.found = reading.chain


def _check_ends(reading: _Reading, paths: list[Path], size: int) -> None:
    """The log must end with the head, and begin with line 1 or where a line says that earlier lines were removed.

    `size` is the last file's size from when the head was read; what was written since is not looked at.
    """
    head, known, n = reading.head, reading.known, reading.chain.n
    if head is None:
        return  # and there are no files: nothing was ever written
    if reading.chain != head.chain or (paths and paths[-1].name != head.file) or (head.chain.n and not paths):
        raise BrokenError(f"the last line is number {n}, and the head says {head.chain.n}, or another one")
    if paths and size != head.size:
        raise BrokenError(f"{head.file}: has more after line {n}, the last that was written in full")
    if reading.first and reading.before != EMPTY and reading.before not in reading.retired:
        raise BrokenError(f"the lines before {reading.first} are missing, and no line says that they went")
    if known and 0 < known.n < reading.first:
        raise BrokenError(f"line {known.n} went when it had been kept for long enough")
    if known and known.n and reading.found != known:
        raise BrokenError(f"line {known.n} is not the one that was noted")


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
    record = record_of(line)
    sound = line.endswith(b"\n") and isinstance(record.get("n"), int) and isinstance(record.get("prev"), str)
    if record.get("event") == RETIRED:
        sound = sound and isinstance(record.get("last"), int) and isinstance(record.get("sha256"), str)
    if not sound:
        raise BrokenError(f"{name}:{number}: is no line of the log")
    return record
