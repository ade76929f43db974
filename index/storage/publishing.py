"""How a generation comes to be the one in use: alone, whole and at once; and how old ones go.

var/generations/<id>/   a generation, never changed after it was put there
var/generations/.…      a draft, or what is being removed: of no use to anyone, swept by the next build
var/current             the id of the generation in use
var/build.lock          held by the build that runs, let go by the system when it dies
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import GenerationError
from index.storage.drafts import Draft, sync_folder, write, writing
from index.storage.files import REBUILD, read_whole
from index.storage.manifest import Manifest, is_id, proved, seal

GENERATIONS, CURRENT, LOCK = "generations", "current", "build.lock"
KEPT = 3  # generations
_DRAFT, _DROPPED, _NEXT = ".draft", ".dropped", ".current"


@contextmanager
def building(var: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Alone in building under `var`, after `waiting` was told where another build has to end first.

    What builds that died have left is gone then. May be entered again by the thread that is in it.
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
        _tidy(var)
        yield
    finally:
        lock.release()


@contextmanager
def drafting(var: Path) -> Iterator[Draft]:
    """A new draft, gone afterwards unless it was published; to be entered while `building`."""
    folder = var / GENERATIONS / _DRAFT
    try:
        yield Draft(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(var: Path, draft: Draft, manifest: Manifest) -> None:
    """Seal `draft`, put it in its place and point to it, each by one rename of what is on the disk by then.

    A whole generation of the same id stays as it is: the id names its content. Raises `GenerationError`.
    """
    seal(draft, manifest)
    draft.sync()
    target = var / GENERATIONS / manifest.generation
    with writing(target):
        if not _whole(target):
            with suppress(FileNotFoundError):
                target.rename(target.with_name(f"{_DROPPED}-{target.name}"))
            draft.folder.rename(target)
        os.utime(target)  # by which the order of publishing is known
    sync_folder(target.parent)
    pointer = var / _NEXT
    write(pointer, manifest.generation.encode())
    with writing(var / CURRENT):
        pointer.replace(var / CURRENT)
    sync_folder(var)
    _tidy(var)


def _whole(folder: Path) -> bool:
    try:
        proved(folder)
    except GenerationError:
        return False
    return True


def current_id(var: Path) -> str:
    """The id of the generation in use, which is there. Raises `GenerationError` where there is none to name."""
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
    """The ids of the generations there are, the one published last first."""
    found = []
    with suppress(OSError), os.scandir(var / GENERATIONS) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # removed meanwhile
                found.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    return [name for _, name in sorted(found, reverse=True) if is_id(name)]


def _tidy(var: Path) -> None:
    """Remove what dead builds left, and all generations but the last; what cannot be removed is left to the next."""
    folder = var / GENERATIONS
    with suppress(GenerationError, OSError):
        current = current_id(var)  # while it cannot be read, nothing goes
        for id in [other for other in generations(var) if other != current][KEPT - 1 :]:
            (folder / id).rename(folder / f"{_DROPPED}-{id}")  # so that none is ever seen in part
    with suppress(OSError):
        for left in folder.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
