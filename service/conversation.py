"""A conversation → the question its last message asks, and what it leans on.

The server keeps nothing: the history comes with each request, and what was found before is found again. A
question that leans on what was said (a pronoun, an ellipsis, "what about…") is searched together with the topic
so far and near the passage that answered last; both weigh less than its own words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.encoder import Encoder
from index.filters import Filter
from index.generation import Generation
from index.lexical import terms
from index.search import Before, search

_TURNS = 4  # questions before the last that are gone through again
_TOPIC = 3  # questions that make up the topic
_LONGEST = 300  # characters of an earlier question that are read

_SUBJECT_CHANGE = re.compile(
    r"^\W*(?:by the way|another (?:thing|question)|new (?:topic|question)|separately)\b", re.IGNORECASE
)
_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?|also|then|well|yes|no|sorry|wait|thanks|thank you|actually|now|please|hmm)\b"
    r"[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"^\W*(?:and|what about|how about|or|any|same for|likewise)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|she|him|her|his|this|that|these|those|there|then|one|ones|same|"
    r"others?|former|latter|both|all of|each of|which of)\b",
    re.IGNORECASE,
)
_OWN_POINTING = re.compile(
    r"\b(?:that|which|who)\s+(?:the|a|an|is|are|was|were|has|have)\b|\bis there\b|\bare there\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?\b")
# Words that say what is asked, not what it is asked of.
_FRAME = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|many|much|long|does|did|do|is|are|was|were|has|have|had|can|could|"
    r"will|would|should|may|tell me|please|say|said|there|any)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The last question in its own words; `standalone` says it with what it leans on; `before` is that."""

    text: str
    standalone: str
    before: Before | None


def last_question(
    generation: Generation,
    encoder: Encoder,
    messages: Sequence[tuple[str, str]],
    filter: Filter | None = None,
) -> Asked:
    """What the last of `messages`, (role, text) pairs, asks; they must end with a question of the user's."""
    questions = [text.strip() for role, text in messages if role == "user" and text.strip()]
    topic: list[str] = []
    before: Before | None = None
    for earlier in (question[:_LONGEST] for question in questions[:-1][-_TURNS:]):
        if not leans(earlier):
            topic, before = [], None
        found = search(generation, encoder, earlier, 1, filter, before)
        if subject := _subject(earlier):
            topic = [subject, *topic][:_TOPIC]
        before = Before("; ".join(topic), found.results[0].passage) if found.results and topic else None
    last = questions[-1]
    if before is None or not leans(last):
        return Asked(last, last, None)
    if _YEAR.search(last):  # another year replaces the one spoken of, and its document
        before = Before(" ".join(_YEAR.sub("", before.topic).split()) or before.topic, before.passage)
    return Asked(last, f"{last} ({before.topic})", before)


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    if _SUBJECT_CHANGE.match(question):
        return False
    pointing = _POINTING.search(_OWN_POINTING.sub(" ", question)) is not None
    elliptic = _ELLIPSIS.match(question) is not None or _OPENING.match(question) is not None
    return pointing or elliptic or len(terms(_subject(question))) <= 2


def _subject(question: str) -> str:
    """The words of a question that say what it is about."""
    without = _FRAME.sub(" ", _POINTING.sub(" ", _OPENING.sub("", question)))
    return " ".join(without.split()).strip(" ?.,;:!")
