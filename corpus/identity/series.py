"""The series of a document: what the plans of one group over the years have in common."""

import re

from corpus.identity.issuers import UNKNOWN
from corpus.identity.kinds import EDITIONS
from corpus.identity.words import SMALL, is_ordinal, telling, words
from corpus.types import Document

_MARKS_AT_END = re.compile(r"\W+$")
_DISTINCT = 4  # words of a name that two bodies hardly share


def series(title: str) -> str | None:
    """The title without years and editions, if it has such: what all plans of a group have in common."""
    if not (kept := telling(title)) or not _counts(title):
        return None
    shown = ""
    for word in title.split():
        if _stays(word, kept):
            shown += f" {word}"
        elif word.endswith((",", ":")) and shown[-1:].isalnum():
            shown += word[-1]
    return _MARKS_AT_END.sub("", shown.strip()) or None


def same_series(one: Document, other: Document) -> bool:
    """Whether two documents are editions of one: their names have the same words, in any order, and one body issued
    them."""
    names = _name(one), _name(other)
    return bool(names[0]) and names[0] == names[1] and _issued_alike(one, other, names[0])


def _name(document: Document) -> frozenset[str]:
    return frozenset(telling(document.series or document.title)) - EDITIONS


def _issued_alike(one: Document, other: Document, name: frozenset[str]) -> bool:
    """Whether one issuer has all words of the other: a group and its body; of an unknown one, the name must tell."""
    if UNKNOWN in (one.issuer, other.issuer) and one.issuer != other.issuer:
        return len(name) >= _DISTINCT
    first, second = {*telling(one.issuer)}, {*telling(other.issuer)}
    return first <= second or second <= first


def _stays(word: str, kept: list[str]) -> bool:
    bare = words(word)
    return not bare or all(part in SMALL or (part in kept and part not in EDITIONS) for part in bare)


def _counts(title: str) -> bool:
    """Whether a title says a year, a number or that it is one edition of several."""
    return any(word[:1].isdigit() or word in EDITIONS or is_ordinal(word) for word in words(title))
