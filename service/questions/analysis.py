"""A question for reading: the column or kind of value that it asks for, and the names, years and deed of its subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.types import Role
from index.terms import terms
from service.questions.english import NUMBERS, ORDINALS, QUESTION_WORDS, WH, YEAR
from service.questions.values import VALUES
from service.understanding.request import Request, Wanted

_YEAR = re.compile(rf"(?<!\d){YEAR}(?!\d)")
_NAME = re.compile(
    r"^[A-Z]{3,}\b|(?<![.?!]\s)(?<!^)\b[A-Z][\w’'&-]*(?:\s+(?:(?:of|on|the|and|for|in)\s+)?[A-Z][\w’'&-]*)*"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_SEVERAL = re.compile(rf"\b{WH}\b.{{0,200}}?\b(?:and|or)(?: \w+)? {WH}\b", re.IGNORECASE)
_HOW_MANY_LISTED = re.compile(
    rf"(?<=\bthe )(?P<number>\d+|{'|'.join(NUMBERS)}) (?=\w)|(?<=\ball )(?P<all>\d+|{'|'.join(NUMBERS)}) (?=\w)",
    re.IGNORECASE,
)
# One of several of its kind: "the second forum".
_EDITION = re.compile(rf"\b(?:{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)|next)\b", re.IGNORECASE)
# "Who opened it", "which two governments chaired it": the verb.
_DEED = re.compile(
    r"^\W*(?:(?i:and|but|so)\W+)*(?:(?i:who)\s+(?:(?:has|have|had|also|will)\s+)?(?P<verb>[a-z][\w-]*)|"
    r"(?i:which|what)\s+(?:[\w'’-]+\s+){1,3}?(?P<past>[a-z][\w-]*ed))\b(?!\W*$)"
)
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")
_MEASURES: frozenset[Wanted] = frozenset(("number", "money", "percent", "duration", "date"))
_BY = re.compile(r"\s+by\s+(?:the\s+)?[A-Z]")


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """`role` is the column asked for, `kinds` the kinds of value that an answer has, `chances` how
    likely each kind is, `terms` the content words in order.

    `several` facts may be asked for at once; `editions` are words such as "second"; `deed` is the verb of "who opened it".
    """

    text: str
    role: Role | None
    kinds: frozenset[Wanted]
    chances: Mapping[Wanted, float]
    terms: tuple[str, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    several: bool
    lists: bool
    yes_or_no: bool
    editions: tuple[str, ...]
    deed: str | None


def analyse(request: Request, text: str) -> QuestionAnalysis:
    """What `request` asks for, in the words of `text`."""
    return QuestionAnalysis(
        text=text,
        role=None if request.field == "none" else request.field,
        kinds=_kinds(request),
        chances=request.kinds,
        terms=tuple(dict.fromkeys(terms(text))),
        names=tuple(dict.fromkeys(_POSSESSIVE.sub("", match.group()) for match in _NAME.finditer(text))),
        years=tuple(dict.fromkeys(int(year) for year in _YEAR.findall(text))),
        several=_SEVERAL.search(text) is not None,
        lists=request.form == "list",
        yes_or_no=request.form == "yes_no",
        editions=tuple(dict.fromkeys(match.group().lower() for match in _EDITION.finditer(text))),
        deed=_deed(text),
    )


def _kinds(request: Request) -> frozenset[Wanted]:
    """The kinds of value that an answer has: a number where things are counted."""
    if request.form == "count" and request.wanted not in _MEASURES:
        return frozenset(("number",))
    return frozenset(
        (request.wanted,) if request.form in ("fact", "count") and request.wanted in VALUES else ()
    )


def _deed(text: str) -> str | None:
    match = _DEED.match(text)
    verb = match and (match["verb"] or match["past"])
    return verb if verb and verb not in QUESTION_WORDS and terms(verb) else None


def says_who_did(question: QuestionAnalysis, text: str) -> bool:
    """Whether `text` has all words of the question, and a new name before the verb or after "by"."""
    if question.deed is None or not frozenset(question.terms) - QUESTION_WORDS <= frozenset(terms(text)):
        return False
    verb, named = terms(question.deed), False
    for match in _WORDS.finditer(text):
        word = terms(match.group())
        if match.group()[0].isupper():
            named = named or not set(word) <= set(question.terms)
        elif word == verb and (named or _BY.match(text, match.end())):
            return True
    return False


def without_number(question: str) -> tuple[str, int] | None:
    """A question without the number of the things it asks for ("what are the nine goals"), and that number."""
    match = _HOW_MANY_LISTED.search(question)
    word = match and (match["number"] or match["all"]).lower()
    if match is None or not word:
        return None
    number = int(word) if word.isdigit() else NUMBERS.index(word) + 1
    return question[: match.start()] + question[match.end() :], number
