"""Names of those who lead, out of the cells of a plan.

"Department of Immigration and Border Protection" and "Trinidad and Tobago" are one, "Australia / Thailand" and "Fiji
and Tonga" two; of "Suden, supported by IOM" Suden leads; "TBC" is nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from corpus.text.folding import folded

_APART = re.compile(r"\s*[;/|\n]\s*")
_PERHAPS = re.compile(r"\s*,\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")
# "with the help of …", "(in cooperation with …)", ", supported by …": who helps does not lead
_HELPERS = re.compile(r"[\s,(]+(?:(?:in|and)\s+)?(?:[a-z-]+\s+(?:of\s+)?)?\b(?:with|by)\s.*", re.DOTALL)
_ASIDE = re.compile(r"\s*\([a-z][^()]*\)$")
_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_NOBODY = re.compile(r"(?:t\.?b\.?[cda]\.?|n\.?/?\s?a\.?|none|nil|to be \w+|[\W_]*)", re.IGNORECASE)
_OF = re.compile(r"\s(?:of|for|on)\s+(?:the\s+)?(?P<what>\S.*)")
_MOST = 12  # parts of one name, as "Alcohol, Tobacco, Firearms and Explosives" has four
_ACRONYM = re.compile(r"[A-Z][A-Z.\d-]{1,7}")
_BODIES = frozenset(
    "administration agency agencies alliance association authority authorities bank board branch bureau center centre "
    "commission committee company corps council court department departments directorate division force forum "
    "foundation fund group guard institute ministry ministries network office offices organisation organization "
    "parliament police programme secretariat section service society team tribunal union unit university".split()
)


class LeadNames:
    """Reads cells; `known` are single names from other cells of the same kind."""

    def __init__(self, known: Iterable[str]) -> None:
        names = list(known)
        self._known = frozenset(map(folded, names))
        self._by_first_word = _by_first_word(names)

    def read(self, cell: str) -> tuple[str, ...]:
        """Each lead in a cell, as it is written."""
        return tuple(
            name for part in self.parts(cell) for name in _segment(part, self._by_first_word) or [part]
        )

    def parts(self, cell: str) -> list[str]:
        """The names in a cell, those that lost what stood between them still together."""
        return [name for part in _pieces(cell) for name in self._names(part)]

    def _names(self, part: str) -> Iterator[str]:
        """`part` cut at "and" and commas, but for those within a name."""
        between = _outside(_PERHAPS, part)
        starts = [0, *(end for _, end in between)]
        ends = [*(start for start, _ in between), len(part)]
        first, count = 0, len(starts)
        while first < count:
            stop = min(count, first + _MOST)
            while stop > first + 1 and not self._is_one(part, starts[first:stop], ends[first:stop]):
                stop -= 1
            name = part[starts[first] : ends[stop - 1]].strip(" .,:–-")
            if name:
                yield name
            first = stop

    def _is_one(self, part: str, starts: list[int], ends: list[int]) -> bool:
        """Whether some neighbours are one name: a country's, or that of a body of several matters."""
        if _is_country(part[starts[0] : ends[-1]]):
            return True
        if not re.search(r"\band\b|&", part[ends[-2] : starts[-1]]):
            return False
        words = [_BRACKETS.sub("", part[start:end]) for start, end in zip(starts, ends, strict=True)]
        if of := _OF.search(words[0]):
            return not (self._is_name(words[0]) or _is_country(of["what"])) and not any(
                self._is_name(word) or _OF.search(word) for word in words[1:]
            )
        last = words[-1].split()
        return (
            len(last) > 1
            and last[-1].casefold() in _BODIES
            and last[0].casefold() not in ("the", "all")
            and _OF.search(words[-1]) is None
            and not any(self._is_name(word) for word in words[:-1])
        )

    def _is_name(self, words: str) -> bool:
        """Whether some words are a whole name by themselves."""
        return (
            _ACRONYM.fullmatch(words) is not None
            or words.split()[-1].casefold() in _BODIES
            or folded(words) in self._known
            or _is_country(words)
        )


def known_leads(cells: Iterable[str]) -> frozenset[str]:
    """The names of single leads: alone in a cell, or between separators."""
    written = list(dict.fromkeys(cells))
    whole = {part for cell in written for part in _pieces(cell) if not _outside(_PERHAPS, part)}
    reader = LeadNames(whole)
    parts = [reader.parts(cell) for cell in written]
    separate = {name for names in parts if len(names) > 1 for name in names}
    alone = {name for names in parts if len(names) == 1 for name in names}
    names = _by_first_word(separate | alone)
    return frozenset(separate | {name for name in alone if not _segment(name, names)})


def _pieces(cell: str) -> list[str]:
    """A cell cut at what always separates, without who helps."""
    if _NOBODY.fullmatch(cell):
        return []
    bounds = [0, *(n for span in _outside(_APART, cell) for n in span), len(cell)]
    parts = (cell[begin:end] for begin, end in zip(bounds[::2], bounds[1::2], strict=True))
    led = (_ASIDE.sub("", _HELPERS.sub("", part)).strip() for part in parts)
    return [name for name in led if not _NOBODY.fullmatch(name)]


def _outside(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Where `pattern` matches outside of brackets, and not at the ends."""
    found, depth, position = [], 0, 0
    for match in pattern.finditer(text):
        between = text[position : match.start()]
        depth, position = max(0, depth + between.count("(") - between.count(")")), match.start()
        if not depth and match.start() and match.end() < len(text):
            found.append(match.span())
    return found


def _is_country(name: str) -> bool:
    return _bare(name) in _countries()


def _bare(name: str) -> str:
    """A name without accents, "the", "&" and "St."."""
    letters = unicodedata.normalize("NFKD", folded(name))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = plain.replace("&", " and ").replace("st. ", "saint ").split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@cache
def _countries() -> frozenset[str]:
    """Every name that ISO 3166 has of a country."""
    import pycountry

    names = ("name", "official_name", "common_name")
    return frozenset(
        _bare(name)
        for country in pycountry.countries
        for kind in names
        if (name := getattr(country, kind, None))
    )


def _by_first_word(names: Iterable[str]) -> dict[str, list[list[str]]]:
    """The words of each name, the longest name first, under its first word."""
    found: dict[str, list[list[str]]] = {}
    for name in sorted(names, key=len, reverse=True):
        words = name.split()
        found.setdefault(words[0], []).append(words)
    return found


def _segment(cell: str, names: Mapping[str, list[list[str]]]) -> list[str]:
    """`cell` as a sequence of two or more names, or []: "All members IOM" lost its line break in conversion."""
    words = cell.split()
    steps: dict[int, int] = {}  # start of a name → its end, if the rest of the cell consists of names
    for start in range(len(words) - 1, -1, -1):
        for name in names.get(words[start], []):
            stop = start + len(name)
            whole = start == 0 and stop == len(words)
            if not whole and words[start:stop] == name and (stop == len(words) or stop in steps):
                steps[start] = stop
                break
    found, position = [], 0
    while position in steps:
        found.append(" ".join(words[position : steps[position]]))
        position = steps[position]
    return found
