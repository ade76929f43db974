"""The audit log: a line of JSON for every answer and every change of a key, each with the hash of the line before.

var/audit/000000000001.jsonl   lines, the first of them number 1; the next file begins where this one ends
var/audit/head                 number and hash of the last line, and where it ends

Lines are handed to the system before an answer goes out, so they outlive the process. They are on the disk within a
second (`sync`), when a file is full, and when the service stops. Several threads and processes may write.
"""

import hashlib
import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corpus.disk import sync
from service.observability.audit_chain import EMPTY, HashChain, Head, record_of
from service.observability.audit_files import HEAD, AuditError, HeadFile, LogFile, locked, log_files
from service.settings import Settings

FOLDER = "audit"
RETIRED = "retired"  # the event of a removed file
FILE_BYTES = 16_000_000  # at this size the log begins a new file; each day begins one too
SYNCED = 1.0  # seconds between two calls of `sync`, which are up to the owner of the log


class AuditLog:
    """Writes the log under `var`. A file has the lines of one day, and is kept for `days`."""

    def __init__(self, var: Path, *, days: int, file_bytes: int = FILE_BYTES) -> None:
        self._folder = var / FOLDER
        self._file_bytes, self._days = file_bytes, days
        self._lock = threading.Lock()
        self._head, self._file = HeadFile(self._folder), LogFile(self._folder)

    def write(self, event: Mapping[str, Any]) -> HashChain:
        """Append a line; gives its number and hash. Raises AuditError."""
        try:
            with self._lock, locked(self._folder):
                head = self._recovered(self._head.read() or self._begin())
                if self._is_full(head):
                    head = self._rotate(head)
                return self._append(head, event).chain
        except OSError as error:
            raise AuditError(
                f"cannot be written ({error.strerror})",
                where=str(self._folder),
                remedy="make room, or mend its owner",
            ) from error

    def sync(self) -> None:
        """Wait until all lines are on the disk. Writers do not wait meanwhile."""
        with self._lock:
            descriptor = self._file.take_dirty()
        if descriptor is None:
            return
        try:
            os.fdatasync(descriptor)
        except OSError:
            self._file.dirty = True  # the next call tries again
            raise
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Sync and close all files."""
        with self._lock, ExitStack() as stack:
            stack.callback(self._head.close)
            stack.callback(self._file.close)

    def _begin(self) -> Head:
        head = Head(EMPTY, EMPTY.next_file, 0)
        self._head.write(head)
        self._sync_names()
        return head

    def _append(self, head: Head, event: Mapping[str, Any]) -> Head:
        self._file.open(head.file)
        line = head.chain.line(event, datetime.now(UTC).isoformat(timespec="milliseconds"))
        self._file.append(line)
        head = head.after(line)
        self._head.write(head)
        return head

    def _recovered(self, head: Head) -> Head:
        """`head`, or the end of the log if a writer was stopped between a line and the head.

        Lines that continue the chain are taken in. An unfinished line is cut off: its answer never went out. Where the
        file contradicts the head, the chain goes on in a new file, and verification finds the hole.
        """
        self._file.open(head.file)
        size, tail, end = self._file.size, self._file.read_from(head.size), head
        for line in tail.splitlines(keepends=True):
            if not end.chain.is_continued_by(line):
                break
            end = end.after(line)
        cut, taken = size - end.size, end.chain.n - head.chain.n
        following = end.in_new_file()
        if cut == 0 and following.file != end.file and (self._folder / following.file).exists():
            return self._recovered(following)  # the writer was stopped after it began a new file
        if cut == 0 and taken == 0:
            return head
        if size < head.size or b"\n" in tail[end.size - head.size :]:
            end = following
        elif cut:
            self._file.truncate(end.size)
        return self._append(end, {"event": "recovered", "taken": taken, "cut": cut})

    def _is_full(self, head: Head) -> bool:
        if head.size == 0:
            return False
        return head.size >= self._file_bytes or self._file.day != datetime.now(UTC).date().isoformat()

    def _rotate(self, head: Head) -> Head:
        """Begin a new file."""
        self._file.sync()
        head = head.in_new_file()
        self._head.write(head)
        self._file.open(head.file)
        self._sync_names()
        return self._retire(head)

    def _retire(self, head: Head) -> Head:
        """Remove files whose last line is too old, each after a line that says so."""
        before = (datetime.now(UTC) - timedelta(days=self._days)).isoformat()
        for path in log_files(self._folder):
            line = (path.read_bytes().splitlines(keepends=True) or [b""])[-1]
            last = record_of(line)
            if last.get("at", before) >= before:
                break
            digest = hashlib.sha256(line).hexdigest()
            retired = {"event": RETIRED, "file": path.name, "last": last["n"], "sha256": digest}
            head = self._append(head, retired)
            self._file.sync()
            path.unlink()
        return head

    def _sync_names(self) -> None:
        """Have the head and the names of the files on the disk."""
        for path in (self._folder / HEAD, self._folder):
            sync(path)


def audit_of(settings: Settings) -> AuditLog:
    return AuditLog(settings.var, days=settings.audit_days)
