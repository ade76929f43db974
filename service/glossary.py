"""Questions for the meaning of an abbreviation, answered from the documents' own definitions."""

import re
from collections.abc import Iterable

from corpus.types import Passage
from index.lexical import terms
from service.question import FUNCTION_WORDS

_ASKS = re.compile(
    r"\b(?:stands? for|full (?:names?|forms?)|meanings?|means?|short for|abbreviat\w+|acronyms?|definitions?|"
    r"spelled out|glossary)\b|^\W*what(?:'s| is| are)\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b[A-Z][\w-]*[A-Z][\w-]*\b")
_PLAIN = FUNCTION_WORDS | frozenset(terms("difference between letters document report called"))


def definitions(question: str, passages: Iterable[Passage]) -> list[Passage]:
    """The definitions of the abbreviations that `question` asks the meaning of, in its order; mostly none.

    A question that says anything besides them asks for more than a definition.
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
