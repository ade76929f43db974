"""A conversation → the standalone question that its last message asks.

The server keeps nothing: the history comes with each request. A question that leans on what was said before
(a pronoun, an ellipsis, "what about…") is searched together with what it leans on, in the user's own words.
"""

import re
from collections.abc import Sequence

from index.lexical import terms

_TURNS = 20  # older messages are not read
_LONGEST_TOPIC = 300  # characters

_SUBJECT_CHANGE = re.compile(
    r"^\W*(?:by the way|another (?:thing|question)|new (?:topic|question)|separately)\b", re.IGNORECASE
)
_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?|also|then|well|yes|no|sorry|wait|thanks|thank you|actually|now|please|hmm)\b[\s,.:;!-]*)+",
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


def standalone(messages: Sequence[tuple[str, str]]) -> str:
    """The question of the last of `messages`, (role, text) pairs, with what it leans on added in brackets."""
    asked = [text.strip() for role, text in messages[-_TURNS:] if role == "user" and text.strip()]
    question = asked[-1]
    topic = ""
    for earlier in asked[:-1]:
        topic = _topic(earlier, topic)
    if not topic or not leans(question):
        return question
    return f"{question} ({_for(question, topic)})"


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    if _SUBJECT_CHANGE.match(question):
        return False
    content = terms(_FRAME.sub(" ", _POINTING.sub(" ", _OPENING.sub("", question))))
    pointing = _POINTING.search(_OWN_POINTING.sub(" ", question)) is not None
    return (
        len(content) <= 2
        or pointing
        or _ELLIPSIS.match(question) is not None
        or _OPENING.match(question) is not None
    )


def _topic(question: str, before: str) -> str:
    """What the conversation is about after `question`: its own words, and those it leans on."""
    own = " ".join(_OPENING.sub("", question).split()).rstrip("?!. ")
    if not before or not leans(question):
        return own[:_LONGEST_TOPIC]
    return f"{own}; {_for(question, before)}"[:_LONGEST_TOPIC]


def _for(question: str, topic: str) -> str:
    """`topic` without the years that `question` replaces by its own."""
    return " ".join(_YEAR.sub("", topic).split()) if _YEAR.search(question) else topic
