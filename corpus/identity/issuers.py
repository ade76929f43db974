"""Who issued a document."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from corpus.identity.bodies import is_proper, names_body, without_article
from corpus.identity.claims import Claim, Metadata
from corpus.identity.dates import is_date_only, periods, without_dates
from corpus.identity.first_lines import Opening
from corpus.identity.kinds import names_kind
from corpus.identity.labels import labels
from corpus.identity.titles import SITE
from corpus.identity.words import SMALL, borne_out, is_symbol, words
from corpus.text.dates import MONTH, YEAR
from corpus.text.markup import plain

UNKNOWN = "unknown"
_LONGEST = 200  # characters
_FRONT = ("issuer", "publisher", "organization", "organisation", "institution", "agency", "author")
_LABELS = (
    "agency", "issuer", "issued by", "publisher", "published by", "organisation", "organization", "institution",
    "submitted by", "prepared by", "produced by", "convened by", "organised by", "organized by", "organiser", "organizer",
    "hosted by", "author", "from",
)  # fmt: skip
_ADOPTED = ("adopted by", "approved by")
_DAY = re.compile(rf",? (?:on |in )?(?:\d{{1,2}} )?(?:{MONTH})\b", re.IGNORECASE)
# "Working Group on Lost Vessels": capitals, with small words between them
_CAPITALS = r"[A-Z][\w’'&-]*(?:\s+(?:(?:of|on|for|and|the|in|to|against|without)\s+){0,2}[A-Z][\w’'&-]*)+"
_OF_THE = re.compile(
    rf"\b(?:of|by|to)\s+the\s+({_CAPITALS})(\s+(?:on|for|against)\s+(?!its\b|their\b)(?:the\s+)?[a-z][\w\s’'-]*)?"
)
_SUBJECT = re.compile(rf"(?:^|[.!?]\s+)The\s+({_CAPITALS})(?=\s+[a-z])", re.MULTILINE)
_COPYRIGHT = re.compile(r"(?:(?:©|\(c\)|\bcopyright\b)[ ,:]*)+([^\n]{2,120})", re.IGNORECASE)
_YEARS = re.compile(rf"(?:{YEAR})(?:\s?[-–,]\s?(?:{YEAR}))?")
_PARTS = re.compile(r"\s[-–—|]\s|[,:]\s|\s?[()]\s?")
_LONGEST_NAME = 20  # words


def issuer(title: str, opening: Opening, meta: Metadata, text: str) -> Claim[str]:
    """Who issued the document, as far as its text bears it out."""
    if written := meta.written(*_FRONT):
        return Claim(written[:_LONGEST], "likely", "the front matter")
    for name, evidence in _likely(title, opening, meta, text):
        return Claim(without_article(name)[:_LONGEST], "likely", evidence)
    for name, evidence in _possible(title, opening, meta, text):
        return Claim(without_article(name)[:_LONGEST], "unsure", evidence)
    return Claim(UNKNOWN, "unsure", "nothing names it")


def _likely(title: str, opening: Opening, meta: Metadata, text: str) -> Iterator[tuple[str, str]]:
    """Names that stand where an issuer does, and that the text bears out where others may stand there too."""
    yield from _labelled(labels(text), _LABELS)
    if borne_out(meta.author, text) and len(words(meta.author)) > 1:
        yield meta.author, "the author of the file, whom the text names"
    for (name, mission), evidence in _of_title(title):
        if _times(name, text) > 1 and not names_kind(name):
            yield f"{name}{mission}".strip(), evidence
    for name, evidence in _mastheads(title, opening):
        if _times(name, text) > 1:
            yield name, evidence
    if len(words(meta.organisation)) > 1 or borne_out(meta.organisation, text):
        yield meta.organisation, "the organisation that the file names"
    for part in reversed(SITE.split(meta.title)[1:]):
        headed = any(borne_out(part, line.text) for line in opening.foremost[:1])
        if names_body(part) or (borne_out(part, text) and is_proper(part) and not headed):
            yield part, "the name of the site in the title of the page"
    yield from _of_copyright(text)


def _possible(title: str, opening: Opening, meta: Metadata, text: str) -> Iterator[tuple[str, str]]:
    for (name, mission), evidence in _of_title(title):
        host = name.rpartition(" of the ")[2]  # of a meeting
        if names_body(name):
            yield f"{name}{mission}".strip(), evidence
        elif names_body(host):
            yield host, evidence
    yield from ((name, "a line that names a body") for name in _bodies(title, opening))
    if names_body(meta.author):
        yield meta.author, "the author of the file"
    yield from _labelled(labels(text), _ADOPTED)
    yield from _of_sentences(text)


def _labelled(said: Mapping[str, str], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for label in names:
        name = _without_place(_DAY.split(said.get(label, "").partition(";")[0])[0].strip(" ,"))
        if is_proper(name) and len(words(name)) > 1:
            yield name, f"the line “{label.capitalize()}”"


def _without_place(name: str) -> str:
    """A name, and after a comma only what is a body too: not the place where it met."""
    first, *others = name.split(", ")
    return ", ".join([first, *(other for other in others if names_body(other))])


def _of_title(title: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Bodies that the title names, and what each is for; the last is the one whose meeting or report it is."""
    yield from ((name, "the title") for name in reversed(_OF_THE.findall(title)))


