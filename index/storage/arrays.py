"""Arrays in NumPy's file format, in memory: no pickle, and a header alone allocates nothing."""

import io
import mmap
from math import prod
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from index.storage.files import expect

_VERSION = (1, 0)
_HEADER = 1 << 16  # bytes; no header of this version is longer


def to_npy(array: NDArray[Any]) -> tuple[bytes, memoryview]:
    """The header and the data of an array as `numpy.save` writes them, without a copy of the data."""
    array = np.ascontiguousarray(array)
    return to_npy_header(array.dtype.str, *array.shape), array.reshape(-1).view(np.uint8).data


def to_npy_header(type: str, *shape: int) -> bytes:
    """The header of an array whose data follow in C order."""
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": np.dtype(type).str, "fortran_order": False, "shape": shape})
    return header.getvalue()


def from_npy(data: bytes | mmap.mmap, type: str, axes: int) -> NDArray[Any]:
    """An array of the given type and number of axes, over `data` itself and read-only.

    Raises `ValueError` where `data` is anything else, or longer or shorter.
    """
    stream = io.BytesIO(data[:_HEADER])
    expect(npy.read_magic(stream) == _VERSION, "not NumPy's format 1.0")
    shape, fortran, found = npy.read_array_header_1_0(stream)
    expect(found == np.dtype(type) and not found.hasobject, f"holds {found}, not {np.dtype(type)}")
    expect(len(shape) == axes, f"has the shape {shape}, not one of {axes} axes")
    begin = stream.tell()
    expect(begin + prod(shape) * found.itemsize == len(data), f"is not as long as the shape {shape} takes")
    array: NDArray[Any] = np.frombuffer(data, found, offset=begin)
    return array.reshape(shape, order="F" if fortran else "C")


def from_rows(data: bytes | mmap.mmap, type: str, width: int) -> NDArray[Any]:
    """An array of shape (rows, width) over the rows of a file without a header.

    Raises `ValueError` where `data` is not made of whole rows.
    """
    expect(width > 0 and len(data) % (width * np.dtype(type).itemsize) == 0, "is not made of whole rows")
    array: NDArray[Any] = np.frombuffer(data, type)
    return array.reshape(-1, width)
