"""Questions for the meaning of an abbreviation, answered from the documents' own definitions."""

import re
from collections.abc import Sequence

from corpus.types import Passage

_ASKS = re.compile(
    r"\b(?:stands? for|full (?:names?|forms?)|meanings?|means?|short for|abbreviat\w+|acronyms?|definitions?|defined|"
    r"spelled out|glossary)\b|^\W*what(?:'s| is| are)\s+(?:an? |the )?[A-Z][A-Za-z-]*[A-Z]\w*\W*$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b[A-Z][\w-]*[A-Z][\w-]*\b")


def definitions(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """The definitions of the abbreviations that `question` asks the meaning of, in its order; mostly none."""
    if not _ASKS.search(question):
        return []
    asked = dict.fromkeys(match.group().upper() for match in _ABBREVIATION.finditer(question))
    known: dict[str, Passage] = {}
    for passage in passages:
        if passage.kind == "definition":
            known.setdefault(passage.fields.get("Term", "").upper(), passage)
    return [known[name] for name in asked if name in known]
