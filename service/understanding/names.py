"""The countries and bodies that a message names, in any of the ways in which they are written.

Countries are known by their usual names; bodies are those that lead action items, and those of which the documents say
what their letters stand for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpus.text.folding import folded
from index.generation import Index
from index.terms import FUNCTION_WORDS, terms
from service.understanding.countries import countries_in, country_of, short_name
from service.understanding.request import Entity, Span

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_LONGEST_SPELLED = 8  # words of a name that is spelled out
_INITIALS = 3  # letters of a short name, to tell it from other words
_SMALL = frozenset(("of", "on", "for", "in", "and", "the", "to", "against"))


@dataclass(frozen=True, slots=True)
class BodyNames:
    """`keys` has the key of each name of a body, its words folded; `longest` is the number of words of the longest."""

    keys: Mapping[str, str]
    longest: int

    @classmethod
    def of(cls, index: Index) -> "BodyNames":
        keys: dict[str, str] = {}
        for short, names in index.names.full.items():
            for name in (short, *names):
                keys.setdefault(_key(name), short)
        for lead in index.records.lead.values:
            if country_of(lead) is None:
                keys.setdefault(_key(lead), lead)
        keys.pop("", None)
        return cls(keys, max((len(key.split()) for key in keys), default=0))

    def of_initials(self, words: Iterable[str]) -> str | None:
        """The body whose letters are the initials of capitalised words: "International Organization for Migration"."""
        letters = "".join(word[0] for word in words if word.lower() not in _SMALL)
        return self.keys.get(letters.casefold()) if len(letters) >= _INITIALS and letters.isupper() else None


def entities_in(text: str, index: Index, bodies: BodyNames) -> tuple[Entity, ...]:
    """The countries and bodies named in `text`, in order, none within another."""
    found = [*_bodies_in(text, bodies)]
    taken = [entity.span for entity in found]
    countries = countries_in(text, lambda word: folded(word) in bodies.keys or _occurs(index, word))
    found += [
        Entity(code, short_name(code), span)
        for code, span in countries
        if not any(_overlap(span, one) for one in taken)
    ]
    return tuple(sorted(found, key=lambda entity: entity.span))


def key_of(name: str, bodies: BodyNames) -> str:
    """The key of a name that stands alone, as in the cell of a table or in a list: a country's code, or a body's."""
    return country_of(name) or bodies.keys.get(_key(name)) or _key(name)


def _bodies_in(text: str, bodies: BodyNames) -> Iterator[Entity]:
    words = list(_WORD.finditer(text))
    n = 0
    while n < len(words):
        for stop in range(min(len(words), n + max(bodies.longest, _LONGEST_SPELLED)), n, -1):
            span = words[n].start(), words[stop - 1].end()
            run = text[slice(*span)]
            key = None if run in FUNCTION_WORDS else bodies.keys.get(_key(run))
            if key is None and stop - n >= _INITIALS and words[n].group()[0].isupper():
                key = bodies.of_initials(word.group() for word in words[n:stop])
            if key:
                yield Entity(key, key, span)
                n = stop - 1
                break
        n += 1


def _key(name: str) -> str:
    return " ".join(word for word in folded(name).split() if word != "the").removesuffix("'s")


def _occurs(index: Index, word: str) -> bool:
    return any(index.lexical.frequency(term) for term in terms(word))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
