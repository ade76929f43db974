"""The part of a passage that answers: a cell, or the sentences in which the search found the question."""

import re

from corpus.markers import item_marker
from corpus.markup import plain
from corpus.records import Role, column
from corpus.sentences import sentences
from corpus.types import Passage
from index.search import Result
from service.question import Question

Span = tuple[int, int]  # characters of the passage's text


def extract(question: Question, result: Result) -> list[Span]:
    """Spans of the passage's text that answer `question`, in order; never empty."""
    passage = result.passage
    if question.role and (cell := cell_of(passage, question.role)):
        return [cell]
    pieces = sentences_of(passage)
    found = [
        (start, end)
        for start, end in pieces
        if any(mark.start < end and mark.end > start for mark in result.highlights)
    ]
    return _joined(found or pieces, passage.text)


def sentences_of(passage: Passage) -> list[Span]:
    """Sentences, those of a row cell by cell; a list marker is left out."""
    text = passage.text
    marker = item_marker(text)
    start = marker.width if marker and passage.kind in ("item", "row") else 0
    found: list[Span] = []
    for cell in text[start:].split("\t") if passage.kind == "row" else [text[start:]]:
        if cell.strip():
            inner = start + len(cell) - len(cell.lstrip())
            found += sentences(text, inner, start + len(cell.rstrip()))
        start += len(cell) + 1
    return found or [(0, len(text))]


def cell_of(passage: Passage, role: Role) -> Span | None:
    """Where the cell of the column that plays `role` stands in the passage's text, or None."""
    header = column(passage.fields, role)
    if header is None:
        return None
    wanted, start = passage.fields[header], 0
    for cell in re.split(r"\t|(?<!\\)\|", passage.text):
        if plain(cell) == wanted:
            begin = start + len(cell) - len(cell.lstrip())
            return begin, begin + len(cell.strip())
        start += len(cell) + 1
    return None


def _joined(spans: list[Span], text: str) -> list[Span]:
    """Neighbouring sentences as one span, so that they are quoted as they stand."""
    joined = [spans[0]]
    for start, end in spans[1:]:
        if text[joined[-1][1] : start].strip() or "\t" in text[joined[-1][1] : start]:
            joined.append((start, end))
        else:
            joined[-1] = (joined[-1][0], end)
    return joined
