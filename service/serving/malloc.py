"""What glibc does with memory that generations which went have left, where it is glibc that has it.

Its threads have a heap each, and what many hold of such a generation adds up to a third more memory; and the free pages
of a heap go back to the system only from its end, where something that lives may lie.
"""

import ctypes

_M_ARENA_MAX = -8  # of glibc's malloc.h
_LIBC = ctypes.CDLL(None)


def share_one() -> None:
    """Have all threads use one heap, of those made from now on."""
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(_M_ARENA_MAX, 1)


def trim() -> None:
    """Give free pages back to the system, wherever they lie; it takes some milliseconds, without Python's lock."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
