"""Judging by character spans: how much of a gold quote was read.

Spans are half-open `[start, end)` character ranges of a source document. Passages may be cut in any way,
and overlap; a quote is judged by the characters of it that were read, so that every system is judged alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.systems.protocol import Retrieved

Span = tuple[int, int]

COVERED = 0.7
"""The share of a gold quote's characters that must have been read for the quote to count as read."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A gold quote and every place where it stands in its document, as (start, end)."""

    document: str
    text: str
    spans: tuple[Span, ...]


Evidence = tuple[tuple[Quote, ...], ...]
"""Alternatives, each the quotes that are all needed."""


def union(spans: Iterable[Span]) -> list[Span]:
    """The same characters as disjoint spans in order, so that overlapping passages count once."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def overlap(one: Span, other: Span) -> int:
    """How many characters the two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def meets(span: Span, quote: Quote) -> bool:
    """Whether a span and a quote are about the same characters, whichever of them is the longer.

    overlap(s, q) / min(|s|, |q|) >= `COVERED` (Szymkiewicz-Simpson coefficient on characters), at some place of the quote.
    """
    return any(
        overlap(span, place) >= COVERED * min(span[1] - span[0], place[1] - place[0]) for place in quote.spans
    )


def coverage(quote: Quote, read: Mapping[str, Sequence[Span]]) -> float:
    """The share (0..1) of the quote's characters in `read` (document -> spans), where most of it was read."""
    there = union(read.get(quote.document, ()))
    return max(sum(overlap(place, span) for span in there) / (place[1] - place[0]) for place in quote.spans)


def is_covered(quote: Quote, read: Mapping[str, Sequence[Span]]) -> bool:
    return coverage(quote, read) >= COVERED


def is_placed(result: Retrieved) -> bool:
    """Whether the result claims a place in its source at all."""
    return 0 <= result.start < result.end


def read_passages(results: Iterable[Retrieved]) -> dict[str, list[Span]]:
    """Document -> the spans of all `results`."""
    read: dict[str, list[Span]] = {}
    for result in results:
        if is_placed(result):
            read.setdefault(result.document, []).append((result.start, result.end))
    return read


def read_characters(results: Iterable[Retrieved], characters: int) -> dict[str, list[Span]]:
    """The spans read by someone who reads the results in order and stops after `characters` characters.

    The last passage is cut there. A passage read twice is paid for twice; a result without a place in a
    source is paid for by the length of its text and shows nothing of any document.
    """
    read: dict[str, list[Span]] = {}
    left = characters
    for result in results:
        if left <= 0:
            break
        if is_placed(result):
            end = min(result.end, result.start + left)
            read.setdefault(result.document, []).append((result.start, end))
            left -= result.end - result.start
        else:
            left -= len(result.text)
    return read


def place(result: Retrieved, sources: Mapping[str, str]) -> Retrieved:
    """The result itself if its text stands in the source where it says, else the result without a place.

    White space is not compared, since splitters normalise it; every other character is. A claim beyond the
    end of the source, or of an unknown document, is no place either.
    """
    source = sources.get(result.document, "")
    if is_placed(result) and result.end <= len(source):
        stands = source[result.start : result.end]
        if stands == result.text or "".join(stands.split()) == "".join(result.text.split()):
            return result
    return Retrieved(result.id, result.document, -1, -1, result.text, result.score)
