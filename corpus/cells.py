"""The places of cells and sentences in a passage's text."""

import re

from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.text.sentences import sentences
from corpus.types import Passage, Role

Span = tuple[int, int]  # characters of the passage's text
_CELL_END = re.compile(r"\t|(?<!\\)\|")


def sentences_of(passage: Passage) -> list[Span]:
    """The sentences of a passage, those of a row cell by cell, without its list marker."""
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
    """The cell of the column that plays `role`, or None."""
    return cell_under(passage, passage.roles.get(role))


def lines_under(passage: Passage, header: str) -> list[str]:
    """What the cell under a header says: each paragraph of a cell of a table, or the whole."""
    span = cell_under(passage, header) if "\t" in passage.text else None
    if span is None:
        return [passage.fields[header]]
    return [said for line in passage.text[slice(*span)].split("\n") if (said := plain(line))]


def cell_under(passage: Passage, header: str | None) -> Span | None:
    if header is None:
        return None
    wanted, start = passage.fields[header], 0
    for cell in _CELL_END.split(passage.text):
        if plain(cell) == wanted:
            begin = start + len(cell) - len(cell.lstrip())
            return begin, begin + len(cell.strip())
        start += len(cell) + 1
    return None
