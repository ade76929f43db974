"""What a file shows of itself, and what is claimed of the document on that evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Sureness = Literal["sure", "likely", "unsure"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Claim(Generic[Value]):
    """A value, how sure it is, and the evidence that it rests on, as a reader is told it."""

    value: Value
    sure: Sureness
    evidence: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says of itself apart from its text, "" where nothing: many name a template, or the one who typed it.

    `organisation` is the name of a web site or its publisher, or the company of whoever wrote a Word file.
    `front` are the fields of the front matter of a text file; they are written by hand, and believed.
    """

    title: str = ""
    author: str = ""
    date: str = ""
    subject: str = ""
    language: str = ""
    organisation: str = ""
    front: Mapping[str, str] | None = None

    def written(self, *names: str) -> str:
        """The first of these fields that the front matter has, or ""."""
        front = self.front or {}
        return next((front[name] for name in names if front.get(name)), "")
