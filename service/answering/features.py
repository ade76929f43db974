"""What tells an answer from a near miss: how the words of a question are met by the passages found.

Scores of retrieval alone do not tell the right meeting from the wrong year; what does is *which* words stay unmet.
So a question is also seen through *views*: sums of the vectors of its word pieces, each weighted by one way of being
unmet, or by its place. A linear model over a view learns which kinds of word must be met, as attention would.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from corpus.records import column
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index
from index.search import SearchResults
from index.terms import FUNCTION_WORDS, terms
from index.types import Vectors
from service.questions.analysis import KINDS, QuestionAnalysis, entity_kinds

_NEAR = 5  # passages in which what is missing from the best is looked for
_SAMPLE = 500  # passages, evenly drawn, that say how near passages come to a word on the whole
_FADING = 4.0  # how fast what stands later in a question counts less as a beginning: exp(-4) at its end
_INSIDE = re.compile(r"(?<![.?!:]\s)(?<!^)\b[^\W\d_]+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Features:
    """`scalars` and `views` by name; a view is as long as a token vector of the encoder."""

    scalars: Mapping[str, float]
    views: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of a question, an entry of each array a piece.

    `near` is how near the best passage comes to it, `elsewhere` how much nearer some other passage comes,
    `standing` how far the best lies above the mean, in standard deviations over all passages, `five` how near
    the nearest of five comes. A word is `absent` if the best passage lacks it, text and context. `weights` are
    the search's, `place` runs from 0 to 1.
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
    """The signals of an answer to `question`, as it was asked, from `found`, which must hold at least one result."""
    passages = [result.passage for result in found.results[:_NEAR]]
    best = passages[0]
    pieces = _pieces(index, question, found, passages)
    has = entity_kinds(plain(best.text), KINDS)
    scalars = {
        **_words(index, question, best),
        **_years(question, best),
        **_column(question, best),
        **_which(question, best, found.interpretation.names),
        "farthest of five": float(pieces.five[pieces.carries].min(initial=1)),
        "names elsewhere": float(pieces.elsewhere[pieces.named & pieces.carries].max(initial=0)),
        "score": found.results[0].score,
        **{f"lacks {kind}": float(kind in question.kinds and kind not in has) for kind in KINDS},
    }
    return Features(scalars, _views(pieces, found.asked.tokens))


def _pieces(
    index: Index, question: QuestionAnalysis, found: SearchResults, passages: Sequence[Passage]
) -> Pieces:
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
    return Pieces(
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
    """The words that stand in capitals more often than not, where no sentence begins; in lower case."""
    counts: Counter[str] = Counter()
    for passage in passages:
        for match in _INSIDE.finditer(plain(passage.text)):
            counts[match.group().lower()] += 1 if match.group()[0].isupper() else -1
    return frozenset(word for word, count in counts.items() if count > 0)


def _words_of_pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """For each piece the word that it is part of, and where that begins."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    whole = [next(((b, e) for b, e in words if b <= start < e), (start, end)) for start, end in spans]
    return [(text[begin:end], begin) for begin, end in whole]


def _views(pieces: Pieces, tokens: Vectors) -> dict[str, Vectors]:
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
    """The share of the question's words, by weight, that the text has, and the weight of the heaviest missing."""
    weights = {term: _weight(index, term) for term in question.terms}
    text, whole = frozenset(terms(best.text)), _terms_of(best)
    has = sum(value for term, value in weights.items() if term in text)
    return {
        "words in text": has / (sum(weights.values()) or 1.0),
        "heaviest missing": max((value for term, value in weights.items() if term not in whole), default=0.0),
    }


def _terms_of(passage: Passage) -> frozenset[str]:
    return frozenset(terms(f"{passage.context}\n{passage.text}"))


def _weight(index: Index, term: str) -> float:
    """log(1 + N / (1 + n)) when n of the N passages have the term (Spärck Jones, 1972, smoothed)."""
    return log(1 + len(index.passages) / (1 + index.lexical.frequency(term)))


def _years(question: QuestionAnalysis, best: Passage) -> dict[str, float]:
    """Whether a year of the question is missing from the best passage, and lies outside its document's period."""
    first, last = best.document.period
    missing = [year for year in question.years if str(year) not in f"{best.context}\n{best.text}"]
    return {
        "year missing": float(bool(missing)),
        "year outside": float(any(not first <= year <= last for year in missing)),
    }


def _column(question: QuestionAnalysis, best: Passage) -> dict[str, float]:
    """Whether the best passage has the column that is asked for."""
    has = question.role is not None and column(best.fields, question.role) is not None
    return {"has column": float(has), "lacks column": float(question.role is not None and not has)}


def _which(question: QuestionAnalysis, best: Passage, readings: Mapping[str, str]) -> dict[str, float]:
    """Whether which of its kind it is ("the second") is missing from the best passage,
    and whether a name is of which it is asked if something is so.
    """
    said = plain(f"{best.context}\n{best.text}").lower()
    missing = [edition for edition in question.editions if edition not in said]
    names = [name for name in question.names if not _mentions(said, name, readings)]
    return {
        "edition missing": float(bool(missing)),
        "name missing of yes or no": float(question.yes_or_no and bool(names)),
    }


def _mentions(said: str, name: str, readings: Mapping[str, str]) -> bool:
    others = [other for pair in readings.items() if name in pair for other in pair]
    return any(set(terms(one)) <= set(terms(said)) for one in (name, *others))
