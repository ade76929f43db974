"""Sequences of which an entry is read when it is asked for."""

import operator
from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T]):
    """A sequence that says how many entries it has, and reads the one at a place from 0 on."""

    @abstractmethod
    def at(self, place: int) -> T:
        """The entry at a place that there is."""

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
