"""Countries by any of their usual names: "Rep. of Korea", "south korea", "Viet Nam", "the UK".

countryguess has a pattern for each country's names; they read one name, so a message is cut into runs of words first.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from countryguess import CountryData
from rapidfuzz import fuzz

from index.terms import FUNCTION_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_LITERAL = re.compile(r"[^\W\d_]{4,}")  # of a pattern: part of a name
_LONGEST = 4  # words of a name
_WITHIN = frozenset(("of", "the", "and", "new"))  # small words of names
_CODE = (2, 3)  # capitals
_CACHED = 4096  # names

Span = tuple[int, int]


def countries_in(text: str, is_word: Callable[[str], bool]) -> Iterator[tuple[str, Span]]:
    """The code and place of each country named in `text`.

    Codes such as "PNG" count where `is_word` does not know them as something else.
    """
    words = list(_WORD.finditer(text))
    telling = [_tells(word.group(), is_word) and word.group().lower() not in FUNCTION_WORDS for word in words]
    n = 0
    while n < len(words):
        for stop in range(min(len(words), n + _LONGEST), n, -1):
            span = words[n].start(), words[stop - 1].end()
            if not (telling[n] and telling[stop - 1]) or not _is_one_name(text[slice(*span)]):
                continue
            if code := country_of(text[slice(*span)]):
                yield code, span
                n = stop - 1
                break
        n += 1


@lru_cache(_CACHED)
def country_of(name: str) -> str | None:
    """The ISO code of the country that has this name, or None."""
    for code, pattern in _patterns():
        if pattern.search(name):
            return code
    return _codes().get(name) if _is_code(name) else None


def _is_code(word: str) -> bool:
    return len(word) in _CODE and word.isalpha() and word.isupper()


@lru_cache(_CACHED)
def short_name(code: str) -> str:
    """The usual English name of a country."""
    return next(str(country["name_short"]) for country in _countries() if country["iso2"] == code)


def likeness(name: str, code: str) -> float:
    """How like a name is to those that a country has, from 0 to 100."""
    country = next((one for one in _countries() if one["iso2"] == code), None)
    return (
        max(fuzz.token_sort_ratio(name, country[kind]) for kind in ("name_short", "name_official"))
        if country
        else 0.0
    )


def _tells(word: str, is_word: Callable[[str], bool]) -> bool:
    """Whether a word may begin or end the name of a country."""
    if _is_code(word.replace(".", "")):
        return country_of(word) is not None and (word not in _codes() or not is_word(word))
    return word[0].isupper() or _has_literal(word.lower())


@lru_cache(_CACHED)
def _has_literal(word: str) -> bool:
    return any(literal in word for literal in _literals())


def _is_one_name(run: str) -> bool:
    """Whether a run of words may be one name, and not the names of two countries or parts of a sentence."""
    if any(mark in run for mark in ",;:?!()\n\t/"):
        return False
    inner = run.split()[1:-1]
    return all(word.lower() in _WITHIN or word[0].isupper() for word in inner) and not (
        "and" in inner and country_of(run.partition(" and ")[0])
    )


@cache
def _countries() -> Sequence[Mapping[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves its file open
        return tuple(CountryData().countries)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((country["iso2"], country["regex"]) for country in _countries())


@cache
def _literals() -> frozenset[str]:
    return frozenset(
        literal.lower() for _, pattern in _patterns() for literal in _LITERAL.findall(pattern.pattern)
    )


@cache
def _codes() -> dict[str, str]:
    return {country[kind]: country["iso2"] for country in _countries() for kind in ("iso2", "iso3")}
