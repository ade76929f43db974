"""How an index becomes the current one: built alone, published whole and at once; and how old ones go.

var/generations/<id>/   an index, never changed once it is there
var/generations/.…      a draft, or an index being removed; the next build sweeps both
var/current             the id of the current index
var/build.lock          held by the running build; the system releases it when the build dies
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.disk import sync, write_atomically
from index.errors import GenerationError
from index.storage.drafts import Draft, writing
from index.storage.files import REBUILD, read_whole
from index.storage.manifest import Manifest, is_id, proved, seal

GENERATIONS, CURRENT, LOCK = "generations", "current", "build.lock"
KEPT = 3  # indexes
_DRAFT, _DROPPED = ".draft", ".dropped"


@contextmanager
def building(var: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the lock of builds under `var`, and sweeps what dead builds left; calls `waiting` before it has to wait.

    The thread that holds it may enter again.
    """
    with writing(var / LOCK):
        (var / GENERATIONS).mkdir(parents=True, exist_ok=True)
        lock = FileLock((var / LOCK).resolve(), is_singleton=True, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting()
            lock.acquire()
    try:
        _sweep(var)
        yield
    finally:
        lock.release()


@contextmanager
def drafting(var: Path) -> Iterator[Draft]:
    """A new draft, removed afterwards unless it was published; to be entered within `building`."""
    draft = Draft(var / GENERATIONS / _DRAFT)
    try:
        yield draft
    finally:
        draft.close()
        shutil.rmtree(draft.folder, ignore_errors=True)


def publish(var: Path, draft: Draft, manifest: Manifest) -> None:
    """Seal `draft`, put it in its place and point to it, each by one rename of what is on the disk by then.

    A whole index of the same id stays as it is: the id names its content. Raises `GenerationError`.
    """
    seal(draft, manifest)
    draft.sync()
    target = var / GENERATIONS / manifest.generation
    with writing(target):
        if not _is_whole(target):
            with suppress(FileNotFoundError):
                target.rename(target.with_name(f"{_DROPPED}-{target.name}"))
            draft.folder.rename(target)
        os.utime(target)  # `generations` orders by it
        sync(target.parent)
    with writing(var / CURRENT):
        write_atomically(var / CURRENT, manifest.generation.encode())
    _sweep(var)


def _is_whole(folder: Path) -> bool:
    try:
        proved(folder)
    except GenerationError:
        return False
    return True


def current_id(var: Path) -> str:
    """The id of the current index, whose folder exists. Raises `GenerationError` where there is none."""
    path = var / CURRENT
    try:
        id = read_whole(path, 64).decode("ascii", "replace").removesuffix("\n")
    except GenerationError as error:
        if isinstance(error.__cause__, FileNotFoundError) and not generations(var):
            raise GenerationError("nothing has been built here", where=str(var), remedy=REBUILD) from None
        raise
    if not is_id(id):
        raise GenerationError("names no generation", where=str(path), remedy=REBUILD)
    if id not in generations(var):
        raise GenerationError(f"names {id}, which is not there", where=str(path), remedy=REBUILD)
    return id


def generations(var: Path) -> list[str]:
    """The ids of the indexes under `var`, the last published first."""
    found = []
    with suppress(OSError), os.scandir(var / GENERATIONS) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # removed meanwhile
                found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    return [name for _, name in sorted(found, reverse=True) if is_id(name)]


def _sweep(var: Path) -> None:
    """Remove all but the last indexes, and what dead builds left; the next build removes what this one cannot."""
    folder = var / GENERATIONS
    with suppress(GenerationError, OSError):
        current = current_id(var)  # while it cannot be read, nothing goes
        for id in [other for other in generations(var) if other != current][KEPT - 1 :]:
            (folder / id).rename(folder / f"{_DROPPED}-{id}")  # so that none is ever seen in part
    with suppress(OSError):
        for left in folder.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
