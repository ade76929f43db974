"""Names of bodies: who may have issued a document, and what mastheads say above titles."""

import re

from corpus.identity.kinds import names_kind
from corpus.identity.words import SMALL, is_ordinal, words

# What bodies call themselves; a name is of a body where one of these is what its first part is.
_BODIES = frozenset(
    """academy administration agency alliance archive assembly association authority authorities bank board branch
    bureau cabinet centre center chamber charity church club co-chairs coalition college commission committee community
    company confederation conference congress consortium cooperative corporation corps council court delegation
    department directorate division embassy federation forum foundation fund government group guard heads headquarters
    initiative inspectorate institute institution laboratory league library ministers ministry mission movement museum nations
    network observatory office organisation organization panel parliament partnership police presidency process
    rapporteur registry representative republic research school secretariat section senate service services society
    squad taskforce team tribunal trust union unit university""".split()
)
_GENERAL = frozenset("ad hoc joint working".split())  # "Working Group" names none by itself
_LONGEST = 20  # words
_FORCE = "task force"
_PARTS = re.compile(r"[,;:–—/()]")


def names_body(text: str) -> bool:
    """Whether a line is the name of a body and no more: capitals throughout, and the noun that it is of."""
    shown = text.strip(" \t*_.")
    if shown[:1].islower() or shown.endswith((",", ";", ":")):
        return False
    own = words(shown)
    if not 2 <= len(own) <= _LONGEST or is_ordinal(own[0]) or any(word[:1].isdigit() for word in own):
        return False
    heads = [head for part in _PARTS.split(shown) if (head := _first_nouns(part))]
    named = not {*own} <= _BODIES | _GENERAL | SMALL
    return named and is_proper(shown) and any(map(_is_of_body, heads)) and not any(map(names_kind, heads))


def _is_of_body(head: str) -> bool:
    return head.split()[-1] in _BODIES or head.endswith(_FORCE)


def is_proper(text: str) -> bool:
    """Whether all words but small ones begin with a capital."""
    return all(
        word[:1].isupper() or not word[:1].isalpha() or word.lower() in SMALL
        for word in re.findall(r"[^\W_][^\s]*", text)
    )


def without_article(name: str) -> str:
    """A name without "the" before it."""
    return re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)


def _first_nouns(part: str) -> str:
    """The words of a part before a preposition, "the" before them apart."""
    found: list[str] = []
    for word in words(part):
        if word not in SMALL:
            found.append(word)
        elif found:
            break
    return " ".join(found)
