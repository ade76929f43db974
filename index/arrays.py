"""Arrays as NumPy's own files, in memory: no pickle, and nothing allocated that a header only claims."""

import io
from math import prod
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from index.files import expect

_VERSION = (1, 0)


def to_npy(array: NDArray[Any]) -> tuple[bytes, memoryview]:
    """The header and the data of an array, as `numpy.save` writes them; the data are not copied."""
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(array))
    return header.getvalue(), array.reshape(-1).view(np.uint8).data


def from_npy(data: bytes, type: str, axes: int) -> NDArray[Any]:
    """An array of the given type and number of axes, over `data` itself and read-only.

    Raises `ValueError` where `data` holds anything else, more or less than it.
    """
    stream = io.BytesIO(data)
    expect(npy.read_magic(stream) == _VERSION, "not NumPy's format 1.0")
    shape, fortran, found = npy.read_array_header_1_0(stream)
    expect(found == np.dtype(type) and not found.hasobject, f"holds {found}, not {np.dtype(type)}")
    expect(len(shape) == axes, f"has the shape {shape}, not one of {axes} axes")
    begin = stream.tell()
    expect(begin + prod(shape) * found.itemsize == len(data), f"is not as long as the shape {shape} takes")
    array: NDArray[Any] = np.frombuffer(data, found, offset=begin)
    return array.reshape(shape, order="F" if fortran else "C")
