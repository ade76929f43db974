"""Terms of a text: lower-cased, stemmed words."""

import re
from functools import lru_cache

import Stemmer

from corpus.text.markup import plain

# Lucene's list of English stop words, as bm25s has it.
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to "
    "was will with".split()
)
_CACHED = 256  # texts; the terms of a question are needed several times
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_POSSESSIVE = re.compile(r"['’]s?$")
# Stop words, and the words that say how a question asks, not what for.
FUNCTION_WORDS = STOP_WORDS | frozenset(
    "what which who whom whose when where why how do does did done has have had were been being about can could "
    "would should may might shall me my i you your we our us them he she his her its there than so any all some "
    "many much".split()
)
_STEMMER = Stemmer.Stemmer("english")


@lru_cache(maxsize=_CACHED)
def terms(text: str) -> tuple[str, ...]:
    """The words of `text` that carry meaning, lower-case and stemmed, markup dropped."""
    words = (_POSSESSIVE.sub("", word.lower()) for word in _WORD.findall(plain(text)))
    return tuple(map(str, _STEMMER.stemWords([word for word in words if word not in STOP_WORDS])))
