"""The audit log: a line of JSON for every answer and every change of a key, each with the hash of the line before.

var/audit/000000000001.jsonl   lines, the first of them number 1; the next file begins where this one ends
var/audit/head                 number and hash of the last line, and where it ends

Lines are handed to the system before an answer goes out, so they outlive the process; they are on the disk within a
second (`sync`), when a file is full, and when the service stops. Several threads and processes may write.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corpus.disk import sync
from corpus.errors import BaliError
from service.observability.locked_file import Lock, OpenFile
from service.settings import Settings

FOLDER, HEAD, LOCK = "audit", "head", "lock"
NAME = re.compile(r"\d{12}\.jsonl")
RETIRED = "retired"  # the event of a file that was kept for long enough
GENESIS = "0" * 64
SYNCED = 1.0  # seconds between one and the next time that whoever has the log calls `sync`
HEAD_SIZE = 256  # bytes; of one size, so that it can be written over in one go
_MEND = "keep the folder for whoever looks into it, and move it away to begin anew"
_DAY = re.compile(r'"at":"(\d{4}-\d\d-\d\d)')


class AuditError(BaliError):
    """The audit log cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line: its number and SHA-256, its file, and the size of that file with it."""

    n: int
    sha256: str
    file: str
    size: int

    def line(self) -> bytes:
        """As it is written."""
        said = {"n": self.n, "sha256": self.sha256, "file": self.file, "size": self.size}
        return json.dumps(said).encode().ljust(HEAD_SIZE - 1) + b"\n"


def read_head(folder: Path) -> Head | None:
    """The head, or None where nothing was ever written. Raises AuditError."""
    path = folder / HEAD
    try:
        with closing(OpenFile(path, os.O_RDONLY)) as kept:
            return _head_of(kept, path)
    except FileNotFoundError:
        if log_files(folder):
            raise AuditError("is missing", where=str(path), remedy=_MEND) from None
        return None


def _head_of(kept: OpenFile, path: Path) -> Head:
    try:
        data = os.pread(kept.descriptor, HEAD_SIZE + 1, 0)
        head = Head(**json.loads(data))
        if head.line() != data or not NAME.fullmatch(head.file):
            raise ValueError("it is not as it was written")
        return head
    except (ValueError, TypeError) as error:
        raise AuditError(f"is damaged ({error})", where=str(path), remedy=_MEND) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else writes meanwhile."""
    with closing(Lock(folder / LOCK)) as lock, lock.held():
        yield


