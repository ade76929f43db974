"""The files of the audit log. Each is kept open while it stands at its path: opening it for every line costs as much as
writing the line. An open file is written to even if its mode forbids that by then.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from corpus.errors import BaliError
from service.observability.audit_chain import FILE_NAME, HEAD_SIZE, Head

HEAD, LOCK = "head", "lock"
_POLL = 0.001  # seconds between two attempts to take the lock, which is held for far less than one
_REMEDY = "keep the folder for whoever looks into it, and move it away to begin anew"
_DAY = re.compile(r'"at":"(\d{4}-\d\d-\d\d)')


class AuditError(BaliError):
    """The audit log cannot be written or read."""


class OpenFile:
    """A file that is open, by its `descriptor`."""

    def __init__(self, path: Path, flags: int) -> None:
        self._path = path
        self.descriptor = os.open(path, flags, 0o600)
        self._opened = os.fstat(self.descriptor)

    def in_place(self) -> bool:
        """Whether the path still leads to this file."""
        try:
            return os.path.samestat(self._path.stat(), self._opened)
        except FileNotFoundError:
            return False

    def close(self) -> None:
        os.close(self.descriptor)


class HeadFile:
    """The file of the head."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: OpenFile | None = None

    def read(self) -> Head | None:
        """The head; None before the first line. Raises AuditError."""
        if self._file and not self._file.in_place():
            self.close()
        return _parsed(self._file, self._folder / HEAD) if self._file else read_head(self._folder)

    def write(self, head: Head) -> None:
        self._file = self._file or OpenFile(self._folder / HEAD, os.O_RDWR | os.O_CREAT)
        os.pwrite(self._file.descriptor, head.data(), 0)

    def close(self) -> None:
        if self._file:
            self._file.close()
        self._file = None


class LogFile:
    """The file that lines are appended to, once it is open. It is synced before it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._file: OpenFile | None = None
        self._day: str | None = None
        self.dirty = False  # whether lines may not be on the disk

    def open(self, name: str) -> None:
        """Open the file of this name, also when it was moved away; it may be open already."""
        if self._file and not (self._name == name and self._file.in_place()):
            self.close()
        if self._file is None:
            self._file = OpenFile(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            self._name = name

    @property
    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    @property
    def day(self) -> str:
        """The day of the first line, ISO 8601; empty if that line is damaged."""
        if self._day is None:
            day = _DAY.search(os.pread(self._descriptor, 200, 0).decode("ascii", "replace"))
            self._day = day[1] if day else ""
        return self._day

    def read_from(self, start: int) -> bytes:
        return os.pread(self._descriptor, max(0, self.size - start), start)

    def append(self, line: bytes) -> None:
        _write_all(self._descriptor, line)
        self.dirty = True

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        os.fdatasync(self._descriptor)

    def take_dirty(self) -> int | None:
        """A duplicate descriptor of a dirty file, for the caller to sync and close; None if all is on the disk."""
        if not (self.dirty and self._file):
            return None
        descriptor = os.dup(self._descriptor)
        self.dirty = False
        return descriptor

    def close(self) -> None:
        file, self._file, self._day = self._file, None, None
        if file:
            with closing(file):
                os.fdatasync(file.descriptor)

    @property
    def _descriptor(self) -> int:
        assert self._file
        return self._file.descriptor


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing. Threads of one process have to take turns by themselves."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(folder / LOCK, mode=0o600, poll_interval=_POLL, fallback_to_soft=False):
        yield


def log_files(folder: Path) -> list[Path]:
    """The files with lines, the oldest first."""
    return sorted(file for file in folder.glob("*.jsonl") if FILE_NAME.fullmatch(file.name))


def read_head(folder: Path) -> Head | None:
    """The head; None before the first line. Raises AuditError."""
    path = folder / HEAD
    try:
        with closing(OpenFile(path, os.O_RDONLY)) as file:
            return _parsed(file, path)
    except FileNotFoundError:
        if log_files(folder):
            raise AuditError("is missing", where=str(path), remedy=_REMEDY) from None
        return None


def _parsed(file: OpenFile, path: Path) -> Head:
    try:
        return Head.parse(os.pread(file.descriptor, HEAD_SIZE + 1, 0))
    except ValueError as error:
        raise AuditError(f"is damaged ({error})", where=str(path), remedy=_REMEDY) from error


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
