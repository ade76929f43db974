"""A question that leans on the one before it → the question that a stranger could have asked.

A fragment ("and Thailand?") takes the place of what it resembles most in the last question; a bare "when?" takes
the place of how that one was asked; a pronoun stands for its subject, and where there is none the subject is named
at the end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.encoder import Encoder, Encoding, Vectors, unit
from index.lexical import FUNCTION_WORDS, terms
from service.leaning import AUXILIARY, PRONOUN, WH, content, is_fragment, without_courtesy

_LONGEST = 400  # characters of a question made here
_PREPOSITION = (
    "(?:in|on|at|for|to|by|with|from|about|under|during|after|before|of|into|within|through|between|among|"
    "as|regarding|since|until)"
)
_BE = "(?:(?:will|should|can|could|would|may|might|has|have|had|is|are|was|were)(?: been?)?)"
_OPENING = re.compile(
    r"^\W*(?:(?:and|but|or|also|so|then|no|yes|i meant?(?: to say)?|i was asking (?:about|for))\b[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_ALL = re.compile(r"[\s.,;?!]+(?:please )?(?:list (?:them )?all|all of them|name them all)(?: please)?\W*$", re.IGNORECASE)
_ABOUT = re.compile(
    r"^\W*(?:(?:what|how) about|(?:the )?same(?: question)?(?: for| with)?|likewise(?: for)?|any)\b\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[\s,]*(?:\b(?:then|too|as well|please|instead))?[\s?.!]*$", re.IGNORECASE)
_LEAD = re.compile(rf"^(?:{_PREPOSITION}\s+)?(?:(?:the|an?)\s+)?", re.IGNORECASE)
_AT = re.compile(rf"^{_PREPOSITION}\b", re.IGNORECASE)
_ONE = re.compile(r"\s+ones?$", re.IGNORECASE)
_REJECTED = re.compile(
    r"^\W*not (?:the |an? )?(?P<old>[^,.;:?]+)[,.;:]\s*(?P<new>[^.;:?]+)[.;:?]?\s*(?P<rest>.*)$|"
    r"^(?P<new2>[^,;:?]+),?\s+not (?:the |an? )?(?P<old2>[^,;:?]+?)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_NAMED_FIRST = re.compile(
    rf"^(?P<name>[^,:.]{{2,80}})[,:.]\s*(?P<clause>(?:{_PREPOSITION}\s+)?{WH}\b.*)$", re.IGNORECASE | re.DOTALL
)
_ASKED_BY = re.compile(
    rf"^\W*((?:{_PREPOSITION}\s+)?{WH}(?:\s+(?:long|many|much|far|often))?)\b", re.IGNORECASE
)
_ASKED_FOR = re.compile(
    rf"^\W*(?:{_PREPOSITION}\s+)?{WH}\b(?:(?!\s+{AUXILIARY}\b)\s+[\w'’-]+){{0,4}}?(?=\s+{AUXILIARY}\b)",
    re.IGNORECASE,
)
_FRAME = re.compile(
    rf"^\W*(?:(?:{_PREPOSITION}\s+)?{WH}|{AUXILIARY}|list|name|tell me|show(?: me)?|give(?: me)?)\b", re.IGNORECASE
)
# "Which guides will be reviewed in the plan": the guides are what it is about, and not what they are asked of.
_ACTOR = re.compile(
    rf"^\W*(?:which|what|how many)\s+(?P<noun>(?:(?!{AUXILIARY}\b)[\w'’-]+\s+){{1,6}}?)"
    rf"(?={_BE}\b(?!\s+(?:the|an?|its|their|any|some|there|it|this|that)\b))",
    re.IGNORECASE,
)
# "What did Thailand say": Thailand.
_NAME = re.compile(rf"^\s+(?:{AUXILIARY}\s+)?([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)(?=\s+(?!of\b|on\b|and\b)[a-z])")
_THING = re.compile(r"\b(?:the|an?|its|their|any|some)\b\s|(?<!^)\b[A-Z][\w’'-]*|\b(?:19|20)\d\d|“")
_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?\b")
_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_JOINS = frozenset(("of", "and"))  # may stand within a phrase, not at its ends
_MOST_WORDS = 6  # of a phrase
_ALIKE = 0.3  # phrases that are less alike do not replace each other


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question that stands alone, and whether it has a subject of its own that the next one may lean on."""

    text: str
    new_subject: bool


def rewrite(encoder: Encoder, question: str, last: str, about: str) -> Rewritten:
    """`question` as it could be asked by itself, when `last` was asked before it and `about` is spoken of."""
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
        if replaced := _replaced(encoder, bare, last):
            return Rewritten(replaced, True)
        if _AT.match(bare):
            return Rewritten(f"{last.rstrip(' ?.')}, {_CLOSING.sub('', bare)}?", True)
        return Rewritten(f"{_CLOSING.sub('', bare)}, {about}?", False)
    if named and _is_thing(named["name"]) and (pronouns := list(PRONOUN.finditer(named["clause"]))):
        clause = _with(named["clause"], pronouns[-1], named["name"].strip())
        return Rewritten(clause[0].upper() + clause[1:], True)
    if not content(PRONOUN.sub(" ", body)) and (asked_otherwise := _asked_otherwise(body, last)):
        return Rewritten(asked_otherwise, False)
    if pronoun := PRONOUN.search(body):
        return Rewritten(_with(body, pronoun, about), False)
    return Rewritten(f"{body.rstrip(' ?.')}, {about}?", False)


