"""Questions for the meaning of an abbreviation, answered from the documents' own definitions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.cells import Span, sentences_of
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.terms import terms
from service.questions.english import QUESTION_WORDS

_ASKS = re.compile(
    r"\b(?:stands? for|full (?:names?|forms?)|meanings?|means?|short for|abbreviat\w+|acronyms?|definitions?|"
    r"spelled out|expand|glossary)\b|^\W*what(?:'s| is| are)\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b[A-Z][\w-]*[A-Z][\w-]*\b")
_LETTERS = re.compile(
    r"\b(?:stands? for|full (?:names?|forms?)|short for|abbreviat\w+|acronyms?|spelled out|expand\w*)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(rf"({_ASKS.pattern}|{_LETTERS.pattern})", re.IGNORECASE)
_BEFORE = 14  # words before an abbreviation that may spell it out
_BETWEEN = 4  # words of a full name without a letter in the abbreviation
_PLAIN = QUESTION_WORDS | frozenset(terms("difference between letters document report called"))


def definitions(question: str, passages: Iterable[Passage]) -> list[Passage]:
    """The definitions of the abbreviations whose meaning `question` asks for, in its order.

    None where the question has other words: it asks for more than a definition.
    """
    rest = _ABBREVIATION.sub(" ", _ASKS.sub(" ", question))
    if not _ASKS.search(question) or not _PLAIN.issuperset(terms(rest)):
        return []
    asked = dict.fromkeys(match.group().upper() for match in _ABBREVIATION.finditer(question))
    known: dict[str, Passage] = {}
    for passage in passages:
        if passage.kind == "definition":
            known.setdefault(passage.fields.get("Term", "").upper(), passage)
    return [known[name] for name in asked if name in known]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The span of a passage that spells an abbreviation out, and the full name if known."""

    passage: Passage
    span: Span
    full: str | None


def asks_letters(question: str) -> bool:
    """Whether `question` asks what letters stand for, not only what something is."""
    return _LETTERS.search(question) is not None


def with_capitals(question: str) -> str:
    """A question such as "what does rso stand for", with the letters in capitals as in documents."""
    if not asks_letters(question) or _ABBREVIATION.search(question):
        return question
    parts = _ASKING.split(question)
    raised = (
        part
        if n % 2
        else re.sub(r"[\w-]+", lambda m: m[0] if _PLAIN.issuperset(terms(m[0])) else m[0].upper(), part)
        for n, part in enumerate(parts)
    )
    return "".join(raised)


def expansion_asked(question: str) -> str | None:
    """The abbreviation whose meaning `question` asks for, if it asks for nothing else."""
    asked = {match.group() for match in _ABBREVIATION.finditer(question)}
    rest = _ABBREVIATION.sub(" ", _LETTERS.sub(" ", _ASKS.sub(" ", question)))
    asks = _ASKS.search(question) or asks_letters(question)
    return asked.pop() if len(asked) == 1 and asks and _PLAIN.issuperset(terms(rest)) else None


def expansion(index: Index, short: str, mask: NDArray[np.bool_]) -> Expansion | None:
    """The first place that spells `short` out as "Full Name (FN)", preferably with a known name."""
    rows = np.flatnonzero(mask & (index.lexical.scores(short) > 0))
    pattern = re.compile(
        rf"(?P<before>(?:[\w’'-]+[^\w’'-]+){{1,{_BEFORE}}}?)(?<=[(,] |.\()(?:the )?(?P<short>{re.escape(short)}\b[^()]*)\)|"
        rf"\b(?P<first>{re.escape(short)}) \((?P<after>[^()]+)\)"
    )
    names = index.names.full.get(short, ())
    spelled: Expansion | None = None
    for row in rows.tolist():
        passage = index.passages[row]
        for span in sentences_of(passage):
            text = plain(passage.text[slice(*span)])
            if full := next(
                (name for name in names if re.search(rf"{re.escape(name)} \((?:the )?{short}", text)), None
            ):
                return Expansion(passage, span, full)
            if spelled is None and any(_spells(short, match) for match in pattern.finditer(text)):
                spelled = Expansion(passage, span, None)
    return spelled


def _spells(short: str, match: re.Match[str]) -> bool:
    """Whether words beside an abbreviation have its letters in order, from the first letter of one of them."""
    words = [part.upper() for part in re.split(r"[\W_]+", match["before"] or match["after"]) if part]
    last = words[-len(match["short"] or match["after"]) - _BETWEEN :]
    letters = [letter.upper() for letter in short if letter.isalnum()]
    return any(
        word[0] == letters[0] and _in_order(letters, "".join(last[place:])) for place, word in enumerate(last)
    )


def _in_order(letters: list[str], text: str) -> bool:
    left = iter(text)
    return all(letter in left for letter in letters)
