"""How sure an answer is: boosted trees over what the question asks and what the best passages have.

Scores of retrieval alone do not tell near misses (the right meeting, the wrong year) from answers; what does is
what of the question stays unmatched, and whether the passage has anything of the kind asked for. The trees are
fitted by `python -m eval.calibrate`, which reports them cross-validated, and kept in `confidence.json`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

import numpy as np
from bm25s.stopwords import STOPWORDS_EN

from corpus.markup import plain
from corpus.records import column
from corpus.types import Passage
from index.generation import Generation
from index.lexical import terms
from index.search import SearchResults
from service.question import KINDS, Question, kinds_in, names_in

MODEL = Path(__file__).with_name("confidence.json")
_NEAR = 3  # passages in which what is missing from the best is looked for


@dataclass(frozen=True, slots=True)
class Tree:
    """A regression tree: node n asks whether signal `feature[n]` is at most `threshold[n]`; -1 marks a leaf."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def of(self, signals: Sequence[float]) -> float:
        """The value of the leaf that `signals` come to."""
        node = 0
        while self.feature[node] >= 0:
            below = signals[self.feature[node]] <= self.threshold[node]
            node = self.left[node] if below else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True)
class Model:
    """Gradient boosting (Friedman, 2001): log-odds are `prior` and the sum of the trees.

    An answer is given from a probability of `partial` on, and called answered from `answered` on.
    """

    signals: tuple[str, ...]
    prior: float
    trees: tuple[Tree, ...]
    partial: float
    answered: float


@cache
def model() -> Model:
    """The fitted model that comes with the project."""
    data = json.loads(MODEL.read_text("utf-8"))
    trees = tuple(Tree(**{name: tuple(values) for name, values in tree.items()}) for tree in data["trees"])
    return Model(tuple(data["signals"]), data["prior"], trees, data["partial"], data["answered"])


def confidence(generation: Generation, question: Question, found: SearchResults) -> float:
    """Between 0 and 1: the probability that the documents answer `question`."""
    known_words = any(generation.lexical.frequency(term) for term in question.terms)
    if not found.results or not (known_words or found.interpretation.corrected):
        return 0.0
    fitted = model()
    known = signals(generation, question, found)
    values = [known.get(name, 0.0) for name in fitted.signals]
    odds = fitted.prior + sum(tree.of(values) for tree in fitted.trees)
    return round(1 / (1 + exp(-odds)), 4)


def signals(generation: Generation, question: Question, found: SearchResults) -> dict[str, float]:
    """What tells an answer from a near miss, by name; `found` must hold at least one result."""
    passages = [result.passage for result in found.results]
    best = passages[0]
    return {
        **_words(generation, question, passages),
        **_nearness(generation, question, found),
        **_scores(found),
        **_names(generation, question, best),
        **_kinds(question, best),
    }


def _words(generation: Generation, question: Question, passages: Sequence[Passage]) -> dict[str, float]:
    """Shares of the question's words, by weight, that the passages have."""
    weights = {term: weight(generation, term) for term in question.terms}
    total = sum(weights.values()) or 1.0
    texts = [frozenset(terms(passage.text)) for passage in passages[:_NEAR]]
    wholes = [frozenset(terms(f"{p.context}\n{p.text}")) for p in passages[:_NEAR]]

    def share(*sets: frozenset[str]) -> float:
        return sum(value for term, value in weights.items() if any(term in words for words in sets)) / total

    missing = [value for term, value in weights.items() if term not in wholes[0]]
    unknown = [value for term, value in weights.items() if generation.lexical.frequency(term) == 0]
    return {
        "words in text": share(texts[0]),
        "words in passage": share(wholes[0]),
        "words in three": share(*wholes),
        "heaviest missing": max(missing, default=0.0),
        "missing": len(missing) / max(1, len(weights)),
        "unknown": sum(unknown) / total,
        "length": float(len(weights)),
    }


