"""The kind of a document, by the head noun of its title or of a line beside it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from corpus.identity.claims import Claim
from corpus.identity.words import SMALL, telling, words

UNSAID = "document"
_TERMS = "terms of reference"
# What documents call themselves; a kind is one of these, with the word before it where the two are one name.
_GENRES = frozenset(
    """act agenda agreement analysis announcement assessment bill brief briefing budget bulletin charter circular code
    communication communique compendium compilation convention curriculum decision declaration directive evaluation
    factsheet form framework guidance guide guideline guidelines handbook instructions law letter list manual matrix
    memorandum minutes newsletter note notes notice opinion order overview paper plan policy presentation proceedings
    profile programme program protocol proposal questionnaire recommendations record register regulation regulations
    release report resolution review roadmap roster rule rules schedule self-assessment speech statement strategy
    study summary survey syllabus toolkit transcript treaty update""".split()
)
_NAMES = {
    "plan": {"action", "work", "implementation", "strategic"},
    "sheet": {"fact", "information"},
    "paper": {
        "options",
        "concept",
        "position",
        "discussion",
        "policy",
        "issues",
        "background",
        "working",
        "white",
    },
    "note": {"concept", "guidance", "information"},
    "release": {"press", "media"},
    "brief": {"policy"},
    "report": {"self-assessment"},
}
SALUTATION = ("Dear ", "Excellency")
_BRIEF = 8  # words
_PHRASES = re.compile(r"\s[-–—]\s|[–—:(;]")
EDITIONS = frozenset("draft final updated revised proposed provisional new edition version".split())


def kind(title: str) -> Claim[str]:
    """The kind of document that a title names; "document" where it names none."""
    if _TERMS in " ".join(words(title)):
        return Claim(_TERMS, "likely", "the words of the title")
    for phrase in _PHRASES.split(title):
        found = [genre for part in phrase.split(",") if (genre := _genre(part))]
        if found:
            return Claim(found[-1], "likely", "the words of the title")
    return Claim(UNSAID, "unsure", "the title names no kind")


def kind_of_document(
    labelled: Iterable[str], title: Claim[str], beside: Iterable[str], stem: str
) -> Claim[str]:
    """The kind under a label, or that the title names; else of a line of the opening that says little more, or the
    name of the file."""
    for value in labelled:
        if (said := kind(value)).value != UNSAID:
            return Claim(said.value, "likely", "the line with the kind")
    named = kind(title.value)
    if named.value != UNSAID:
        return named if title.sure != "unsure" else replace(named, sure="unsure")
    for line in beside:
        if line.startswith(SALUTATION) and line.endswith(","):
            return Claim("letter", "likely", "its salutation")
        if len(words(line)) <= _BRIEF and (said := kind(line)).value != UNSAID:
            return Claim(said.value, "likely", "a line beside the title")
    said = kind(stem)
    return said if said.value == UNSAID else Claim(said.value, "unsure", "the name of the file")


def names_kind(text: str) -> bool:
    """Whether a line calls the document something: a plan, a report."""
    return kind(text).value != UNSAID


def is_kind_only(text: str) -> bool:
    """Whether a title says no more than what the document is, and of when: "2031 Action Plan"."""
    named = kind(text).value
    return named != UNSAID and {*telling(text)} <= {*named.split(), *EDITIONS}


def _genre(phrase: str) -> str:
    """The first noun, before a preposition or at the end, that is a genre; "" where none is."""
    part: list[str] = []
    for word in [*words(phrase), "of"]:
        if word not in SMALL:
            if not word[:1].isdigit() and word != "no":
                part.append(_plain(word))
        elif part:
            if found := _named(part):
                return found
            part = []
    return ""


def _plain(word: str) -> str:
    """A word without accents: communiqué."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )


def _named(part: list[str]) -> str:
    while len(part) > 1 and part[-1].endswith("ed"):  # "prepared by"
        part = part[:-1]
    *before, head = part
    if head not in _GENRES and head.removesuffix("s") in _GENRES:  # "Press releases"
        head = head.removesuffix("s")
    modifier = before[-1] if before else ""
    if modifier in _NAMES.get(head, ()):
        return "self-assessment" if modifier == "self-assessment" else f"{modifier} {head}"
    return head if head in _GENRES else ""
