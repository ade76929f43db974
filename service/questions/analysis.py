"""A question for reading: the column or kind of value that it asks for, and the names and years of its subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.types import Role
from index.terms import terms
from service.questions.english import WH
from service.questions.values import VALUES
from service.understanding.request import Request, Wanted
from service.understanding.scope import periods_in

_NAME = re.compile(
    r"^[A-Z]{3,}\b|(?<![.?!]\s)(?<!^)\b[A-Z][\w’'&-]*(?:\s+(?:(?:of|on|the|and|for|in)\s+)?[A-Z][\w’'&-]*)*"
)
_SEVERAL = re.compile(rf"\b{WH}\b.{{0,200}}?\b(?:and|or)(?: \w+)? {WH}\b", re.IGNORECASE)
_MEASURES: frozenset[Wanted] = frozenset(("number", "money", "percent", "duration", "date"))


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """`role` is the column asked for, `kinds` the kinds of value that an answer has, `chances` how
    likely each kind is, `terms` the content words in order.

    `several` facts may be asked for at once.
    """

    text: str
    role: Role | None
    kinds: frozenset[Wanted]
    chances: Mapping[Wanted, float]
    terms: tuple[str, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    several: bool
    lists: bool
    yes_or_no: bool


def analyse(request: Request, text: str) -> QuestionAnalysis:
    """What `request` asks for, in the words of `text`."""
    return QuestionAnalysis(
        text=text,
        role=None if request.field == "none" else request.field,
        kinds=_kinds(request),
        chances=request.kinds,
        terms=tuple(dict.fromkeys(terms(text))),
        names=tuple(dict.fromkeys(_bare(match.group()) for match in _NAME.finditer(text))),
        years=tuple(dict.fromkeys(first for first, _ in periods_in(text) if first)),
        several=_SEVERAL.search(text) is not None,
        lists=request.form == "list",
        yes_or_no=request.form == "yes_no",
    )


def _bare(name: str) -> str:
    """A name without the ending of a possessive."""
    for ending in ("'s", "’s", "'", "’"):
        name = name.removesuffix(ending)
    return name


def _kinds(request: Request) -> frozenset[Wanted]:
    """The kinds of value that an answer has: a number where things are counted."""
    if request.form == "count" and request.wanted not in _MEASURES:
        return frozenset(("number",))
    return frozenset(
        (request.wanted,) if request.form in ("fact", "count") and request.wanted in VALUES else ()
    )