class AuditLog:
    """Writes the log under `var`; a file has at most `file_bytes` and one day, and is kept for `days`."""

    def __init__(self, var: Path, *, file_bytes: int, days: int) -> None:
        self._folder = var / FOLDER
        self._file_bytes, self._days = file_bytes, days
        self._lock = threading.Lock()
        self._others = Lock(self._folder / LOCK)
        self._head: OpenFile | None = None
        self._file: tuple[str, OpenFile] | None = None  # by its name
        self._dirty = False
        self._begun = ("", "")  # a file, and the day of its first line

    def write(self, event: Mapping[str, Any]) -> Head:
        """Append a line of `event`, after its number, its time and the hash of the line before. Raises AuditError."""
        try:
            with self._lock, self._others.held():
                head = self._resume(self._read_head() or self._begin())
                if self._full(head):
                    head = self._rotate(head)
                return self._append(head, event)
        except OSError as error:
            raise AuditError(
                f"cannot be written ({error.strerror})",
                where=str(self._folder),
                remedy="make room, or mend its owner",
            ) from error

    def sync(self) -> None:
        """Have on the disk what was written since the last time."""
        with self._lock:
            if not (self._dirty and self._file):
                return
            descriptor = os.dup(self._file[1].descriptor)  # so that nobody waits for the disk
            self._dirty = False
        try:
            os.fdatasync(descriptor)
        except OSError:
            self._dirty = True  # to be tried again
            raise
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Have all on the disk, and let go of the files."""
        with self._lock, ExitStack() as parts:
            for close in (self._others.close, self._shut_head, self._shut):
                parts.callback(close)

    def _begin(self) -> Head:
        head = self._settle(Head(0, GENESIS, f"{1:012d}.jsonl", 0))
        self._sync_names()
        return head

    def _sync_names(self) -> None:
        """Have the head and the names of the files on the disk."""
        for path in (self._folder / HEAD, self._folder):
            sync(path)

    def _append(self, head: Head, event: Mapping[str, Any]) -> Head:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        record = {"n": head.n + 1, "at": now, "prev": head.sha256, **event}
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        _write_all(self._open(head.file).descriptor, line)
        self._dirty = True
        digest = hashlib.sha256(line).hexdigest()
        return self._settle(Head(head.n + 1, digest, head.file, head.size + len(line)))

    def _read_head(self) -> Head | None:
        if self._head and not self._head.standing():
            self._shut_head()  # it was moved away
        return _head_of(self._head, self._folder / HEAD) if self._head else read_head(self._folder)

    def _settle(self, head: Head) -> Head:
        self._head = self._head or OpenFile(self._folder / HEAD, os.O_RDWR | os.O_CREAT)
        os.pwrite(self._head.descriptor, head.line(), 0)
        return head

    def _shut_head(self) -> None:
        if self._head:
            self._head.close()
        self._head = None

    def _open(self, name: str) -> OpenFile:
        """A file of the log, which is kept open."""
        if self._file and self._file[0] != name:
            self._shut()
        if self._file is None:
            self._file = (name, OpenFile(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_APPEND))
        return self._file[1]

    def _shut(self) -> None:
        """Have the open file on the disk, and close it."""
        kept, self._file = self._file, None
        if kept:
            with closing(kept[1]):
                os.fdatasync(kept[1].descriptor)

    def _resume(self, head: Head) -> Head:
        """`head`, or what stands after it where a writer was stopped between a line and the head.

        Lines that carry on the chain are taken in; the beginning of one is cut off, for its answer never went out. Where
        the file is not what the head says, the chain goes on in a new file, and verifying finds the hole.
        """
        if self._file and self._file[0] == head.file:
            if (now := self._file[1].standing()) and now.st_size == head.size:
                return head
            if now is None:
                self._shut()  # it was moved away
        descriptor = self._open(head.file).descriptor
        size = os.fstat(descriptor).st_size
        rest = os.pread(descriptor, max(0, size - head.size), head.size)
        last = head
        for line in rest.splitlines(keepends=True):
            if not (line.endswith(b"\n") and _carries_on(line, last)):
                break
            digest = hashlib.sha256(line).hexdigest()
            last = Head(last.n + 1, digest, last.file, last.size + len(line))
        cut, taken = size - last.size, last.n - head.n
        new = Head(last.n, last.sha256, f"{last.n + 1:012d}.jsonl", 0)
        if cut == 0 and new.file != last.file and (self._folder / new.file).exists():
            return self._resume(new)  # it was stopped after it began a new file
        if last == head and cut == 0:
            return head
        if size < head.size or b"\n" in rest[last.size - head.size :]:
            last = new
        elif cut:
            os.ftruncate(descriptor, last.size)
        return self._append(last, {"event": "recovered", "taken": taken, "cut": cut})

    def _full(self, head: Head) -> bool:
        if head.size == 0:
            return False
        if self._begun[0] != head.file:
            begin = os.pread(self._open(head.file).descriptor, 200, 0)
            day = _DAY.search(begin.decode("ascii", "replace"))
            self._begun = (head.file, day[1] if day else "")
        return head.size >= self._file_bytes or self._begun[1] != datetime.now(UTC).date().isoformat()

    def _rotate(self, head: Head) -> Head:
        """Begin a new file; files whose last line is older than is kept go, each after a line that says so."""
        os.fdatasync(self._open(head.file).descriptor)
        head = self._settle(Head(head.n, head.sha256, f"{head.n + 1:012d}.jsonl", 0))
        self._open(head.file)
        self._sync_names()
        before = (datetime.now(UTC) - timedelta(days=self._days)).isoformat()
        for path in log_files(self._folder):
            line = (path.read_bytes().splitlines(keepends=True) or [b""])[-1]
            last = _read(line)
            if last.get("at", before) >= before:
                break
            digest = hashlib.sha256(line).hexdigest()
            retired = {"event": RETIRED, "file": path.name, "last": last["n"], "sha256": digest}
            head = self._append(head, retired)
            os.fdatasync(self._open(head.file).descriptor)
            path.unlink()
        return head


def audit_of(settings: Settings) -> AuditLog:
    """The audit log as it is set."""
    return AuditLog(settings.var, file_bytes=settings.audit_file_bytes, days=settings.audit_days)


def log_files(folder: Path) -> list[Path]:
    """The files of the log, the oldest first."""
    return sorted(file for file in folder.glob("*.jsonl") if NAME.fullmatch(file.name))


def _carries_on(line: bytes, head: Head) -> bool:
    record = _read(line)
    return record.get("n") == head.n + 1 and record.get("prev") == head.sha256


def _read(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
