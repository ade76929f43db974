"""Offsets of the cells of a row and of the sentences of a passage."""

import re

from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.text.sentences import sentences
from corpus.types import Passage, Role

Span = tuple[int, int]  # offsets in the passage's text


def sentences_of(passage: Passage) -> list[Span]:
    """The sentences of a passage, for a row cell by cell, without the list marker."""
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
    """The cell in the column with this role, or None."""
    return _cell_under(passage, passage.roles.get(role))


def _cell_under(passage: Passage, header: str | None) -> Span | None:
    if header is None:
        return None
    wanted, start = passage.fields[header], 0
    for cell in re.split(r"\t|(?<!\\)\|", passage.text):
        if plain(cell) == wanted:
            begin = start + len(cell) - len(cell.lstrip())
            return begin, begin + len(cell.strip())
        start += len(cell) + 1
    return None
