"""Closed lists of names in passages: members, observers, who attended, who supports.

A list is closed where nothing says that there are others ("including", "such as", "among others"). Of a closed list it is known
who is not on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.cells import Span
from corpus.identity.names import full_name
from corpus.text.folding import folded
from corpus.text.markup import plain
from corpus.types import Passage
from index.terms import terms
from service.lookups.lists import parts, series
from service.understanding.countries import likeness
from service.understanding.names import BodyNames, key_of

_OPEN = (
    "including",
    "include",
    "such as",
    "among other",
    "inter alia",
    "e.g.",
    "for example",
    "for instance",
    "etc",
)
_NEAR = 100  # characters before and after a list that say what it is of
_FEWEST = 3  # names of a list
_MOSTLY = 0.6  # share of a passage that is nothing but a list, whatever its names


@dataclass(frozen=True, slots=True)
class NamedSet:
    """The names that a passage lists at `span`, by their keys, and the terms of what they are."""

    passage: Passage
    span: Span
    entries: tuple[tuple[str, Span], ...]
    about: frozenset[str]
    open: bool

    @property
    def of_known(self) -> bool:
        """Whether at least half of its names are of countries and of bodies that the documents explain."""
        return 2 * sum(key.isupper() for key, _ in self.entries) >= len(self.entries)

    @property
    def of_countries(self) -> bool:
        """Whether most of its names are countries."""
        return 2 * sum(len(key) == 2 and key.isupper() for key, _ in self.entries) > len(self.entries)

    def share_of(self, topic: Sequence[str]) -> float:
        """The share of the terms of a topic that say what the list is of; the name of its document says so, too."""
        if self.about.isdisjoint(topic):
            return 0.0
        said = self.about | frozenset(terms(full_name(self.passage.document)))
        return sum(term in said for term in topic) / len(topic)

    def has(self, key: str) -> bool:
        return any(key == entry for entry, _ in self.entries)

    def place(self, key: str) -> Span:
        return next(span for entry, span in self.entries if entry == key)


def named_sets(bodies: BodyNames, passages: Sequence[Passage]) -> Iterator[NamedSet]:
    """The lists of names in `passages`, in their order."""
    for passage in passages:
        span = series(passage.text)
        if span is None:
            continue
        found = _entries(passage.text, parts(passage.text, span), bodies)
        known = sum(key.isupper() for key, _ in found)
        if len(found) < _FEWEST or (
            2 * known < len(found) and span[1] - span[0] < _MOSTLY * len(passage.text)
        ):
            continue
        before, after = passage.text[: span[0]], passage.text[span[1] :]
        heading = passage.section[-1] if passage.section else ""
        about = frozenset(terms(f"{before[-_NEAR:]} {after[:_NEAR]} {heading}"))
        yield NamedSet(passage, span, found, about, any(word in before.lower() for word in _OPEN))


def _entries(text: str, places: Sequence[Span], bodies: BodyNames) -> tuple[tuple[str, Span], ...]:
    """The key of each name. A list names a country once: of two names for one, the less likely is another's."""
    names = [plain(text[slice(*place)]) for place in places]
    keys = [key_of(name, bodies) for name in names]
    for n, key in enumerate(keys):
        same = [other for other, one in enumerate(keys) if one == key]
        if len(same) > 1 and n != max(same, key=lambda other: likeness(names[other], key)):
            keys[n] = folded(names[n])
    return tuple(zip(keys, places, strict=True))
