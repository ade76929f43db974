"""Recognises list markers, heading marks and page furniture in a single line."""

import re
from dataclasses import dataclass

from corpus.text.markup import plain

_ITEM = re.compile(
    r"""(?P<indent>[ \t]*)
        (?:(?P<bullet>[-*+•‣◦▪●○–—·∙⁃■□▫◆◇❖►▶▸➢➤✓✔✗☐☑☒★→\uf0a7\uf0b7\uf0d8\uf0fc]|o(?=\t))[ \t]+)?
        (?:(?P<number>\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,7}|[IVXLC]{1,7}|[A-Z])[.)])(?=\s|$)[ \t]*)?""",
    re.VERBOSE,
)
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?(?=\s)")
_ATX = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+|$)")
_ATTACHMENT = re.compile(
    r"(?:attachment|annex|appendix|schedule|enclosure)\s+(?:[A-Z]|\d{1,3}|[IVXLC]{1,7})\b", re.IGNORECASE
)
_ORNAMENT = re.compile(r"[\W_]*+(?:o[O0]o[\W_]*+)?")
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?[-–—|\s]*|[-–—|]\s*\d{1,4}\s*[-–—|]|\d{1,4}\s*\|\s*page",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:\.{4}|(?:\. ){3}|…{2})\s*\d{1,4}$")
_COMMENT = re.compile(r"<!--.*-->")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Enumerator:
    """A number or letter that begins an item, with every possible reading: `(style, ordinal)`.

    "i." is both the first roman numeral and the ninth letter; only its neighbours tell which.
    """

    readings: frozenset[tuple[str, int]]

    def follows(self, other: "Enumerator", gap: int = 0) -> bool:
        """Whether this is next after `other` in some style, up to `gap` missing numbers allowed."""
        return any(
            style == other_style and 1 <= ordinal - other_ordinal <= 1 + gap
            for style, ordinal in self.readings
            for other_style, other_ordinal in other.readings
        )


@dataclass(frozen=True, slots=True)
class Marker:
    """The beginning of an item: `indent` (columns), bullet, enumerator; `width` is their length in characters."""

    indent: int
    bullet: bool
    enumerator: Enumerator | None
    width: int


def item_marker(line: str) -> Marker | None:
    """The list marker at the beginning of `line`, or None. A single capital ("A. Smith") needs a bullet."""
    match = _ITEM.match(line)
    if match is None or not (match["bullet"] or match["number"]):
        return None
    number = match["number"]
    if number and not match["bullet"] and re.fullmatch(r"\(?[A-Z]\.", number) and number[-2] not in "IVX":
        return None
    enumerator = _enumerator(number) if number else None
    if number and enumerator is None and not match["bullet"]:
        return None
    return Marker(len(match["indent"].expandtabs(4)), bool(match["bullet"]), enumerator, match.end())


def _enumerator(text: str) -> Enumerator | None:
    core = text.strip("().")
    if core.isdigit():
        return Enumerator(frozenset({("1", int(core))}))
    readings: set[tuple[str, int]] = set()
    case = "A" if core.isupper() else "a"
    if len(core) == 1:
        readings.add((case, ord(core.lower()) - ord("a") + 1))
    roman = _roman(core.lower())
    if roman:
        readings.add((case + "i", roman))
    return Enumerator(frozenset(readings)) if readings else None


def _roman(text: str) -> int | None:
    if not re.fullmatch(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", text):
        return None
    values = [_ROMAN[letter] for letter in text]
    return sum(-v if v < max(values[k + 1 :], default=0) else v for k, v in enumerate(values))


def decimal_depth(line: str) -> int | None:
    """2 for "1.2 Scope", 3 for "1.2.3 Scope", None where the line has no such number."""
    match = _DECIMAL.match(line.lstrip())
    return match.group().strip(".").count(".") + 1 if match else None


def atx_level(line: str) -> int | None:
    """1..6 for a Markdown heading line, else None."""
    match = _ATX.match(line)
    return len(match[1]) if match else None


def is_attachment(text: str) -> bool:
    """Whether a heading opens a document within the document ("Attachment A", "Annex 2: Agenda")."""
    return _ATTACHMENT.match(plain(text)) is not None


def is_page_number(furniture: str) -> bool:
    """Whether a line of furniture is a page number."""
    text = furniture.strip()
    return text.isdigit() or _PAGE_NUMBER.fullmatch(text) is not None


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the page, not the text: rules, ornaments, page numbers, dotted leaders."""
    text = line.strip()
    whole = any(pattern.fullmatch(text) for pattern in (_ORNAMENT, _PAGE_NUMBER, _COMMENT))
    return whole or _LEADERS.search(text) is not None
