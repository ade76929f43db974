"""What a message asks for, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpus.types import Role

Intent = Literal[
    "fact",
    "yes_no",
    "list",
    "count",
    "compare",
    "change",
    "definition",
    "overview",
    "collection",
    "help",
    "courtesy",
    "command",
    "outside",
]
FORMS: tuple[Intent, ...] = ("fact", "yes_no", "list", "count")
COMPARING: tuple[Intent, ...] = ("compare", "change")
Wanted = Literal[
    "person",
    "body",
    "place",
    "date",
    "duration",
    "number",
    "money",
    "percent",
    "reason",
    "manner",
    "statement",
    "action",
    "topic",
    "title",
    "contact",
    "status",
    "meaning",
    "document",
    "role",
    "description",
    "none",
]
Field = Role | Literal["none"]
Command = Literal[
    "quote",
    "source",
    "shorter",
    "longer",
    "table",
    "sure",
    "repeat",
    "count",
    "correct",
    "all",
    "translate",
    "who",
    "none",
]
Span = tuple[int, int]  # characters of the message


@dataclass(frozen=True, slots=True)
class Entity:
    """A country or body that a message names at `span`; `key` is the same however it is written."""

    key: str
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents that a message speaks of, by their ids; none where it names none.

    `years` are the periods it names. `missing` are the words for a document that is not held.
    `spans` are the words that say so.
    """

    documents: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    missing: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A message as it was understood.

    `chance` is the probability of `intent`, of those that compare together; `form` is the likeliest of those that only say in
    what form to answer.
    `kinds` has the probability of each kind of thing wanted.
    `needs_context` is the probability that it cannot be understood alone. `numbers` are those of items ("item 4").
    `topic` are the terms of what it is about: neither names, nor documents, nor words that only ask.
    """

    text: str
    intent: Intent
    chance: float
    form: Intent
    wanted: Wanted
    kinds: Mapping[Wanted, float] = field(hash=False)
    field: Field
    command: Command
    needs_context: float
    entities: tuple[Entity, ...]
    scope: Scope
    numbers: tuple[int, ...]
    topic: tuple[str, ...]
