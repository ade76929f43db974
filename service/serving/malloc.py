"""Tunes glibc's malloc so that the memory of closed indexes goes back to the system; elsewhere it does nothing.

With a heap for each thread, remains of closed indexes add up to a third more memory. And a heap returns free pages only
from its end, where something may still be in use.
"""

import ctypes

_M_ARENA_MAX = -8  # of glibc's malloc.h
_LIBC = ctypes.CDLL(None)


def share_one() -> None:
    """Have all threads that begin from now on share one heap."""
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(_M_ARENA_MAX, 1)


def trim() -> None:
    """Return all free pages to the system; it takes some milliseconds, without Python's lock."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
