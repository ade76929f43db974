"""Detection of follow-ups, questions that need the one before: rules for English.

Both errors cost an answer: a false follow-up gets an old subject, a missed one loses its subject. Of 1,475 questions
written to stand alone the rules take 53 for follow-ups.
"""

import re
from collections.abc import Sequence

from index.terms import terms
from service.questions.english import AUXILIARY, UP_TO_TEN, WH

_TOPIC_CHANGE = re.compile(
    r"^\W*(?:by the way|something else|separately|moving on|chang(?:e|ing) (?:of |the )?(?:topic|subject)|"
    r"(?:on |an?)?\s*(?:another|different|new|next) (?:thing|question|topic|subject|matter|note))\b",
    re.IGNORECASE,
)
# Before a question of any kind; the next, before a follow-up.
_COURTESY = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|well|yes|yeah|right|thanks|thank you|great|good|fine|now|please|hmm|actually|sorry|wait|so)\b"
    r"[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:(?:and|but|or|also|then|no|not|i meant?)\b[\s,.:;!-]*|(?:what|how) about\b|same\b|the same\b|likewise\b|any\b|"
    r"(?:let's |to )?(?:go |come |going |coming )?(?:back|return(?:ing)?) to\b)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:it|they|them|he|she|him|theirs)\b|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bhas )\bthere\b"
    r"(?!\s+(?:is|are|was|were|been|any)\b)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)
# What may come after "these" or "those" in a question that explains them: "those who lead", "those recruited".
_RELATIVE = r"(?:who|which|that|of|in|from|on|for|with|\w+ed|\w+ing)\b"
_REFERS_BACK = re.compile(
    rf"\b(?:about|of|on|for|to|from|with|in|after|before|by|like|than|at|under|{AUXILIARY}) "
    rf"(?:(?:this|that)\b|(?:these|those)\b(?!\s+(?:{_RELATIVE}|days\b)))|"
    rf"\b(?:those|these) (?!{_RELATIVE}|days\b)\w|\bsuch \w+s\b|\b(?:that|this|those|these)(?: (?!days\b|\w+ed\b)[a-z]+)?\W*$|"
    r"\baccording to (?:it|them|him|her)\b|\bin (?:its|their|his|her) view\b|"
    rf"\bnumber (?:{UP_TO_TEN})\b|"
    r"\b(?:the|those|these|that|this|other|\w+st|\w+nd|\w+rd|\w+th|next|previous) ones?\b|"
    r"\b\w+ ones?(?:['’]s|\W*$|\s*,)|\b(?:one|item|point) (?:after|before)\b|"
    r"\b(?:the (?:others?|former|latter|rest|same|second|third|last|next|previous)|the very first|all of them)\W*$|"
    r"\b(?:who|what|where|which|anyone|anything|anybody) else\b",
    re.IGNORECASE,
)
# "Did Thailand come in person?" names the actor and no topic.
_DID_ONE = re.compile(
    rf"^{AUXILIARY} (?:the )?(?-i:[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){{0,2}})(?P<rest>(?: (?-i:[a-z])[\w’'-]*){{0,4}})\W*$",
    re.IGNORECASE,
)
_COUNTS_LAST = re.compile(
    r"^\W*(?:(?:and|so|but|then|ok(?:ay)?)\W+)*how many"
    r"(?: (?:is|are|was|were|does|do) (?:that|this|those|these|there|they|it)(?: make)?| (?:of )?(?:those|these|them)(?: are there)?)?"
    r"(?: (?:in all|in total|altogether|then))?\W*$",
    re.IGNORECASE,
)
_AT_THE_END = re.compile(
    r"(?:(?<=\s)(?:it|them|him|her|there)|\b(?:as well|too|else|instead))(?:\s+(?:too|as well|then|please))?\W*$",
    re.IGNORECASE,
)
_TWOFOLD = re.compile(r"[,;?]|\b(?:and|but|or)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"\b(?:{WH}|{AUXILIARY})\b|\b(?:what|who|where|how|when)['’](?:s|re|ve|d)\b|^\W*(?:list|name|tell|show|give)\b",
    re.IGNORECASE,
)
_FRAME = re.compile(
    rf"\b(?:{WH}|{AUXILIARY}|many|much|long|tell me|please|say|said|there|any)\b", re.IGNORECASE
)
_NAME = re.compile(r"(?<!^)(?<![.?!:]\s)\b[A-Z][\w’'-]*|\d{2,}|\b[A-Z]{2,}\w*")
_LONGEST = 300  # characters; a longer question names its subject
_ANTECEDENT = 3  # content_words words before a pronoun that can be its antecedent
_FEW = 3  # content_words words of a follow-up at most, unless it names something
_FRAGMENT = 2  # the same without a verb


def is_follow_up(question: str) -> bool:
    """Whether `question` needs the one before it to be understood."""
    if len(question) > _LONGEST or _TOPIC_CHANGE.match(question):
        return False
    body = _COURTESY.sub("", question)
    if _CONTINUES.match(body) or _REFERS_BACK.search(body) or _has_open_pronoun(body):
        return True
    own = len(content_words(body))
    if is_fragment(body):
        return own <= _FRAGMENT
    if (one := _DID_ONE.match(body)) and len(content_words(one["rest"])) <= _FRAGMENT:
        return True
    return own <= (1 if _NAME.search(body) else _FEW)


def asks_count_of_last(question: str) -> bool:
    """Whether `question` only asks for the number of entries of the last list."""
    return _COUNTS_LAST.match(question) is not None


def is_brief(question: str) -> bool:
    """Whether `question` is so short that it probably continues the one before it."""
    return (
        len(question) <= _LONGEST
        and not _TOPIC_CHANGE.match(question)
        and len(content_words(question)) <= _FEW
    )


def without_topic_change(question: str) -> str:
    """`question` without an announcement of a new subject."""
    if len(question) > _LONGEST or not (change := _TOPIC_CHANGE.match(question)):
        return question
    return question[change.end() :].lstrip(" ,.:;!-–—") or question


def without_courtesy(question: str) -> str:
    """`question` without a "Thanks" or "OK" at its beginning."""
    return _COURTESY.sub("", question).strip() or question


def is_fragment(text: str) -> bool:
    """Whether `text` is no clause: "and Thailand?", "the second one"."""
    return _CLAUSE.search(text) is None


def content_words(text: str) -> Sequence[str]:
    """The stemmed words of the subject of a question, without those that ask."""
    return terms(_FRAME.sub(" ", text))


def _has_open_pronoun(body: str) -> bool:
    """Whether the question has a pronoun without an antecedent."""
    if (last := _AT_THE_END.search(body)) and not _TWOFOLD.search(body[: last.start()]):
        return True
    thing, owner = _PERSONAL.search(body), _POSSESSIVE.search(body)
    return (thing is not None and len(content_words(body[: thing.start()])) < _ANTECEDENT) or (
        owner is not None and len(content_words(body[: owner.start()])) < _ANTECEDENT - 1
    )
