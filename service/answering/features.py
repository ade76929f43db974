"""Features of the confidence model: how well the passages found match the words of a question.

Retrieval scores alone do not tell the right meeting from the wrong year; *which* words stay unmatched does. So a
*view* of a question sums the vectors of its word pieces, each weighted by how it is unmatched, or by its place. A
linear model over a view learns which kinds of word must be matched, as attention would.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from corpus.identity.names import full_name
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.search import SearchResults
from index.terms import FUNCTION_WORDS, terms
from index.types import Vectors
from service.questions.analysis import QuestionAnalysis
from service.questions.values import VALUES, values_in

_NEAR = 5  # best passages that are compared with the question
_SAMPLE = 500  # passages, evenly drawn, for the mean similarity of passages to a word
_FADING = 4.0  # decay of the weight of a beginning: exp(-4) at the end of the question
_INSIDE = re.compile(r"(?<![.?!:]\s)(?<!^)\b[^\W\d_]+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Features:
    """`scalars` and `views` by name; a view has the shape of a token vector."""

    scalars: Mapping[str, float]
    views: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class PieceMatches:
    """How passages match the word pieces of a question; each array has an entry per piece.

    `near` is the similarity of the best passage, `elsewhere` how much more similar any other is. `standing` is
    the distance of the best from the mean, in standard deviations; `five` is the most similar of the best five.
    A word is `absent` if the best passage lacks it, text and context. `weights` are those of the search; `place`
    runs from 0 to 1; `carries` marks content words, `named` names.
    """

    near: Vectors
    elsewhere: Vectors
    standing: Vectors
    five: Vectors
    weights: Vectors
    place: Vectors
    carries: NDArray[np.bool_]
    named: NDArray[np.bool_]
    absent: NDArray[np.bool_]


def features(index: Index, question: QuestionAnalysis, found: SearchResults) -> Features:
    """The features of `question`, in the user's own words, and of `found`, which must not be empty."""
    passages = [result.passage for result in found.results[:_NEAR]]
    question = _corrected(question, found.interpretation.corrected)
    best = passages[0]
    pieces = _pieces(index, question, found, passages)
    has = values_in(plain(best.text), VALUES)
    scalars = {
        **_words(index, question, best),
        **_years(question, best),
        **_column(question, best),
        **_names(question, best, found.interpretation.names),
        "farthest of five": float(pieces.five[pieces.carries].min(initial=1)),
        "names elsewhere": float(pieces.elsewhere[pieces.named & pieces.carries].max(initial=0)),
        "score": found.results[0].score,
        **{f"lacks {kind}": (kind not in has) * question.chances[kind] for kind in VALUES},
    }
    return Features(scalars, _views(pieces, found.asked.tokens))


def _corrected(question: QuestionAnalysis, changed: Mapping[str, str]) -> QuestionAnalysis:
    """The question with the terms of its words as they are spelled in the documents."""
    text = question.text
    for wrong, right in changed.items():
        text = text.replace(wrong, right)
    return replace(question, terms=tuple(dict.fromkeys(terms(text))))


def _pieces(
    index: Index, question: QuestionAnalysis, found: SearchResults, passages: Sequence[Passage]
) -> PieceMatches:
    encoding = found.asked
    rows = np.array([index.positions[passage.id] for passage in passages])
    size = len(index.passages)
    sample = np.unique(np.linspace(0, size - 1, min(size, _SAMPLE)).astype(np.intp))
    closest = index.tokens.nearest(encoding, rows)
    anywhere = index.tokens.nearest(encoding, sample)
    whole = _terms_of(passages[0])
    names = _capitalised(passages)
    words = _words_of_pieces(question.text, encoding.spans.tolist())
    count = len(words)
    return PieceMatches(
        near=closest[0],
        elsewhere=np.maximum(anywhere.max(axis=0), closest.max(axis=0)) - closest[0],
        standing=(closest[0] - anywhere.mean(axis=0)) / (anywhere.std(axis=0) + 1e-6),
        five=closest.max(axis=0),
        weights=index.tokens.weights(question.text, encoding),
        place=np.linspace(0, 1, count, dtype=np.float32),
        carries=np.array([word.lower() not in FUNCTION_WORDS for word, _ in words], bool),
        named=np.array([(b > 0 and w[0].isupper()) or w.lower() in names for w, b in words], bool),
        absent=np.array([not whole.issuperset(terms(word)) for word, _ in words], bool),
    )


