"""Names in a question that no document mentions, and the forms in which they were searched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.generation import Index
from index.queries.preferences import MONTHS
from index.search import Interpretation
from index.terms import terms

_SHORTEST = 3  # letters of a month
_LONGEST = 5  # initials


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name, and its readings, the name itself first."""

    name: str
    readings: tuple[str, ...]


def unknown_names(index: Index, names: Sequence[str], understood: Interpretation) -> Iterator[UnknownName]:
    """Those of `names` with a word that no document has, neither as asked nor corrected, in full or in short."""
    parts = (part for joined in names for both in joined.split(" and ") for part in both.split(" in "))
    for name in (part for part in parts if not _is_month(part)):
        corrected = _replaced(understood.corrected, name)
        readings = tuple(dict.fromkeys((name, corrected, _replaced(understood.names, corrected))))
        if not any(_occurs(index, reading) for reading in readings):
            yield UnknownName(name, readings)


def _is_month(name: str) -> bool:
    """Whether a name is that of a month, or its beginning: "Oct"."""
    return len(name) >= _SHORTEST and any(month.startswith(name.rstrip(".")) for month in MONTHS.split("|"))


def _replaced(changed: Mapping[str, str], name: str) -> str:
    for old, new in changed.items():
        name = name.replace(old, new)
    return name


def _occurs(index: Index, name: str) -> bool:
    return all(
        index.lexical.frequency(term) or _are_initials(index, word)
        for word in name.split()
        for term in terms(word)
    )


def _are_initials(index: Index, word: str) -> bool:
    """Whether capitals are those of words in a row of a title: "LA" of the Los Angeles Declaration."""
    if not (1 < len(word) <= _LONGEST and word.isupper()):
        return False
    initials = ("".join(one[0] for one in document.title.split()) for document in index.documents.values())
    return any(word in letters for letters in initials)
