"""Words of titles and names: compared without case, marks and years."""

import re

from corpus.text.dates import MONTHS, YEAR
from corpus.text.markup import plain

SMALL = frozenset(
    """a about across against among an and as at between by during for from in into its of on or over that the their
    this through to toward towards under upon with within without""".split()
)
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*\.?")
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th)|first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|(?:thir|four|fif|six|seven"
    r"|eigh|nine)teen|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ie)th|(?:twen|thir|for|fif|six|seven|eigh|nine)ty-\w+",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[A-Z]|[IVXLC]{1,7}|[a-z])[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s+")
_SYMBOL = re.compile(r"(?=[^\s]*\d)[A-Z][\w.]*(?:/[\w.()-]+){2,}")  # A/HRC/59/15
_LEADERS = re.compile(r"(?:[.…·_–—-]\s?){3,}\s*(?:\d{1,4}|[ivxlc]{1,6})$|\t\s*\d{1,4}$")
_COUNTS_OR_DATES = re.compile(rf"{YEAR}(?:[-–/.]\d{{2,4}})*|\d+(?:st|nd|rd|th)")
_MONTHS = frozenset(month.lower() for month in MONTHS)


def words(text: str) -> list[str]:
    """The words of `text` in lower case, without marks at their ends."""
    return [word.lower().rstrip(".") for word in _WORD.findall(plain(text).replace("_", " "))]


def telling(text: str) -> list[str]:
    """Its words but the small ones, numbers, years, months and ordinals: those that other editions have too."""
    return [
        word
        for word in words(text)
        if word not in SMALL
        and word not in _MONTHS
        and not _ORDINAL.fullmatch(word)
        and not re.fullmatch(rf"[\d.,/–-]+|{YEAR}\w*", word)
    ]


def is_ordinal(word: str) -> bool:
    """Whether a word counts: 16th, third."""
    return _ORDINAL.fullmatch(word) is not None


def is_numbered(text: str) -> bool:
    """Whether a line opens with the number of a section: "II. Conclusions", "2.1 Scope"."""
    return _NUMBERED.match(plain(text)) is not None


def is_reference(text: str) -> bool:
    """Whether a line is of letters and numbers by which something is filed: "14 CFR Part 39", "[Docket No. 4-B]"."""
    own = words(text)
    numbers = [word for word in own if any(map(str.isdigit, word)) and not _COUNTS_OR_DATES.fullmatch(word)]
    bracketed = text.strip().startswith("[") and text.strip().endswith("]")
    return bracketed or (bool(numbers) and 2 * len(numbers) >= len(own) - len(numbers))


def is_symbol(text: str) -> bool:
    """Whether a line is the symbol under which a document is filed, such as A/HRC/59/15."""
    return any(_SYMBOL.fullmatch(word) for word in text.split())


def is_contents_line(text: str) -> bool:
    """Whether a line leads to the number of a page."""
    return _LEADERS.search(text.strip()) is not None


def borne_out(said: str, text: str) -> bool:
    """Whether `text` contains `said` as whole words, whatever the case and the blanks."""
    pattern = r"\s+".join(map(re.escape, plain(said).split()))
    return bool(pattern) and re.search(rf"(?<!\w){pattern}(?!\w)", plain(text), re.IGNORECASE) is not None