def _is_thing(text: str) -> bool:
    return is_fragment(text) and _AT.match(text) is None


def own_words(question: str) -> str:
    """`question` without the courtesies and conjunctions it begins with."""
    while (shorter := _OPENING.sub("", without_courtesy(question)).strip()) not in ("", question):
        question = shorter
    return question


def topic(question: str) -> str:
    """What a question is about: what it asks for where that acts, else from the first thing it names to its end."""
    text = question.strip(" ?.!")
    if actor := _ACTOR.match(text):
        return f"the {actor['noun']} that {text[actor.end('noun') :].strip()}"
    frame = _FRAME.match(text)
    if frame is None:
        return text
    rest = text[frame.end() :]
    if name := _NAME.match(rest):
        return name[1]
    thing = _THING.search(rest)
    return (rest[thing.start() :] if thing and terms(rest[thing.start() :]) else rest).strip()


def frame(question: str) -> str:
    """How a question asks: what stands before its topic."""
    about = topic(question)
    return question[: question.find(about)].strip() if about else question


def _with(text: str, pronoun: re.Match[str], name: str) -> str:
    ending = "'s" if pronoun["owner"] else ""
    return f"{text[: pronoun.start()]}{name}{ending}{text[pronoun.end() :]}"


def _corrected(body: str, last: str) -> tuple[str, str] | None:
    """`last` with what the user rejects put right ("not the survey, the seminar"), and what is asked after that."""
    match = _REJECTED.match(body)
    if match is None:
        return None
    old = (match["old"] or match["old2"]).strip()
    new = _LEAD.sub("", (match["new"] or match["new2"]).strip(" ?."))
    place = last.lower().find(old.lower())
    if place < 0 or not is_fragment(new):
        return None
    return last[:place] + new + last[place + len(old) :], (match["rest"] or "").strip()


def _asked_otherwise(body: str, last: str) -> str | None:
    """`last` with "when" or "from how many" in place of what it asked for."""
    asked_by, asked_for = _ASKED_BY.match(body), _ASKED_FOR.match(last)
    if asked_by is None or asked_for is None:
        return None
    return asked_by[1].strip().capitalize() + last[asked_for.end() :]


def _replaced(encoder: Encoder, fragment: str, last: str) -> str | None:
    """`last` with `fragment` in place of the phrase most like it; years replace years, and names names."""
    new = _ONE.sub("", _LEAD.sub("", _CLOSING.sub("", fragment).strip()))
    years = list(_YEARS.finditer(last))
    if _YEARS.fullmatch(new) and years:
        return last[: years[-1].start()] + new + last[years[-1].end() :]
    phrases = [span for span in _phrases(last) if not _YEARS.fullmatch(last[slice(*span)])]
    names = [span for span in phrases if _is_name(last[slice(*span)])] if _is_name(new) else []
    if preposition := _AT.match(fragment):
        before = re.compile(rf"\b{preposition.group()}(?: the| an?)?\s*$", re.IGNORECASE)
        phrases = [span for span in phrases if before.search(last[: span[0]])] or names
    phrases = names or phrases
    if not phrases or not terms(new):
        return None
    alike = _alike(encoder, new, last, phrases)
    best = max(range(len(phrases)), key=lambda n: (alike[n], phrases[n][1] - phrases[n][0]))
    if alike[best] < _ALIKE and not names:
        return None
    start, end = phrases[best]
    if _same_noun(new, last[start:end]):  # "the disruption group" is all that "the trafficking working group" is
        start = min(first for first, until in phrases if until == end)
    return last[:start] + new + last[end:]


def _same_noun(one: str, other: str) -> bool:
    return one.split()[-1].lower() == other.split()[-1].lower()


def _alike(encoder: Encoder, text: str, question: str, phrases: Sequence[tuple[int, int]]) -> list[float]:
    """How like each phrase of `question` is to `text`, as the model reads them where they stand."""
    whole, part = encoder.read([question, text])
    means = [_mean(whole, span) for span in phrases]
    return [float(mean @ _mean(part, (0, len(text)))) for mean in means]


def _mean(encoding: Encoding, span: tuple[int, int]) -> Vectors:
    inside = (encoding.spans[:, 0] < span[1]) & (encoding.spans[:, 1] > span[0])
    return unit(encoding.tokens[inside].sum(axis=0, keepdims=True))[0]


def _phrases(question: str) -> list[tuple[int, int]]:
    """Runs of a few words that begin and end with words that carry meaning."""
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
    words = [word for word in re.findall(r"[^\W\d_][\w’'-]*", text) if word.lower() not in FUNCTION_WORDS]
    return bool(words) and all(word[0].isupper() for word in words)
