"""What a program asks for, so that it can be done in another process: a request and a response that travel as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from index.encoder import Encoder
from index.generation import Generation

Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Task(Generic[Q]):
    """`run` gives the response to a `request` from what is open, and writes it into the audit log (`service.calls`)."""

    name: str
    request: type[Q]
    run: Callable[[Generation, Encoder, Q], BaseModel]
