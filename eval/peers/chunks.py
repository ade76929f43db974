"""Chunks and where they stand in the source they were cut from."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a peer indexes and returns: its text, and the characters `start:end` of the source it stands for.

    A chunk that could not be mapped back has `start == end == -1`.
    """

    id: str
    document: str
    start: int
    end: int
    text: str


def chunk_document(document: str, source: str, texts: Sequence[str], overlap: int) -> list[Chunk]:
    """The texts cut from a document, in order, as chunks with their places (see `locate`)."""
    places = locate(source, texts, overlap)
    return [
        Chunk(f"{document}#{number}", document, *(place or (-1, -1)), text)
        for number, (text, place) in enumerate(zip(texts, places, strict=True))
    ]


def locate(source: str, texts: Sequence[str], overlap: int) -> list[Span | None]:
    """Where each of `texts`, cut from `source` in order, stands in it; None for one that is not there.

    Runs of white space may differ, since some splitters rewrite them, but no other character may. Each text
    is the first occurrence that starts after the start of the one before, reaches beyond its end, and begins
    at most `overlap` characters before that end. If `source[start:end]` can be the text to the character,
    it is; otherwise the span runs from its first to its last character that is not white space.
    """
    folded, origins = _fold(source)
    places: list[Span | None] = []
    lowest = reached = 0
    for text in texts:
        place = _find(text, source, folded, origins, lowest, reached)
        places.append(place)
        if place:
            start, reached = place
            lowest = max(start + 1, reached - overlap)
    return places


def _fold(source: str) -> tuple[str, list[int]]:
    """The source with each run of white space as one space; where each character of that stood; its end."""
    words = list(re.finditer(r"\S+", source))
    origins: list[int] = []
    for word in words:
        origins.extend(range(word.start(), word.end() + 1))
    return " ".join(word.group() for word in words), origins


def _find(
    text: str, source: str, folded: str, origins: Sequence[int], lowest: int, reached: int
) -> Span | None:
    """The first place of `text` that starts at `lowest` or later and ends beyond `reached`."""
    wanted = " ".join(text.split())
    from_lowest = bisect_left(origins, lowest)
    beyond_reached = bisect_left(origins, reached) - len(wanted) + 1
    found = folded.find(wanted, max(from_lowest, beyond_reached)) if wanted else -1
    if found < 0:
        return None
    start, end = origins[found], origins[found + len(wanted) - 1] + 1
    whole = start - (len(text) - len(text.lstrip()))
    if whole >= 0 and source.startswith(text, whole):
        return whole, whole + len(text)
    return start, end
