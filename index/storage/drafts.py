"""Files that are written so that they stay: each waited for until it is on the disk, hashed as it was meant to be.

Every call that writes is one of `os` or `Path`, as in `index/storage/files.py`.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.disk import sync
from index.errors import GenerationError
from index.storage.files import expect, safe

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC

Data = bytes | memoryview


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Whatever fails while `path` is written is a `GenerationError` that names it."""
    try:
        yield
    except OSError as error:
        raise GenerationError(
            f"cannot be written ({error.strerror})",
            where=str(path),
            remedy="see to the disk, then run `bali build` again",
        ) from error


def write(path: Path, *parts: Data) -> tuple[int, str]:
    """Write `parts` as one file and wait until they are on the disk; gives the size and the SHA-256.

    They are of what was to be written, not of what is read back. Raises `GenerationError`.
    """
    with streaming(path) as stream:
        for part in parts:
            stream.write(part)
    return stream.size, stream.sha256


class Stream:
    """A file that is written piece by piece; `size` and `sha256` are of all that was to be written so far."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: Data) -> None:
        """Write some more. Raises `OSError`."""
        rest = memoryview(data).cast("B")
        self.size += len(rest)
        self._digest.update(rest)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._digest.hexdigest()


@contextmanager
def streaming(path: Path) -> Iterator[Stream]:
    """A new file to be written within the context, after which it is on the disk. Raises `GenerationError`."""
    with writing(path):
        descriptor = os.open(path, _WRITE, 0o666)
        try:
            yield Stream(descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises `GenerationError`."""
    with writing(path):
        sync(path)


class Draft:
    """A new folder that is being filled; `written` lists its files as they were meant to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, tuple[int, str]] = {}
        self._folders = [folder]
        with writing(folder):
            folder.mkdir()

    def write(self, name: str, *parts: Data) -> None:
        """Write `parts` as the file `name`, a relative path. Raises `GenerationError`."""
        with self.streaming(name) as stream:
            for part in parts:
                stream.write(part)

    @contextmanager
    def streaming(self, name: str) -> Iterator[Stream]:
        """As `write`, piece by piece, for what is larger than memory."""
        expect(safe(name), f"{name!r} is no plain relative path")
        path = self.folder / name
        if path.parent not in self._folders:
            with writing(path.parent):
                path.parent.mkdir()
            self._folders.append(path.parent)
        with streaming(path) as stream:
            yield stream
        self.written[name] = stream.size, stream.sha256

    def sync(self) -> None:
        """Wait until all names are on the disk."""
        for folder in reversed(self._folders):
            sync_folder(folder)
