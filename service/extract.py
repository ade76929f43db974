"""The part of a passage that answers: a cell, a definition, or the one or two sentences that say it."""

from math import log

from corpus.markers import item_marker
from corpus.records import column
from corpus.sentences import sentences
from corpus.types import Passage
from index.generation import Generation
from index.lexical import terms
from service.question import Question, kinds_in

Span = tuple[int, int]  # characters of the passage's text

_WHOLE = 200  # a passage this short is its own answer
_SECOND = 0.2  # a second sentence is taken when it has this share of the question that the first lacks
_KIND = 0.35  # what having the kind of thing asked for is worth, as a share of the question


def extract(generation: Generation, question: Question, passage: Passage) -> list[Span]:
    """Spans of `passage.text` that answer `question`, in order; never empty."""
    if cell := _asked_cell(question, passage):
        return [cell]
    pieces = _pieces(passage)
    if len(pieces) == 1 or (len(passage.text) <= _WHOLE and passage.kind != "row"):
        return [(pieces[0][0], pieces[-1][1])]
    weights = {term: weight(generation, term) for term in question.terms}
    total = sum(weights.values()) or 1.0
    found = [frozenset(terms(passage.text[start:end])) & weights.keys() for start, end in pieces]

    def value(n: int, known: frozenset[str] = frozenset()) -> float:
        share = sum(weights[term] for term in found[n] - known) / total
        return share + _KIND * bool(kinds_in(passage.text[slice(*pieces[n])], question.kinds))

    best = max(range(len(pieces)), key=lambda n: (value(n), -n))
    others = [n for n in range(len(pieces)) if n != best]
    second = max(others, key=lambda n: (sum(weights[t] for t in found[n] - found[best]), -n))
    gain = sum(weights[term] for term in found[second] - found[best]) / total
    chosen = sorted({best, second}) if gain >= _SECOND else [best]
    return [pieces[n] for n in chosen]


def weight(generation: Generation, term: str) -> float:
    """log(1 + N / (1 + n)) when n of the N passages have the term (Spärck Jones, 1972, smoothed)."""
    return log(1 + len(generation.passages) / (1 + generation.lexical.frequency(term)))


def _asked_cell(question: Question, passage: Passage) -> Span | None:
    header = column(passage.fields, question.role) if question.role else None
    if header is None:
        return None
    cell = passage.fields[header]
    start = passage.text.rfind(cell)
    return (start, start + len(cell)) if start >= 0 else None


def _pieces(passage: Passage) -> list[Span]:
    """Sentences, those of a row cell by cell; a list marker is left out."""
    text = passage.text
    marker = item_marker(text)
    begin = marker.width if marker and passage.kind in ("item", "row") else 0
    found: list[Span] = []
    start = begin
    for cell in text[begin:].split("\t") if passage.kind == "row" else [text[begin:]]:
        if cell.strip():
            inner = start + len(cell) - len(cell.lstrip())
            found += sentences(text, inner, start + len(cell.rstrip()))
        start += len(cell) + 1
    return found or [(0, len(text))]
