"""Ways in which what lies on a disk can be damaged, each drawn at random, done to one file and undone again."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_PAGE = 4096  # bytes


def _flip(data: bytes, chance: random.Random) -> bytes:
    bits = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8, 64))):
        bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
    return bytes(bits)


def _zero(data: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(-(-len(data) // _PAGE)) * _PAGE
    end = min(len(data), begin + _PAGE)
    return data[:begin] + bytes(end - begin) + data[end:]


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _append(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.choice((1, 64, _PAGE)))


def _noise(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(data))


CHANGES: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "bits flipped": _flip,
    "page zeroed": _zero,
    "truncated": _truncate,
    "made longer": _append,
    "overwritten": _noise,
}
PLACES = ("missing", "swapped", "extra file", "extra folder", "link", "pipe", "folder instead")
KINDS = (*CHANGES, *PLACES)


@contextmanager
def damaged(kind: str, path: Path, others: list[Path], chance: random.Random) -> Iterator[list[Path]]:
    """`path` damaged in the way of `kind`, and undone afterwards; gives the paths that an error may name.

    "swapped" exchanges it with one of `others`. Nothing that a damage does reaches beyond those paths.
    """
    data, extra = path.read_bytes(), path.with_name(f"{path.name}.{chance.randrange(1000)}")
    if kind in CHANGES:
        path.write_bytes(CHANGES[kind](data, chance))
        try:
            yield [path]
        finally:
            path.write_bytes(data)
    elif kind == "swapped":
        other = chance.choice(others)
        theirs = other.read_bytes()
        path.write_bytes(theirs)
        other.write_bytes(data)
        try:
            yield [path, other]
        finally:
            path.write_bytes(data)
            other.write_bytes(theirs)
    elif kind in ("extra file", "extra folder"):
        extra.write_bytes(b"x") if kind == "extra file" else extra.mkdir()
        try:
            yield [extra]
        finally:
            extra.unlink() if kind == "extra file" else extra.rmdir()
    else:
        path.unlink()
        try:
            if kind == "link":
                path.symlink_to(chance.choice(others))
            elif kind == "pipe":
                os.mkfifo(path)
            elif kind == "folder instead":
                path.mkdir()
            yield [path]
        finally:
            if kind == "folder instead":
                path.rmdir()
            path.unlink(missing_ok=True)
            path.write_bytes(data)
