"""New files of an index: each is hashed as it is written, and on the disk before it is named.

They are larger than memory and published as a folder, hence not `corpus.disk.write_whole`. Every call that writes is
one of `os` or `Path`, as in `index/storage/files.py`.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corpus.disk import sync
from index.errors import GenerationError
from index.storage.files import expect, safe

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC

Data = bytes | memoryview


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an `OSError` within into a `GenerationError` that names `path`."""
    try:
        yield
    except OSError as error:
        raise GenerationError(
            f"cannot be written ({error.strerror})",
            where=str(path),
            remedy="see to the disk, then run `bali build` again",
        ) from error


class Stream:
    """A file written piece by piece; `size` and `sha256` are of the data given, not of data read back.

    All methods raise `GenerationError`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self.size = 0
        with writing(path):
            self._descriptor = os.open(path, _WRITE, 0o666)
        self._is_open = True

    def write(self, data: Data) -> None:
        rest = memoryview(data).cast("B")
        self.size += len(rest)
        self._digest.update(rest)
        with writing(self._path):
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    def finish(self) -> None:
        """Wait until all data are on the disk, and close the file."""
        with writing(self._path):
            os.fsync(self._descriptor)
            self.close()

    def close(self) -> None:
        """Close the file if it is open, whether its data are on the disk or not."""
        if self._is_open:
            self._is_open = False
            os.close(self._descriptor)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Draft:
    """A new folder to be filled. All methods raise `GenerationError`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folders = [folder]
        self._streams: dict[str, Stream] = {}
        with writing(folder):
            folder.mkdir()

    @property
    def written(self) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 of each file, by its name."""
        return {name: (stream.size, stream.sha256) for name, stream in self._streams.items()}

    def open(self, name: str) -> Stream:
        """The new file `name`, a relative path, for data larger than memory; to be finished before `sync`."""
        expect(safe(name), f"{name!r} is no plain relative path")
        path = self.folder / name
        if path.parent not in self._folders:
            with writing(path.parent):
                path.parent.mkdir()
            self._folders.append(path.parent)
        self._streams[name] = Stream(path)
        return self._streams[name]

    def write(self, name: str, *parts: Data) -> None:
        """Write `parts` as the file `name`, a relative path."""
        stream = self.open(name)
        for part in parts:
            stream.write(part)
        stream.finish()

    def sync(self) -> None:
        """Wait until the names of all files are on the disk."""
        for folder in reversed(self._folders):
            with writing(folder):
                sync(folder)

    def close(self) -> None:
        """Close the files that a failure left open."""
        for stream in self._streams.values():
            with suppress(OSError):
                stream.close()
