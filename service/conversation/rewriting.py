"""Rewrites a follow-up as a question that a stranger could have asked.

A fragment ("and Thailand?") replaces the most similar phrase of the last question. A bare "when?" replaces its
question word. A pronoun is replaced by the subject; without a pronoun the subject is added at the end.
"""

import re
from dataclasses import dataclass

from index.encoders.base import Encoder
from index.terms import terms
from service.conversation.ellipsis import AT, LEAD, with_slot_filled
from service.conversation.follow_ups import content_words, is_follow_up, is_fragment, without_courtesy
from service.questions.analysis import analyse
from service.questions.english import AUXILIARY, PREPOSITION, PRONOUN, WH, YEAR

_LONGEST = 400  # characters of a question made here
_BE = "(?:(?:will|should|can|could|would|may|might|has|have|had|is|are|was|were)(?: been?)?)"
_OPENING = re.compile(
    r"^\W*(?:(?:and|but|or|also|so|then|no|yes|i meant?(?: to say)?|i was asking (?:about|for))\b[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"[\s.,;?!]+(?:please )?(?:list (?:them )?all|all of them|name them all)(?: please)?\W*$", re.IGNORECASE
)
_ABOUT = re.compile(
    r"^\W*(?:(?:what|how) about|(?:the )?same(?: question)?(?: for| with)?|likewise(?: for)?|any)\b\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[\s,]*(?:\b(?:then|too|as well|please|instead))?[\s?.!]*$", re.IGNORECASE)
_REJECTED = re.compile(
    r"^\W*not (?:the |an? )?(?P<old>[^,.;:?]+)[,.;:]\s*(?P<new>[^.;:?]+)[.;:?]?\s*(?P<rest>.*)$|"
    r"^(?P<new2>[^,;:?]+),?\s+not (?:the |an? )?(?P<old2>[^,;:?]+?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NAMED_FIRST = re.compile(
    rf"^(?P<name>[^,:.]{{2,80}})[,:.]\s*(?P<clause>(?:{PREPOSITION}\s+)?{WH}\b.*)$", re.IGNORECASE | re.DOTALL
)
_ASKED_BY = re.compile(
    rf"^\W*((?:{PREPOSITION}\s+)?{WH}(?:\s+(?:long|many|much|far|often))?)\b", re.IGNORECASE
)
_ASKED_FOR = re.compile(
    rf"^\W*(?:{PREPOSITION}\s+)?{WH}\b(?:(?!\s+{AUXILIARY}\b)\s+[\w'’-]+){{0,4}}?(?=\s+{AUXILIARY}\b)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"^\W*(?:which|what|who)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"^\W*how many\b", re.IGNORECASE)