def _capitalised(passages: Iterable[Passage]) -> frozenset[str]:
    """The words that are mostly capitalised inside sentences; in lower case."""
    counts: Counter[str] = Counter()
    for passage in passages:
        for match in _INSIDE.finditer(plain(passage.text)):
            counts[match.group().lower()] += 1 if match.group()[0].isupper() else -1
    return frozenset(word for word, count in counts.items() if count > 0)


def _words_of_pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, int]]:
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    whole = [next(((b, e) for b, e in words if b <= start < e), (start, end)) for start, end in spans]
    return [(text[begin:end], begin) for begin, end in whole]


def _views(pieces: PieceMatches, tokens: Vectors) -> dict[str, Vectors]:
    count = max(1, len(tokens))
    beginning = np.exp(-_FADING * pieces.place)
    first = np.arange(len(tokens)) == 0
    head = np.arange(len(tokens)) == np.argmax(pieces.carries) if pieces.carries.any() else first
    weightings = {
        "unmet": (1 - pieces.near) / count,
        "unmet beginning": (1 - pieces.near) * beginning,
        "elsewhere": pieces.weights * pieces.elsewhere,
        "standing": pieces.weights * pieces.standing,
        "absent": pieces.weights * pieces.absent,
        "absent names": pieces.named * pieces.absent,
        "beginning": beginning,
        "first": first,
        "head": head,
    }
    return {name: np.asarray(weights, np.float32) @ tokens for name, weights in weightings.items()}


def _words(index: Index, question: QuestionAnalysis, best: Passage) -> dict[str, float]:
    """The share of the question's words, by weight, in the text, and the weight of the heaviest missing word."""
    weights = {term: _weight(index, term) for term in question.terms}
    text, whole = frozenset(terms(best.text)), _terms_of(best)
    has = sum(value for term, value in weights.items() if term in text)
    return {
        "words in text": has / (sum(weights.values()) or 1.0),
        "heaviest missing": max((value for term, value in weights.items() if term not in whole), default=0.0),
    }


def _terms_of(passage: Passage) -> frozenset[str]:
    return frozenset(terms(_said(passage)))


def _said(passage: Passage) -> str:
    """The text of a passage in its context, and what its document is called."""
    return f"{full_name(passage.document)}\n{passage.context}\n{passage.text}"


def _weight(index: Index, term: str) -> float:
    """log(1 + N / (1 + n)) when n of the N passages have the term (Spärck Jones, 1972, smoothed), as a share of the most."""
    count = len(index.passages)
    return log(1 + count / (1 + index.lexical.frequency(term))) / log(1 + count)


def _years(question: QuestionAnalysis, best: Passage) -> dict[str, float]:
    """Whether the best passage lacks a year of the question, and whether its document's period excludes it."""
    first, last = best.document.period
    missing = [year for year in question.years if str(year) not in _said(best)]
    return {
        "year missing": float(bool(missing)),
        "year outside": float(any(not first <= year <= last for year in missing)),
    }


def _column(question: QuestionAnalysis, best: Passage) -> dict[str, float]:
    has = question.role in best.roles
    return {"has column": float(has), "lacks column": float(question.role is not None and not has)}


def _names(question: QuestionAnalysis, best: Passage, readings: Mapping[str, str]) -> dict[str, float]:
    """Whether the best passage lacks a name of a yes-or-no question."""
    said = plain(_said(best)).lower()
    names = [name for name in question.names if not _mentions(said, name, readings)]
    return {
        "name missing of yes or no": float(question.yes_or_no and bool(names)),
    }


def _mentions(said: str, name: str, readings: Mapping[str, str]) -> bool:
    others = [other for pair in readings.items() if name in pair for other in pair]
    return any(set(terms(one)) <= set(terms(said)) for one in (name, *others))
