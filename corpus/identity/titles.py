"""The title of a document, and what its opening says beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice

from corpus.identity.claims import Claim, Metadata, Sureness
from corpus.identity.dates import date, periods, without_dates
from corpus.identity.first_lines import Opening, OpeningLine
from corpus.identity.kinds import is_kind_only, names_kind
from corpus.identity.labels import title_label
from corpus.identity.words import SMALL, borne_out, telling, words
from corpus.text.markup import plain

_LONGEST = 200  # characters
_BRIEF = 3  # words: so short a title may want its subject
_MOST_WORDS = 20  # of a title that is set like the text
_MOST_BESIDE = 3  # lines beside a title; more are a list
SITE = re.compile(r"\s+(?:[|»·:]+|[-–—])\s+")  # parts of a web page's title
_SUBJECT = re.compile(r"(?:subject|re|title)\s*:\s*", re.IGNORECASE)
_NAME_MARKS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Title:
    """The title, the claim for it, and the other lines that stand with it, which say more of the subject."""

    claim: Claim[str]
    beside: tuple[str, ...] = ()


def title(opening: Opening, meta: Metadata, text: str, stem: str) -> Title:
    """The best title that a file shows: said by hand, set larger than the text, or first; else the name of the file."""
    named = name_of_file(stem)
    if written := meta.written("title"):
        return Title(Claim(_shortened(written), "sure", "the front matter"))
    if labelled := title_label(text):
        return Title(Claim(_shortened(labelled), "sure", "the label"))
    found = _of_opening(opening, meta.title)
    said = _clean(meta.title, found.claim.value if found else "", text)
    if found is None:
        if borne_out(said, text) and len(words(said)) > 1:
            return Title(Claim(_shortened(said), "likely", "the title of the file, which the text bears out"))
        return Title(Claim(_shortened(named), "unsure", "the name of the file"))
    shown = found.claim.value
    beside = tuple(line for line in found.beside if line not in shown)
    if _says_more(said, shown) and borne_out(said, text):
        return Title(
            Claim(_shortened(said), "sure", "the title of the file, which the text bears out"), beside
        )
    if completed := _completed(shown, meta.title, named, found, text):
        return Title(completed, beside)
    return Title(_confirmed(found.claim, said, named), beside)


def name_of_file(stem: str) -> str:
    """The name of a file as words, without its date."""
    bare = " ".join(_NAME_MARKS.sub(" ", without_dates(stem)).split())
    return bare or stem


def _of_opening(opening: Opening, said: str) -> Title | None:
    """The most prominent lines of the first page; a running head before a heading that is one of many."""
    prominent, foremost = opening.prominent, opening.foremost
    greatest = foremost[0] if foremost else None
    if greatest is None or greatest.recurs or len(telling(greatest.text)) < 2:
        if opening.titles:
            return Title(Claim(_shortened(_undated(opening.titles[0])), "likely", "the head of the pages"))
        if len(telling(site_apart := SITE.split(said)[0])) >= _BRIEF:
            return Title(Claim(_shortened(site_apart), "likely", "the title of the file"))
        if greatest is None:
            return _of_first_line(opening)
    able = [line for line in opening.lines if line in foremost and _alike(line, greatest)]
    first = next(
        (line for line in able if len(telling(line.text)) > 1 and _contains(said, line.text)), able[0]
    )
    own = _run(opening, first)
    beside = [line for line in opening.around(first) if line in prominent and line not in own]
    *above, _ = opening.around(first)  # the last may head the text below
    value = _with_kind(
        _going_on(_unlabelled(_joined(own)), opening),
        [line for line in beside if line in above or not line.recurs],
    )
    opens = first is next(line for line in opening.lines if line.may_entitle)
    early = not first.below_text and (not first.recurs or opens)
    sure: Sureness = "likely" if early and _tells(value) else "unsure"
    return Title(
        Claim(_shortened(value), sure, "the largest lines of the first page"),
        tuple(line.text for line in beside if line.text not in value),
    )


def _of_first_line(opening: Opening) -> Title | None:
    """The first line that may be a title, where no line stands out, with the line that says what it is."""
    able = [line for line in opening.lines if line.may_entitle and not line.below_text]
    first = next((line for line in able if not line.is_masthead), next(iter(able), None))
    if first is None or len(words(first.text)) > _MOST_WORDS:
        return None
    beside = [line for line in opening.around(first) if line is not first and line.may_entitle]
    value = _with_kind(_going_on(first.text, opening), beside)
    sure: Sureness = "likely" if _tells(value) else "unsure"
    *above, _ = opening.around(first)  # the last may head the text below
    others = tuple(line.text for line in beside if line in above and line.text not in value)
    others = others if len(others) <= _MOST_BESIDE else ()
    return Title(Claim(_shortened(value), sure, "the first line"), others)


def _run(opening: Opening, first: OpeningLine) -> list[OpeningLine]:
    """`first` and the lines after it that are set alike, or that it runs on to: "for the", "of the"."""
    own = [first]
    block = opening.around(first)
    for line in block[block.index(first) + 1 :]:
        runs_on = line.text[:1].islower() or own[-1].text.split()[-1].lower() in SMALL
        heads_text = line is block[-1] and _complete(_joined(own))
        alike = _alike(line, first) and line.may_entitle and not first.recurs
        if not (runs_on or (alike and not heads_text)):
            break
        own.append(line)
    while len(own) > 1 and not own[-1].may_entitle:
        own.pop()
    return own


def _complete(shown: str) -> bool:
    """Whether a title says what the document is, or of which years: what follows may head its first section."""
    return names_kind(shown) or bool(periods(shown))


def _tells(shown: str) -> bool:
    """Whether a title has enough words to be that of one document: "Proposed Rules" may head many."""
    return len(telling(shown)) + bool(periods(shown)) >= _BRIEF


def _alike(line: OpeningLine, other: OpeningLine) -> bool:
    return line.prominence == other.prominence


def _joined(lines: Sequence[OpeningLine]) -> str:
    """Lines of a title as one: those that run on by a blank, others by a dash."""
    shown = lines[0].text
    for line in lines[1:]:
        runs_on = (
            line.text[:1].islower() or shown.split()[-1].lower() in SMALL or shown.endswith((":", ",", "-"))
        )
        shown += (" " if runs_on else " – ") + line.text
    return shown


def _unlabelled(shown: str) -> str:
    """A title without the label that a letter puts before it."""
    return _SUBJECT.sub("", shown) or shown


def _going_on(shown: str, opening: Opening) -> str:
    """A title that says no more than a kind, with the line below it that goes on: "by the Delegation"."""
    following = dropwhile(lambda line: line != shown, opening.first_lines)
    below = next(islice(following, 1, None), "")
    return f"{shown} {below}" if is_kind_only(shown) and below[:1].islower() else shown


def _with_kind(shown: str, beside: Sequence[OpeningLine]) -> str:
    """A title that does not say what the document is, with the line beside it that does."""
    if names_kind(shown):
        return shown
    said = next((line.text for line in beside if names_kind(line.text)), None)
    return f"{shown} – {said}" if said else shown


def _completed(shown: str, said: str, named: str, found: Title, text: str) -> Claim[str] | None:
    """A title that says no more than a kind and years, with its subject: from the title of the file, the lines beside
    it, or the file's name."""
    if len(telling(shown)) > _BRIEF:
        return None
    if _contains(named, shown) and len(telling(named)) > len(telling(shown)):
        return Claim(
            _shortened(named), "likely", "the name of the file, which has the words of the first heading"
        )
    if not is_kind_only(shown) or (_says_more(said, shown) and borne_out(said, text)):
        return None
    parts = [*found.beside, *(part for part in SITE.split(said) if borne_out(part, text))]
    more = next((part for part in parts if telling(part) and not {*telling(part)} & {*telling(shown)}), None)
    return (
        Claim(_shortened(f"{shown} – {more}"), "likely", "the first heading, and what it is of")
        if more
        else None
    )


