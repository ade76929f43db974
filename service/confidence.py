"""How far the best passage speaks of what the question asks."""

from math import log

from corpus.types import Passage
from index.generation import Generation
from index.lexical import terms

FOUND = 0.3  # below this the answer is "not found"


def confidence(generation: Generation, question: str, passage: Passage) -> float:
    """The share, between 0 and 1, of the question's words, by weight, that the passage or its context has.

    A word weighs log(1 + N / (1 + n)) when n of the N passages have it (Spärck Jones, 1972, smoothed).
    """
    asked = dict.fromkeys(terms(question))
    has = frozenset(terms(f"{passage.context}\n{passage.text}"))
    weight = {term: _weight(generation, term) for term in asked}
    total = sum(weight.values())
    return sum(weight[term] for term in asked if term in has) / total if total else 0.0


def _weight(generation: Generation, term: str) -> float:
    return log(1 + len(generation.passages) / (1 + generation.lexical.frequency(term)))