_FRAME = re.compile(
    rf"^\W*(?:(?:{PREPOSITION}\s+)?{WH}|{AUXILIARY}|list|name|tell me|show(?: me)?|give(?: me)?)\b",
    re.IGNORECASE,
)
_DANGLING = re.compile(rf"\s+{PREPOSITION}$", re.IGNORECASE)
# "Which guides will be reviewed in the plan": the topic is the guides.
_ACTOR = re.compile(
    rf"^\W*(?:which|what|how many)\s+(?P<noun>(?:(?!{AUXILIARY}\b)[\w'’-]+\s+){{1,6}}?)"
    rf"(?={_BE}\b(?!\s+(?:the|an?|its|their|any|some|there|it|this|that)\b))",
    re.IGNORECASE,
)
# "What did Thailand say": Thailand.
_NAME = re.compile(
    rf"^\s+(?:{AUXILIARY}\s+)?([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)(?=\s+(?!of\b|on\b|and\b)[a-z])"
)
# "What is the status of the tools": the tools.
_ASPECT = re.compile(
    r"^the (?:(?:current|main|overall) )?(?:status|state|progress|purpose|aim|goal|topic|theme|name|title|date|number|role|position|"
    r"lead|priority area) (?:of|for) (?=\S)",
    re.IGNORECASE,
)
_THING = re.compile(rf"\b(?:the|an?|its|their|any|some)\b\s|(?<!^)\b[A-Z][\w’'-]*|\b{YEAR}|“")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A standalone question, and whether it has a new subject, for the next follow-up."""

    text: str
    new_subject: bool


def rewrite(encoder: Encoder, question: str, last: str, about: str) -> Rewritten:
    """`question` after `last`, a standalone question, with `about` as the subject."""
    rewritten = _rewrite(encoder, question, last, about)
    return Rewritten(rewritten.text[:_LONGEST], rewritten.new_subject)


def _rewrite(encoder: Encoder, question: str, last: str, about: str) -> Rewritten:
    body = _ALL.sub("", own_words(question)).strip() or question
    if corrected := _corrected(body, last):
        last, rest = corrected
        if not rest:
            return Rewritten(last, True)
        about, body = topic(last), rest
    bare = _ABOUT.sub("", body)
    named = _NAMED_FIRST.match(bare)
    if not named and (is_fragment(bare) or bare != body) and not PRONOUN.search(bare):
        if text := with_slot_filled(encoder, _CLOSING.sub("", bare), last):
            return Rewritten(text, True)
        if AT.match(bare):
            return Rewritten(f"{last.rstrip(' ?.')}, {_CLOSING.sub('', bare)}?", True)
        asked = (
            f"{frame(last)} {_CLOSING.sub('', bare)}?"
            if analyse(last).role
            else f"{_CLOSING.sub('', bare)}, {about}?"
        )
        return Rewritten(asked.lstrip(), False)
    if named and _is_thing(named["name"]) and (pronouns := list(PRONOUN.finditer(named["clause"]))):
        clause = _with_name(named["clause"], pronouns[-1], named["name"].strip())
        return Rewritten(clause[0].upper() + clause[1:], True)
    if not content_words(PRONOUN.sub(" ", body)) and (changed := _with_question_word(body, last)):
        return Rewritten(changed, False)
    if pronoun := PRONOUN.search(body):
        return Rewritten(_with_name(body, pronoun, about), False)
    if not is_follow_up(body):  # only its "and" made it a follow-up
        return Rewritten(body, bool(analyse(body).names))
    return Rewritten(f"{body.rstrip(' ?.')}, {about}?", False)


def _is_thing(text: str) -> bool:
    return is_fragment(text) and AT.match(text) is None


def own_words(question: str) -> str:
    """`question` without courtesies and conjunctions at its beginning."""
    while (shorter := _OPENING.sub("", without_courtesy(question)).strip()) not in ("", question):
        question = shorter
    return question


def topic(question: str) -> str:
    """The topic of a question: the actor it asks for, else all from the first thing it names."""
    text = _DANGLING.sub("", question.strip(" ?.!"))
    if actor := _ACTOR.match(text):
        return f"the {actor['noun'].strip()} that {text[actor.end('noun') :].strip()}"
    frame = _FRAME.match(text)
    if frame is None:
        return text
    rest = text[frame.end() :]
    if name := _NAME.match(rest):
        return name[1]
    thing = _THING.search(rest)
    about = (rest[thing.start() :] if thing and terms(rest[thing.start() :]) else rest).strip()
    return _ASPECT.sub("", about)


def frame(question: str) -> str:
    """The words of a question before its topic."""
    about = topic(question)
    return question[: question.find(about)].strip() if about else question


def _with_name(text: str, pronoun: re.Match[str], name: str) -> str:
    ending = "'s" if pronoun["owner"] else ""
    return f"{text[: pronoun.start()]}{name}{ending}{text[pronoun.end() :]}"


def _corrected(body: str, last: str) -> tuple[str, str] | None:
    """`last` with the user's correction ("not the survey, the seminar"), and the question after that."""
    match = _REJECTED.match(body)
    if match is None:
        return None
    old = (match["old"] or match["old2"]).strip()
    new = LEAD.sub("", (match["new"] or match["new2"]).strip(" ?."))
    place = last.lower().find(old.lower())
    if place < 0 or not is_fragment(new):
        return None
    return last[:place] + new + last[place + len(old) :], (match["rest"] or "").strip()


def _with_question_word(body: str, last: str) -> str | None:
    """`last` with another question word: "when", "from how many"."""
    if _NAMES.match(body) and _HOW_MANY.match(last):
        return _HOW_MANY.sub("Which", last)
    asked_by, asked_for = _ASKED_BY.match(body), _ASKED_FOR.match(last)
    if asked_by is None or asked_for is None:
        return None
    return asked_by[1].strip().capitalize() + last[asked_for.end() :]
