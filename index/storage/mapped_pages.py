"""Keeps what is looked up in a large mapped file from staying in memory for good."""

import mmap

_AROUND = 1 << 16  # bytes that the system maps around one that is looked at
_STAY = 1 << 27  # bytes of a file that may stay mapped after lookups


class MappedPages:
    """Counts lookups in a file, and after so many lets its pages go; they are mapped again when they are asked for.

    The system keeps them in its cache as long as there is room. A file that is no larger than what may stay is left
    alone.
    """

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        self._count = 0

    def add(self, count: int) -> None:
        """So many places were looked at, and are not needed any more."""
        if len(self._data) <= _STAY or isinstance(self._data, bytes):
            return
        self._count += count
        if self._count * _AROUND > _STAY:
            self._count = 0
            self._data.madvise(mmap.MADV_DONTNEED)