def _nearness(generation: Generation, question: Question, found: SearchResults) -> dict[str, float]:
    """How near the passages come to the word pieces of the question, the farthest ones above all.

    A piece is *elsewhere* as far as some other passage comes nearer to it than the best one does: the name of
    a member that says nothing here stands out so, the word of a paraphrase, which is nowhere, does not.
    """
    spans = found.encoding.spans.tolist()
    carries = [n for n, (a, b) in enumerate(spans) if question.text[a:b].lower() not in STOPWORDS_EN]
    if not carries:
        return {}
    rows = np.array([generation.positions[result.passage.id] for result in found.results[:5]])
    cosines = generation.tokens.nearest(found.encoding, rows)
    anywhere = generation.tokens.nearest(found.encoding, np.arange(len(generation.passages))).max(axis=0)
    first, five = cosines[0], cosines.max(axis=0)
    elsewhere = anywhere - first
    weights = generation.tokens.weights(question.text, found.encoding)[carries]
    named = [n for n in carries if any(a <= spans[n][0] < b for a, b in question.name_spans)]
    head = [n for n in carries if question.head[0] <= spans[n][0] < question.head[1]]
    farthest = np.sort(first[carries])
    return {
        "farthest": float(farthest[0]),
        "two farthest": float(farthest[:2].mean()),
        "middle": float(np.median(farthest)),
        "mean": float(farthest.mean()),
        "farthest of five": float(five[carries].min()),
        "mean of five": float(five[carries].mean()),
        "elsewhere": float(elsewhere[carries].max()),
        "two elsewhere": float(np.sort(elsewhere[carries])[-2:].mean()),
        "elsewhere in all": float((elsewhere[carries] * weights).sum() / weights.sum()),
        "names elsewhere": float(elsewhere[named].max()) if named else 0.0,
        "names far": float(1 - first[named].min()) if named else 0.0,
        "head near": float(first[head].min()) if head else 0.6,
        "head elsewhere": float(elsewhere[head].max()) if head else 0.0,
        "head of five": float(five[head].min()) if head else 0.6,
    }


def _scores(found: SearchResults) -> dict[str, float]:
    scores = [result.score for result in found.results]
    return {
        "score": scores[0],
        "lead of first": scores[0] - scores[min(1, len(scores) - 1)],
        "spread": scores[0] - scores[-1],
    }


def _names(generation: Generation, question: Question, best: Passage) -> dict[str, float]:
    """Names and years of the question that the best passage, or the whole corpus, does not have."""
    whole = plain(f"{best.context}\n{best.text}").lower()
    missing = [name for name in question.names if name.lower() not in whole]
    first, last = best.document.period
    other_year = [year for year in question.years if str(year) not in whole]
    return {
        "names missing": len(missing) / max(1, len(question.names)),
        "names unknown": float(len(unknown_names(generation, question))),
        "year missing": float(bool(other_year)),
        "year outside": float(any(not first <= year <= last for year in other_year)),
    }


def unknown_names(generation: Generation, question: Question) -> list[str]:
    """Names in the question of which no word occurs in any document."""
    return [
        name
        for name in question.names
        if terms(name) and not any(generation.lexical.frequency(t) for t in terms(name))
    ]


def _kinds(question: Question, best: Passage) -> dict[str, float]:
    """Kinds of thing asked for, and which of them the best passage lacks."""
    has = kinds_in(plain(best.text), KINDS)
    values = {f"asks {kind}": float(kind in question.kinds) for kind in KINDS}
    values |= {f"lacks {kind}": float(kind in question.kinds and kind not in has) for kind in KINDS}
    values |= {f"form {name}": float(asked) for name, asked in question.forms.items()}
    rest = _without(plain(best.text), question.text)
    fresh, names = kinds_in(rest, KINDS), names_in(rest)
    values |= {
        f"nothing new of {kind}": float(kind in question.kinds and kind not in fresh) for kind in KINDS
    }
    values["new names"] = float(min(len(names), 5))
    values["who without name"] = float(question.forms["who"] and not names)
    values["member without name"] = float(question.forms["member"] and not names)
    no_column = (
        question.role is not None and best.kind == "row" and column(best.fields, question.role) is None
    )
    return {**values, "column missing": float(no_column)}


def weight(generation: Generation, term: str) -> float:
    """log(1 + N / (1 + n)) when n of the N passages have the term (Spärck Jones, 1972, smoothed)."""
    return log(1 + len(generation.passages) / (1 + generation.lexical.frequency(term)))


def _without(text: str, question: str) -> str:
    """`text` with the question's own words left out: what is left is what it could answer with."""
    known = {word.strip("?.,;:!\"'()").lower() for word in question.split()}
    return " ".join("_" if word.strip("?.,;:!\"'()").lower() in known else word for word in text.split())
