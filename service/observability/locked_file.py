"""Files that are kept open for as long as they stand at their paths: opening one for every line takes as long as writing it.

What is open is written to even if its mode forbids that from then on.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OpenFile:
    """A file that is open, by its `descriptor`."""

    def __init__(self, path: Path, flags: int) -> None:
        self._path = path
        self.descriptor = os.open(path, flags, 0o600)
        self._opened = os.fstat(self.descriptor)

    def standing(self) -> os.stat_result | None:
        """What there is at the path, if it is this file."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found if os.path.samestat(found, self._opened) else None

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


class Lock:
    """A file that one process at a time has locked. Threads have to take turns by themselves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: OpenFile | None = None
        self._process = os.getpid()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else has what stands at the path meanwhile."""
        if self._process != os.getpid():  # a lock is that of an open file, which a forked process shares
            self.close()
            self._process = os.getpid()
        while True:
            self._kept = kept = self._kept or self._open()
            fcntl.flock(kept.descriptor, fcntl.LOCK_EX)
            try:
                if kept.standing():  # else the folder was moved away meanwhile
                    yield
                    return
            finally:
                fcntl.flock(kept.descriptor, fcntl.LOCK_UN)
            self.close()

    def _open(self) -> OpenFile:
        flags = os.O_WRONLY | os.O_CREAT
        try:
            return OpenFile(self._path, flags)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return OpenFile(self._path, flags)

    def close(self) -> None:
        """Let go of it."""
        if self._kept:
            self._kept.close()
        self._kept = None
