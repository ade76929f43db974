"""What a worker has answered, which the service writes into the audit log for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """What is about to be answered, as the audit log is to have it."""

    question: str
    generation: str
    passages: Sequence[str]
    status: str


_noted: ContextVar[list[Answered] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Answered]]:
    """What is answered within is noted, and written by whoever has the audit log."""
    noted: list[Answered] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note(answered: Answered) -> bool:
    """Whether it was noted: whether this is a worker."""
    if (noted := _noted.get()) is None:
        return False
    noted.append(answered)
    return True
