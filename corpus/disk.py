"""Durable and atomic writes: the bytes are on the disk when a call returns."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file's bytes, or the names in a folder, are on the disk. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Replace a file atomically, in a folder that exists; one writer at a time. Raises `OSError`."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)  # left by an interrupted writer
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)
