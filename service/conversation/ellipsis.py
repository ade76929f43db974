"""Ellipsis: a fragment replaces the most similar phrase of the last question, "and men?" the women in it.

The encoder gives the similarity, so no list of countries, bodies or documents is needed.
"""

import re
from collections.abc import Sequence

import numpy as np

from index.encoders.base import Encoder, unit
from index.terms import FUNCTION_WORDS, terms
from index.types import Encoding, Vectors
from service.questions.english import PERIOD, PREPOSITION

LEAD = re.compile(rf"^(?:{PREPOSITION}\s+)?(?:(?:the|an?)\s+)?", re.IGNORECASE)
AT = re.compile(rf"^{PREPOSITION}\b", re.IGNORECASE)
_ONE = re.compile(r"\s+ones?$", re.IGNORECASE)
_YEARS = re.compile(rf"\b{PERIOD}\b")
_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_LETTERS = re.compile(r"[^\W\d_][\w’'-]*")
_JOINS = frozenset(("of", "and"))  # allowed within a phrase, not at its ends
_MOST_WORDS = 6  # of a phrase
_ALIKE = 0.3  # least similarity of phrases that replace each other

Span = tuple[int, int]  # characters of a question


def with_slot_filled(encoder: Encoder, fragment: str, question: str) -> str | None:
    """`question` with `fragment` in place of the most similar phrase, or None where none is similar.

    Years replace years, and names names. A fragment after a preposition replaces a phrase after the same one. "The
    money one" refers to a noun of the question, so it always replaces something.
    """
    new = _ONE.sub("", LEAD.sub("", fragment))
    one = _ONE.search(fragment) is not None
    years = list(_YEARS.finditer(question))
    if _YEARS.fullmatch(new) and years:
        return question[: years[-1].start()] + new + question[years[-1].end() :]
    phrases = [span for span in _phrases(question) if not _YEARS.fullmatch(question[slice(*span)])]
    names = [span for span in phrases if _is_name(question[slice(*span)])] if _is_name(new) else []
    if (preposition := AT.match(fragment)) and not one:
        same = re.compile(rf"\b{preposition.group()}(?: the| an?)?\s*$", re.IGNORECASE)
        phrases = [span for span in phrases if same.search(question[: span[0]])]
    phrases = names or phrases
    if not phrases or not terms(new):
        return None
    alike = _similarities(encoder, new, question, phrases)
    best = max(range(len(phrases)), key=lambda n: (alike[n], phrases[n][1] - phrases[n][0]))
    if alike[best] < _ALIKE and not names and not one:
        return None
    start, end = phrases[best]
    if _same_noun(new, question[start:end]):  # "the disruption group" for "the trafficking working group"
        start = min(first for first, until in phrases if until == end)
    return question[:start] + new + question[end:]


def _phrases(question: str) -> list[Span]:
    """Runs of a few words that begin and end with content words."""
    words = list(_WORD.finditer(question))
    small = [word.group().lower().strip(".") in FUNCTION_WORDS for word in words]
    found = []
    for first, word in enumerate(words):
        for last in range(first, min(first + _MOST_WORDS, len(words))):
            if last > first and (
                question[words[last - 1].end() : words[last].start()].strip()
                or (small[last - 1] and words[last - 1].group().lower() not in _JOINS)
            ):
                break
            if not small[first] and not small[last]:
                found.append((word.start(), words[last].end()))
    return found


def _is_name(text: str) -> bool:
    words = [word for word in _LETTERS.findall(text) if word.lower() not in FUNCTION_WORDS]
    return bool(words) and all(word[0].isupper() for word in words)


def _similarities(encoder: Encoder, text: str, question: str, phrases: Sequence[Span]) -> list[float]:
    """The similarity of each phrase to `text`, by its token vectors within `question`."""
    whole, part = encoder.read([question, text])
    sought = _mean(part, (0, len(text)))
    return [float(_mean(whole, span) @ sought) for span in phrases]


def _mean(encoding: Encoding, span: Span) -> Vectors:
    inside = (encoding.spans[:, 0] < span[1]) & (encoding.spans[:, 1] > span[0])
    return np.asarray(unit(encoding.tokens[inside].sum(axis=0, keepdims=True))[0], np.float32)


def _same_noun(one: str, other: str) -> bool:
    return one.split()[-1].lower() == other.split()[-1].lower()
