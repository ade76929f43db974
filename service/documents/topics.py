"""What documents are about: pairs of words that mostly stand together, such as "supply chains"."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from corpus.identity.words import SMALL
from corpus.text.markup import plain
from corpus.types import Passage
from index.terms import FUNCTION_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]")
_JOINING = FUNCTION_WORDS | SMALL | {"over"}
_SHORTEST = 4  # letters of a word
_FEWEST = 2  # passages that have the pair
_TOGETHER = 0.5  # Dice's coefficient: how often two words stand side by side rather than apart


def topics(passages: Iterable[Passage]) -> list[str]:
    """The topics of passages, those first that the most of them have; equal ones by their letters."""
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for passage in passages:
        said = _WORD.findall(plain(passage.text))
        words.update({word for word in said if _tells(word)})
        pairs.update({f"{one} {two}" for one, two in pairwise(said) if _tells(one) and _tells(two)})
    found = [
        pair
        for pair, count in pairs.items()
        if count >= _FEWEST and 2 * count >= _TOGETHER * sum(words[word] for word in pair.split())
    ]
    return sorted(found, key=lambda pair: (-pairs[pair], pair))


def _tells(word: str) -> bool:
    """Whether a word may be part of a topic: neither a name nor one that only joins others."""
    return len(word) >= _SHORTEST and word.islower() and word not in _JOINING
