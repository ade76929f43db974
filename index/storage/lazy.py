"""Sequences whose entries are read when they are asked for."""

import operator
from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T]):
    """A sequence made of `__len__` and `at`."""

    @abstractmethod
    def at(self, place: int) -> T:
        """The entry at a place in 0..len - 1."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self.at(n) for n in range(*place.indices(len(self)))]
        n = operator.index(place)
        if not -len(self) <= n < len(self):
            raise IndexError(place)
        return self.at(n % len(self))
