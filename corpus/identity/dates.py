"""Dates and periods that lines name."""

import re

from corpus.text.dates import MONTH, MONTH_START, MONTHS, YEAR

Period = tuple[int, int]
_MOST_BESIDES = 6  # words beside the date of a line
_MOST_YEARS = 10  # of a period whose end is written with two digits; 2015/48 is no period
# 2015, 2015-2017, 2015-17, but not 2015-11-30
_YEARS = re.compile(rf"(?<!\d)({YEAR})(?:\s?[-–/]\s?((?:19|20)?\d\d)(?![-/]?\d))?(?!\d)")
_NAME = rf"(?:{MONTH}|(?:{MONTH_START})\.?)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"(?<!\d)(?P<year>{YEAR})[-_.](?P<month>\d\d)[-_.](?P<day>\d\d)(?!\d)"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}}){_ORDINAL}\s+(?:of\s+)?(?P<name>{_NAME}),?\s+(?P<year>{YEAR})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<name>{_NAME})\s+(?P<day>\d{{1,2}}){_ORDINAL}(?:\s?[-–]\s?\d{{1,2}})?,?\s+(?P<year>{YEAR})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<name>{_NAME}),?\s+(?P<year>{YEAR})\b", re.IGNORECASE),
    re.compile(rf"(?<![\d/])(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>{YEAR})(?![\d/])"),
)
_SHORT = re.compile(r"(?<!\d)(\d{1,2})[-_.](\d{1,2})[-_.](\d\d)(?!\d)")  # in the name of a file


def periods(text: str) -> list[Period]:
    """The first and last year of each period that `text` names, in order."""
    found = []
    for first, last in _YEARS.findall(text):
        begin, end = int(first), int(first[: 4 - len(last)] + last)
        whole = last and begin <= end and (len(last) == 4 or end - begin <= _MOST_YEARS)
        found.append((begin, end if whole else begin))
    return found


def spanned(found: list[Period]) -> Period | None:
    """The years from the first to the last of these periods."""
    return (min(first for first, _ in found), max(last for _, last in found)) if found else None


def date(text: str) -> str:
    """The first date that `text` names, as 2031-03-24, 2031-03 or 2031 where it says no more, or ""."""
    found = [(match.start(), n, match) for n, one in enumerate(_DATES) if (match := one.search(text))]
    return _iso(min(found)[2]) if found else ""


def date_of_name(stem: str) -> str:
    """The date in the name of a file, which may have a year of two digits: 7_15_24."""
    if written := date(stem):
        return written
    for first, second, year in _SHORT.findall(stem):
        if written := _checked(f"20{year}", int(first), int(second)):
            return written
    return ""


def without_dates(text: str) -> str:
    """`text` without its dates in figures, as names of files have them."""
    return _DATES[0].sub(" ", _SHORT.sub(" ", text))


def is_date_line(text: str) -> bool:
    """Whether a line says a date and little more: a place, a distribution, the name of a meeting."""
    match = _first(text)
    return match is not None and _besides(text, match) <= _MOST_BESIDES


def is_date_only(text: str) -> bool:
    """Whether a line says a day and at most where it was, or a month and no more."""
    match = _first(text)
    return match is not None and _besides(text, match) <= (2 if match.groupdict().get("day") else 0)


def _first(text: str) -> re.Match[str] | None:
    return next((match for one in _DATES if (match := one.search(text))), None)


def _besides(text: str, match: re.Match[str]) -> int:
    """The words of a line beside its date."""
    return len(re.findall(r"[^\W\d_]+", text[: match.start()] + text[match.end() :]))


def _iso(match: re.Match[str]) -> str:
    named = match.groupdict()
    year, day = named["year"], int(named.get("day") or 0)
    if name := named.get("name"):
        month = next(n for n, known in enumerate(MONTHS, 1) if known[:3].lower() == name[:3].lower())
        return f"{year}-{month:02}-{day:02}" if 1 <= day <= 31 else f"{year}-{month:02}"
    month = int(named["month"])
    if "/" in match.group() and not (day > 12 or month > 12 or day == month):
        return year  # the fourth of May, or the fifth of April
    return _checked(year, month, day) or year


def _checked(year: str, first: int, second: int) -> str:
    """Month and day in either order, where only one is possible; "" where none is."""
    month, day = (second, first) if first > 12 else (first, second)
    return f"{year}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""
