"""Releases the pages of large mapped files that look-ups brought into memory."""

import mmap

_PER_LOOKUP = 1 << 16  # bytes that the system maps around a byte that is read
_ALLOWED = 1 << 27  # bytes of a file that may stay mapped


class MappedPages:
    """Counts look-ups in a file, and after many releases its pages; the next read maps them again.

    The system's cache keeps them while there is room. Small files are left alone.
    """

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        self._count = 0

    def add(self, count: int) -> None:
        """Count look-ups whose bytes are no longer needed."""
        if len(self._data) <= _ALLOWED or isinstance(self._data, bytes):
            return
        self._count += count
        if self._count * _PER_LOOKUP > _ALLOWED:
            self._count = 0
            self._data.madvise(mmap.MADV_DONTNEED)
