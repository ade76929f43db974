"""The years that a document speaks for and the day on which it came out: never from its running text."""

import re
from collections.abc import Iterator

from corpus.identity.claims import Claim, Metadata, Sureness
from corpus.identity.dates import Period, date, date_of_name, is_date_line, is_date_only, periods, spanned
from corpus.identity.first_lines import Opening
from corpus.identity.words import is_reference, words
from corpus.text.dates import YEAR

_MOST_WORDS = 6  # of a line that says the years
_LONGEST_LINE = 25  # words of a line with a date
_COPYRIGHT = re.compile(rf"(?:©|\(c\)|\bcopyright\b)[^\n]{{0,80}}?\b({YEAR})\b", re.IGNORECASE)
_DATE_LINES = 12  # lines of the opening among which a date line is looked for


def published(opening: Opening, meta: Metadata, stem: str, title: str) -> Claim[str | None]:
    """The day, month or year on which the document came out."""
    for said, sure, evidence in _datings(opening, meta, stem, title):
        if found := date(said) or (date_of_name(said) if said == stem else ""):
            return Claim(found, sure, evidence)
    return Claim(None, "unsure", "nothing says it")


def period(
    opening: Opening, meta: Metadata, stem: str, title: str, beside: str, saved: int, text: str
) -> Claim[Period]:
    """The first and the last year that the document speaks for; `saved` is the year in which its file was."""
    if found := spanned(periods(title)):
        return Claim(found, "sure", "the title")
    if ranged := next((found for found in _alone(opening) if found[0] < found[1]), None):
        return Claim(ranged, "likely", "the line with the years")
    if found := spanned(periods(beside)):
        return Claim(found, "likely", "the lines beside the title")
    day = published(opening, meta, stem, title)
    if day.sure != "sure" and (named := spanned(periods(stem))):
        return Claim(named, "likely", "the name of the file")
    if day.value and day.sure != "unsure":
        year = int(day.value[:4])
        return Claim((year, year), day.sure, day.evidence)
    for named in _alone(opening):
        return Claim(named, "likely", "the line with the year")
    for year, evidence in _possible(opening, text, day):
        return Claim((year, year), "unsure", evidence)
    return Claim((saved, saved), "unsure", "the day on which the file was saved")


def _alone(opening: Opening) -> Iterator[Period]:
    """The years of lines of the opening that say little more, and are no sentence."""
    for line in opening.first_lines:
        found = spanned(periods(line))
        if (
            found
            and not line.endswith(".")
            and len(words(line)) <= _MOST_WORDS
            and (date(line) or not is_reference(line))
        ):
            yield found


def _possible(opening: Opening, text: str, day: Claim[str | None]) -> Iterator[tuple[int, str]]:
    """Years that may be the document's: of a dated line, of the right to copy, of the file."""
    for line in opening.texts:
        if (found := date(line)) and not line.endswith(".") and len(words(line)) <= _LONGEST_LINE:
            yield int(found[:4]), "a line with a date"
    for found in _COPYRIGHT.findall(text):
        yield int(found), "the line on copyright"
    if day.value:
        yield int(day.value[:4]), day.evidence


def _datings(opening: Opening, meta: Metadata, stem: str, title: str) -> Iterator[tuple[str, Sureness, str]]:
    yield meta.written("date", "published", "published_time", "issued", "year"), "sure", "the front matter"
    for line in opening.lines[:_DATE_LINES]:
        if is_date_line(line.text):
            yield line.text, "likely", "the line with the date"
    for text in filter(is_date_only, opening.first_lines):
        yield text, "likely", "the line with the date"
    yield title, "likely", "the title"
    for head in opening.heads:
        yield head, "likely", "the head of the pages"
    yield stem, "likely", "the name of the file"
    yield meta.date, "unsure", "the date of the file"
