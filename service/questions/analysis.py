"""Analysis of a question: the column or type of answer asked for, and the names and years of its subject."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from corpus.types import Role
from index.terms import terms
from service.questions.english import (
    COUNTS,
    LEADS,
    NUMBERS,
    ORDINALS,
    QUESTION_WORDS,
    VERB_FIRST,
    WH,
    YEAR,
)

Kind = Literal["date", "number", "money", "percent", "person", "contact"]
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "text",  # "what does Norway lead" asks for the items
        re.compile(
            r"^\W*what (?:else )?(?:do|does|did|is|are|was|were|will)\s.{1,80}?\b"
            r"(?:lead|leading|responsible|in charge|own|run|running)(?: (?:on|for|of|in))?\W*$",
            re.IGNORECASE,
        ),
    ),
    (
        "lead",
        re.compile(
            rf"\b(?:who|whom|whose|which|what|name)\b.{{0,200}}?\b(?:{LEADS}|leader|responsib\w+|owner)\b|"
            r"\b(?:who|whom|whose)\b.{0,200}?\b(?:heads?|heading|runs?|takes? care|looks? after|carr(?:y|ies) out|"
            r"supposed|job|has (?:that|this))\b|"
            r"\b(?:leads?|leader|owner|responsible)\W*$|^\W*leads?\b|\bitem leads?\b",
            re.IGNORECASE,
        ),
    ),
    (
        "status",
        re.compile(
            r"\b(?:status|progress|state of play|how far|where do things stand|came of|become of|happened (?:to|with))\b|"
            r"^\W*(?:is|are|was|were|has|have)\b.{0,200}?\b(?:complete|completed|finished|done|carried out|under ?way|ongoing)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "priority_area",
        re.compile(r"\b(?:priority area|which (?:priority|area|heading))\b", re.IGNORECASE),
    ),
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_NUMERAL = rf"(?:\d[\d,.]*|{'|'.join(NUMBERS)}|fifteen|twenty|thirty|forty|fifty|hundred)"
# For each kind: the pattern of a question for it, and the pattern of a passage that has one.
_KINDS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"^\W*when\b|\bwhen (?:is|are|was|were|did|does|do|will|has|have)\b|"
            r"\b(?:(?:what|which) (?:date|day|month|year)|(?<!up to )dates?|(?:by|since|until|and) when)\b",
            re.IGNORECASE,
        ),
        re.compile(rf"\b{_MONTH}\b|\b{YEAR}\b|\b(?:next|last|this) (?:year|month)\b", re.IGNORECASE),
    ),
    (
        "number",
        re.compile(rf"\b(?:{COUNTS}|total number|count of)\b", re.IGNORECASE),
        re.compile(rf"\b{_NUMERAL}\b", re.IGNORECASE),
    ),
    (
        "money",
        re.compile(
            r"\b(?:how much|budget|cost|costs|price|fee|fees|funding amount|pay|spen[dt])\b", re.IGNORECASE
        ),
        re.compile(r"[$€£]\s?\d|\b(?:USD|AUD|EUR|dollars?|million|billion)\b", re.IGNORECASE),
    ),
    (
        "percent",
        re.compile(r"\b(?:per ?cent|percentage|proportion|share of)\b|%", re.IGNORECASE),
        re.compile(r"%|\bper ?cent", re.IGNORECASE),
    ),
    (
        "person",
        re.compile(
            r"\bname of\b|\bwho\b.{0,200}?\b(?:chair|chaired|speaker|present|presented|presentation|gave|opened|opening|"
            r"spoke|speech|head|minister|consultant|author|wrote|signed)\b",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:Mr|Ms|Mrs|Dr|Prof|Excellency|Ambassador)\b"),
    ),
    (
        "contact",
        re.compile(r"\b(?:e-?mail|address|website|url|phone|telephone|contact|link)\b", re.IGNORECASE),
        re.compile(r"@|https?:|www\.|\bwebsite\b", re.IGNORECASE),
    ),
)
KINDS: tuple[Kind, ...] = tuple(kind for kind, _, _ in _KINDS)
_YEAR = re.compile(rf"(?<!\d){YEAR}(?!\d)")
_NAME = re.compile(
    r"^[A-Z]{3,}\b|(?<![.?!]\s)(?<!^)\b[A-Z][\w’'&-]*(?:\s+(?:(?:of|on|the|and|for|in)\s+)?[A-Z][\w’'&-]*)*"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_SEVERAL = re.compile(rf"\b{WH}\b.{{0,200}}?\b(?:and|or)(?: \w+)? {WH}\b", re.IGNORECASE)
_LISTS = re.compile(
    r"^\W*(?:please )?(?:(?:list|enumerate)\b|name (?:all|the|every)\b|(?:give|show|tell) (?:me|us) (?:all|the|a list)\b|"
    r"(?:what|which|who) (?:are|were) (?:the|all|its|their|our)\b|which (?:[\w'’-]+ ){1,5}(?:are|were|belong)\b)",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(rf"^\W*(?:(?:and|but|so|also)\W+)*{VERB_FIRST}\b", re.IGNORECASE)
_HOW_MANY_LISTED = re.compile(
    rf"(?<=\bthe )(?P<number>{_NUMERAL}) (?=\w)|(?<=\ball )(?P<all>{_NUMERAL}) (?=\w)", re.IGNORECASE
)
_AND_ASKS = re.compile(r"\band (?:if so )?(?:who|whom|what|which|when|where|why|how)\b", re.IGNORECASE)
# One of several of its kind: "the second forum".
_EDITION = re.compile(rf"\b(?:{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)|next)\b", re.IGNORECASE)
# "Who opened it", "which two governments chaired it": the verb.
_DEED = re.compile(
    r"^\W*(?:(?i:and|but|so)\W+)*(?:(?i:who)\s+(?:(?:has|have|had|also|will)\s+)?(?P<verb>[a-z][\w-]*)|"
    r"(?i:which|what)\s+(?:[\w'’-]+\s+){1,3}?(?P<past>[a-z][\w-]*ed))\b(?!\W*$)"
)
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")
_BY = re.compile(r"\s+by\s+(?:the\s+)?[A-Z]")
_EDGES = "?.,;:!\"'()"
_MARK = re.compile(r"^\W*(?:[\d]{1,3}|[a-z]|[ivxlc]+)[.)]\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """`role` is the column asked for, `kinds` the expected types of the answer, `terms` the content words in order.

    `several` facts may be asked for at once; `editions` are words such as "second"; `deed` is the verb of "who opened it".
    """

    text: str
    role: Role | None
    kinds: frozenset[Kind]
    terms: tuple[str, ...]
    names: tuple[str, ...]
    years: tuple[int, ...]
    several: bool
    lists: bool
    yes_or_no: bool
    editions: tuple[str, ...]
    deed: str | None


def analyse(text: str) -> QuestionAnalysis:
    """Reads a question by rules for English; none is specific to a document."""
    return QuestionAnalysis(
        text=text,
        role=next((role for role, asked in _ROLES if asked.search(text)), None),
        kinds=frozenset(kind for kind, asked, _ in _KINDS if asked.search(text)),
        terms=tuple(dict.fromkeys(terms(text))),
        names=tuple(dict.fromkeys(_POSSESSIVE.sub("", match.group()) for match in _NAME.finditer(text))),
        years=tuple(dict.fromkeys(int(year) for year in _YEAR.findall(text))),
        several=_SEVERAL.search(text) is not None,
        lists=_LISTS.match(text) is not None,
        yes_or_no=_YES_OR_NO.match(text) is not None and not _AND_ASKS.search(text),
        editions=tuple(dict.fromkeys(match.group().lower() for match in _EDITION.finditer(text))),
        deed=_deed(text),
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


def entity_kinds(text: str, kinds: Iterable[Kind]) -> frozenset[Kind]:
    """The `kinds` that a text has; the number of a list item does not count."""
    body = _MARK.sub("", text)
    shows = {kind: pattern for kind, _, pattern in _KINDS}
    return frozenset(kind for kind in kinds if shows[kind].search(body))


def without_question_words(text: str, question: str) -> str:
    """`text` with the question's words blanked, since they cannot be its answer."""
    known = {word.strip(_EDGES).lower() for word in question.split()}
    return " ".join("_" if word.strip(_EDGES).lower() in known else word for word in text.split())


def without_number(question: str) -> tuple[str, int] | None:
    """A question for a list without the number of its entries ("what are the nine goals"), and that number."""
    match = _HOW_MANY_LISTED.search(question) if _LISTS.match(question) else None
    word = match and (match["number"] or match["all"]).lower()
    if match is None or not word or not (word.isdigit() or word in NUMBERS):
        return None
    number = int(word) if word.isdigit() else NUMBERS.index(word) + 1
    return question[: match.start()] + question[match.end() :], number
