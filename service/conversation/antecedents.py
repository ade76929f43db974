"""Whom and what words refer to: "they" to those who were named last, "that forum" to the name that ends so."""

import re

from index.generation import Index
from service.conversation.turn import Turn
from service.understanding.countries import country_of
from service.understanding.names import entities_in, key_of
from service.understanding.request import Entity
from service.understanding.understand import bodies_of
from service.understanding.words import WORD

_PERSONAL = frozenset("they he she their his her".split())
_OWNERS = frozenset("their his her".split())
_OBJECTS = frozenset("them him".split())
_POINTED_AT = re.compile(r"\b(?:that|this|the same) (?P<noun>[a-z]{4,})\b", re.IGNORECASE)
_NAME = r"(?:[A-Z][\w’'-]*\s+(?:(?:of|on|for|and|the|in)\s+)*)+"
_MOST = 3  # of those named at once


def with_names(index: Index, message: str, last: Turn) -> str:
    """`message` with names in place of the words that refer to them; the same where nothing was named."""
    if pointed := _POINTED_AT.search(message):
        name = _name_ending(pointed["noun"], last)
        if name:
            return message[: pointed.start()] + f"the {name}" + message[pointed.end() :]
    pronouns = _PERSONAL | _OBJECTS if _gave_bodies(last) else _PERSONAL
    pronoun = next((word for word in WORD.finditer(message) if word.group().lower() in pronouns), None)
    named = _named(index, last) if pronoun else ()
    if pronoun is None or not 0 < len(named) <= _MOST:
        return message
    names = " and ".join(entity.name for entity in named)
    owner = "'s" if pronoun.group().lower() in _OWNERS else ""
    return message[: pronoun.start()] + names + owner + message[pronoun.end() :]


def _named(index: Index, last: Turn) -> tuple[Entity, ...]:
    """Those whom the last answer gave, or else the countries and leads about whom it was asked."""
    if _gave_bodies(last):
        said = last.answer.text.partition(" [")[0].partition(" (item")[0]
        if found := entities_in(said, index, bodies_of(index)):
            return found
    leads = {key_of(lead, bodies_of(index)) for lead in index.records.lead.values}
    return tuple(one for one in last.request.entities if one.key in leads or country_of(one.name))


def _gave_bodies(last: Turn) -> bool:
    return last.request.field == "lead" and last.request.form == "fact"


def _name_ending(noun: str, last: Turn) -> str | None:
    """The name in the last answer, or in its question, that ends with a noun."""
    pattern = re.compile(rf"\b{_NAME}(?i:{noun})\b")
    texts = (last.answer.text.partition("See also")[0], last.request.text)
    return next((match.group() for text in texts if (match := pattern.search(text))), None)
