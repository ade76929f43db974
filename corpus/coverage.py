"""Coverage: accounts for every non-blank character of a document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from corpus.layout import Piece, Span
from corpus.passages import passages
from corpus.structure.blocks import blocks
from corpus.text.markup import plain
from corpus.types import Block, Document

Quoted = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The non-blank `characters` of a document, and how many are `covered` by passages.

    The header of a table counts where the fields of its rows have its words.

    `furniture` is left out on purpose, `lost` is not. `wrong` counts passages that overlap the one before, or
    whose offsets do not give their text.
    """

    document: str
    passages: int
    characters: int
    covered: int
    wrong: int
    furniture: tuple[Quoted, ...]
    lost: tuple[Quoted, ...]

    @property
    def share(self) -> float:
        """The share of characters that are covered."""
        return self.covered / self.characters if self.characters else 1.0

    @property
    def complete(self) -> bool:
        """Whether everything but furniture is covered and every offset is right."""
        return not self.lost and not self.wrong

    def to_json(self) -> dict[str, Any]:
        return {
            "document": self.document,
            "passages": self.passages,
            "characters": self.characters,
            "covered": self.covered,
            "wrong": self.wrong,
            "furniture": [list(piece) for piece in self.furniture],
            "lost": [list(piece) for piece in self.lost],
        }


def coverage(document: Document, source: str, pieces: Sequence[Piece] = ()) -> Coverage:
    """Account for every character of `source`."""
    cut = passages(document, source, pieces)
    found = blocks(source, document.title, pieces)
    furniture = [(b.start, b.end) for b in found if b.kind in ("furniture", "contents")]
    taken = _marked(len(source), [*_named_columns(source, found), *((p.start, p.end) for p in cut)])
    left_out = _marked(len(source), furniture)
    visible = [n for n, character in enumerate(source) if not character.isspace() and character != "\ufeff"]
    wrong = sum(source[p.start : p.end] != p.text for p in cut)
    wrong += sum(after.start < before.end for before, after in pairwise(cut))
    return Coverage(
        document.id,
        len(cut),
        len(visible),
        sum(taken[n] for n in visible),
        wrong,
        tuple((start, end, source[start:end]) for start, end in furniture),
        tuple(_runs(source, [n for n in visible if not taken[n] and not left_out[n]])),
    )


def _named_columns(source: str, found: Sequence[Block]) -> Iterable[Span]:
    """The headers of tables whose words are in the names of the fields of rows."""
    names = {word for block in found for header in block.headers for word in header.split()}
    for block in found:
        said = plain(source[block.start : block.end]).replace("|", " ").split()
        if block.kind == "header" and names.issuperset(word for word in said if any(map(str.isalnum, word))):
            yield block.start, block.end


def _marked(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    marks = bytearray(length)
    for start, end in spans:
        marks[start:end] = b"\1" * (end - start)
    return marks


def _runs(source: str, positions: list[int]) -> Iterable[Quoted]:
    start = previous = None
    for n in positions:
        if previous is not None and n > previous + 1:
            yield start or 0, previous + 1, source[start : previous + 1]
            start = n
        start, previous = (n if start is None else start), n
    if start is not None and previous is not None:
        yield start, previous + 1, source[start : previous + 1]
