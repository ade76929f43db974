"""Failures at every call by which a build reads or writes: the process killed there, or the call an error.

All such calls of `index/storage/` and the libraries it calls are functions of `os`; here they
are counted, and one of them is made to fail.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EIO, ENOSPC
from functools import wraps
from pathlib import Path
from typing import Any, Literal

Fault = Literal["killed before", "killed half-way", "killed after", "disk full", "input/output error"]
CHANGING = ("open", "mkdir", "write", "fsync", "rename", "replace", "utime", "unlink", "rmdir")
READING = ("read", "fstat", "stat", "lstat", "scandir", "close")
_NEEDS_ROOM = ("open", "mkdir", "write", "fsync", "rename", "replace")
Call = tuple[str, str]
"""Name, and the file or folder that it was about, relative to the one watched."""


@contextmanager
def watched(folder: Path, number: int | None = None, fault: Fault | None = None) -> Iterator[list[Call]]:
    """The calls that are made within and are about what lies in `folder`; that of this `number`, from 0 on, fails."""
    watch = _Watch(folder, number, fault)
    true = {name: getattr(os, name) for name in (*CHANGING, *READING)}
    for name, function in true.items():
        setattr(os, name, watch.instead_of(name, function))
    try:
        yield watch.calls
    finally:
        for name, function in true.items():
            setattr(os, name, function)


class _Watch:
    def __init__(self, folder: Path, number: int | None, fault: Fault | None) -> None:
        self.calls: list[Call] = []
        self._folder = str(folder)
        self._number, self._fault = number, fault
        self._opened: dict[int, str] = {}

    def instead_of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            path = self._about(args[0] if args else ".", kwargs)
            if path is None:
                return function(*args, **kwargs)
            struck = len(self.calls) == self._number
            self.calls.append((name, path.removeprefix(self._folder)))
            if struck:
                self._strike(name, function, args)
            result = function(*args, **kwargs)
            if name == "open":
                self._opened[result] = path
            elif name == "close":
                self._opened.pop(args[0], None)
            if struck:
                _die()
            return result

        return called

    def _about(self, subject: Any, kwargs: dict[str, Any]) -> str | None:
        """The path of a call about the folder, or None."""
        if isinstance(subject, int):
            return self._opened.get(subject)
        path = os.fspath(subject)
        if kwargs.get("dir_fd") in self._opened:
            return f"{self._opened[kwargs['dir_fd']]}/{path}"
        return path if isinstance(path, str) and path.startswith(self._folder) else None

    def _strike(self, name: str, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Fail as set; comes back only where the process is to be killed after the call."""
        if self._fault != "killed before" and self._fault != "killed after" and name == "write":
            function(args[0], args[1][: len(args[1]) // 2])
        if self._fault == "disk full":
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        if self._fault == "input/output error":
            raise OSError(EIO, os.strerror(EIO))
        if self._fault != "killed after":
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def faults_of(name: str) -> tuple[Fault, ...]:
    """What is tried at a call of this name: everything that can come of it."""
    tried: list[Fault] = ["input/output error"]
    if name in _NEEDS_ROOM:
        tried.append("disk full")
    if name in CHANGING:
        tried += ["killed before", "killed after"]
    if name == "write":
        tried.append("killed half-way")
    return tuple(tried)