def _confirmed(claim: Claim[str], said: str, named: str) -> Claim[str]:
    """The claim, sure where the metadata or the name of the file say the same."""
    own = {*telling(claim.value)}
    for other, evidence in ((said, "the title of the file"), (named, "the name of the file")):
        if own and len(own & {*telling(other)}) >= 0.8 * len(own):
            return Claim(claim.value, "sure", f"{claim.evidence}, and {evidence}")
    return claim


def _says_more(said: str, shown: str) -> bool:
    """Whether `said` has all words of `shown` and others."""
    return {*words(said)} > {*words(shown)}


def _contains(text: str, part: str) -> bool:
    return f" {' '.join(words(part))} " in f" {' '.join(words(text))} "


def _clean(said: str, shown: str, text: str) -> str:
    """The title of the metadata, without the name of a site that stands beside the title shown."""
    parts = SITE.split(plain(said))
    alike = (part for part in parts if shown and {*words(shown)} <= {*words(part)})
    return next(alike, plain(said) if borne_out(said, text) else parts[0])


def _undated(head: str) -> str:
    """A running head without the parts that are no more than a date."""
    parts = SITE.split(head)
    kept = [part for part in parts if not (date(part) and len(words(part)) <= 4)]
    return " – ".join(kept) if kept else head


def _shortened(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST].rsplit(" ", 1)[0]