def _mastheads(title: str, opening: Opening) -> Iterator[tuple[str, str]]:
    """Names in the lines that open the document, or beside a symbol: no date, year or kind; the narrowest body first,
    which is below those that it belongs to."""
    block = [line.text for line in opening.around(opening.lines[0])] if opening.lines else []
    own = [text for text in block if not re.search(rf"[a-z] {re.escape(text)}", title)]
    for text in (*filter(names_body, reversed(own)), *opening.mastheads, *own):
        proper = (re.fullmatch(_CAPITALS, text) is not None or text.isupper()) and text != title
        named = proper and 2 <= len(words(text)) <= _LONGEST_NAME
        if named and not (periods(text) or is_symbol(text) or names_kind(text)):
            yield text, "the masthead"


def _bodies(title: str, opening: Opening) -> Iterator[str]:
    """Names of bodies among the lines of the opening, in the running heads, and in the parts of the title."""
    parts = [part for head in (*opening.titles, title) for part in _PARTS.split(head)]
    for line in (*_whole_lines(opening), *parts):
        for part in (line, *_PARTS.split(line)):
            if names_body(part) and not is_date_only(part):
                yield part
                break


def _whole_lines(opening: Opening) -> list[str]:
    """The first lines that are no text and have no label; one that ends with a small word goes on in the next."""
    found: list[str] = []
    for line in opening.first_lines:
        if found and found[-1].split()[-1].lower() in SMALL:
            found[-1] += f" {line}"
        else:
            found.append(line)
    return [line for line in found if len(words(line)) <= _LONGEST_NAME and ": " not in line]


def _of_copyright(text: str) -> Iterator[tuple[str, str]]:
    for said in _COPYRIGHT.findall(plain(text)):
        name = _YEARS.sub(" ", without_dates(said)).partition(".")[0].strip(" ,;-–0123456789")
        if 2 <= len(words(name)) <= _LONGEST_NAME and is_proper(name):
            yield " ".join(name.split()), "the line on copyright"


def _of_sentences(text: str) -> Iterator[tuple[str, str]]:
    """The body that more sentences begin with than with any other."""
    counted = Counter(name for name in _SUBJECT.findall(plain(text)) if names_body(name))
    (first, times), (_, others) = (*counted.most_common(2), ("", 0), ("", 0))[:2]
    if times > others:
        yield first, "the body that the text speaks of most"


def _times(name: str, text: str) -> int:
    pattern = r"\s+".join(map(re.escape, name.split()))
    return len(re.findall(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE))
