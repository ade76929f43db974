"""Files of an index, proved by size and hash before anything parses them.

Every call that reads is one of `os` or `Path`, so that tests can make each fail (`python -m tests.robustness.crashes`);
`index/storage/drafts.py` writes.
"""

import hashlib
import mmap
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOTDIR
from math import inf
from pathlib import Path, PurePosixPath

from index.errors import GenerationError

REBUILD = "run `bali build`"
_BLOCK = 1 << 20  # bytes read at a time
# follows no link, waits for no pipe
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Listed = Mapping[str, tuple[int, str]]
"""Relative path -> size in bytes and SHA-256."""


def expect(condition: bool, problem: str) -> None:
    """Raise `ValueError` of `problem` unless `condition` holds; `Files.parsing` adds the name of the file."""
    if not condition:
        raise ValueError(problem)


def read_whole(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file of at most `most`. Raises `GenerationError`."""
    blocks = []
    for block in _blocks(path):
        blocks.append(block)
        most -= len(block)
        if most < 0:
            raise GenerationError("is longer than it can be", where=str(path), remedy=REBUILD)
    return b"".join(blocks)


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise GenerationError("is no ordinary file", where=str(path), remedy=REBUILD)
            while block := os.read(descriptor, _BLOCK):
                yield block
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise GenerationError("is missing", where=str(path), remedy=REBUILD) from error
    except OSError as error:
        raise GenerationError(
            f"cannot be read ({error.strerror})", where=str(path), remedy=REBUILD
        ) from error


def safe(name: str) -> bool:
    """Whether `name` is a relative path in its one spelling that stays in its folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and "/".join(parts) == name and ".." not in parts and name.isprintable()


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder that a manifest lists, or those of them below `prefix`.

    Nothing stays open or in memory. Each read proves the file anew, so that the bytes parsed are those hashed.
    """

    folder: Path
    listed: Listed
    prefix: str = ""

    @classmethod
    def of(cls, folder: Path) -> "Files":
        """All files of a folder as they are now, without subfolders."""
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        return cls(folder, {path.name: _size_and_sha256(path) for path in paths})

    def below(self, folder: str) -> "Files | None":
        """The files in a subfolder, if there are any."""
        found = Files(self.folder, self.listed, f"{self.prefix}{folder}/")
        return found if found.names() else None

    @property
    def path(self) -> Path:
        """The folder that `names` are relative to."""
        return self.folder / self.prefix

    def names(self) -> list[str]:
        """The names of the files, relative to `path`."""
        return [name.removeprefix(self.prefix) for name in self.listed if name.startswith(self.prefix)]

    def hashes(self) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 of each file, by its name."""
        return {name: self.listed[self.prefix + name] for name in self.names()}

    def read(self, name: str) -> bytes:
        """The bytes of a file, proved. Raises `GenerationError`."""
        path, known = self.path / name, self._known(name)
        data = read_whole(path, known[0])
        if (len(data), hashlib.sha256(data).hexdigest()) != known:
            raise _unproved(path)
        return data

    def prove_one(self, name: str) -> None:
        """Prove a file that something else reads next. Raises `GenerationError`."""
        known = self._known(name)
        if _size_and_sha256(self.path / name, known[0]) != known:
            raise _unproved(self.path / name)

    def _known(self, name: str) -> tuple[int, str]:
        if (known := self.listed.get(self.prefix + name)) is None:
            raise GenerationError("is not in the manifest", where=str(self.path / name), remedy=REBUILD)
        return known

    @contextmanager
    def parsing(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, proved; any error within is a `GenerationError` that names the file."""
        data = self.read(name)
        with self.naming(name):
            yield data

    @contextmanager
    def mapping(self, name: str) -> Iterator[bytes | mmap.mmap]:
        """The same of a file that may be larger than memory: proved, then mapped read-only.

        Pages that were read within leave memory afterwards.
        """
        self.prove_one(name)
        with self.naming(name), (self.path / name).open("rb") as file:
            if not self._known(name)[0]:  # an empty file cannot be mapped
                yield b""
                return
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            yield data
            data.madvise(mmap.MADV_DONTNEED)

    @contextmanager
    def proving(self, name: str) -> Iterator[Path]:
        """The path of a file, proved, for a library that maps it; any error within names the file."""
        self.prove_one(name)
        with self.naming(name):
            yield self.path / name

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """Turns any error within into a `GenerationError` that names the file."""
        try:
            yield
        except GenerationError:
            raise
        except Exception as error:  # a parser may raise anything
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise GenerationError(
                f"is damaged ({reason})", where=str(self.path / name), remedy=REBUILD
            ) from error

    def prove(self, beside: Sequence[str]) -> None:
        """Prove that the folder holds the listed files, those named in `beside`, and nothing else.

        Raises `GenerationError` of the first that is missing, altered, unlisted, or neither a file nor a folder.
        """
        found = set(self._walk(beside))
        for name, known in self.listed.items():
            path = self.folder / name
            if name not in found:
                raise GenerationError("is missing", where=str(path), remedy=REBUILD)
            if _size_and_sha256(path, known[0]) != known:
                raise _unproved(path)

    def _walk(self, beside: Sequence[str]) -> Iterator[str]:
        allowed = {*self.listed, *beside}
        folders = {parent.as_posix() for name in allowed for parent in PurePosixPath(name).parents}
        pending = [""]
        while pending:
            below = pending.pop()
            for entry in _entries(self.folder / below):
                name = f"{below}{entry.name}"
                shown = str(self.folder / (name if name.isprintable() else ascii(name)))
                if entry.is_dir(follow_symlinks=False) and name in folders:
                    pending.append(f"{name}/")
                elif name not in allowed:
                    raise GenerationError("is not in the manifest", where=shown, remedy=REBUILD)
                elif not entry.is_file(follow_symlinks=False):
                    raise GenerationError("is no ordinary file", where=shown, remedy=REBUILD)
                else:
                    yield name


def _unproved(path: Path) -> GenerationError:
    return GenerationError("does not match its hash", where=str(path), remedy=REBUILD)


def _size_and_sha256(path: Path, most: float = inf) -> tuple[int, str]:
    """Size and hash of a file; reading stops once it is longer than `most`."""
    size, digest = 0, hashlib.sha256()
    for block in _blocks(path):
        size += len(block)
        digest.update(block)
        if size > most:
            break
    return size, digest.hexdigest()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        if folder.is_symlink():
            raise NotADirectoryError(ENOTDIR, "Not a directory")
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise GenerationError(
            f"cannot be read ({error.strerror})", where=str(folder), remedy=REBUILD
        ) from error
