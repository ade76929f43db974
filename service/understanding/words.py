"""The words of a message, as the heads read them."""

import re

PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below between beyond by despite during for "
    "from in inside into of on onto outside over per regarding since through throughout to toward towards under until "
    "upon versus via vs with within without".split()
)
WORD = re.compile(r"[\w’'&-]+")
_READ = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")


def with_question_mark(message: str) -> str:
    """`message` with exactly one question mark, as in the training of the search: how it ends must not change its answer."""
    return f"{message.rstrip(' ?.!…') or message}?"


def words_of(message: str) -> list[str]:
    """Its words in lower case; every number is "0", for which year or item it is does not tell what is asked."""
    return ["0" if word[0].isdigit() else word.lower().replace("’", "'") for word in _READ.findall(message)]
