"""The years that a document speaks for and the day on which it came out: never from its running text."""

from collections.abc import Iterator

from corpus.identity.claims import Claim, Metadata, Sureness
from corpus.identity.dates import Period, date, date_of_name, is_date_line, periods, spanned
from corpus.identity.first_lines import Opening

_DATE_LINES = 12  # lines of the opening among which a date line is looked for


def published(opening: Opening, meta: Metadata, stem: str, title: str) -> Claim[str | None]:
    """The day, month or year on which the document came out."""
    for said, sure, evidence in _datings(opening, meta, stem, title):
        if found := date(said) or (date_of_name(said) if said == stem else ""):
            return Claim(found, sure, evidence)
    return Claim(None, "unsure", "nothing says it")


def period(opening: Opening, meta: Metadata, stem: str, title: str, beside: str, saved: int) -> Claim[Period]:
    """The first and the last year that the document speaks for; `saved` is the year in which its file was."""
    for said in (title, beside):
        if found := spanned(periods(said)):
            return Claim(found, "sure" if said == title else "likely", "the title")
    day = published(opening, meta, stem, title)
    if day.sure != "sure" and (named := spanned(periods(stem))):
        return Claim(named, "likely", "the name of the file")
    if day.value:
        year = int(day.value[:4])
        return Claim((year, year), day.sure, day.evidence)
    return Claim((saved, saved), "unsure", "the day on which the file was saved")


def _datings(opening: Opening, meta: Metadata, stem: str, title: str) -> Iterator[tuple[str, Sureness, str]]:
    yield meta.written("date", "published", "published_time", "issued", "year"), "sure", "the front matter"
    for line in opening.lines[:_DATE_LINES]:
        if is_date_line(line.text):
            yield line.text, "likely", "the line with the date"
    yield title, "likely", "the title"
    for head in opening.heads:
        yield head, "likely", "the head of the pages"
    yield stem, "likely", "the name of the file"
    yield meta.date, "unsure", "the date of the file"
