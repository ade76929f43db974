"""Where a passage stands, as people say it: "item 4, page 2", "paragraph 3 of “Way forward”"."""

from bisect import bisect_right

from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.types import Passage
from index.generation import Index

_KINDS = {"paragraph": "paragraph", "item": "item", "row": "row", "definition": "entry", "heading": "heading"}
_FARTHEST = 500  # passages before one in its section that are counted


def place_of(index: Index, passage: Passage) -> str:
    """The number of an item or a paragraph, its own or its place below its heading, and the page where there is one."""
    page = f", page {passage.page}" if passage.page is not None else ""
    return f"{_numbered(index, passage)}{page}"


def _numbered(index: Index, passage: Passage) -> str:
    if number := _item(index, passage):
        return f"item {number}"
    kind = _KINDS[passage.kind]
    marker = item_marker(passage.text)
    if marker and marker.enumerator:
        own = passage.text[: marker.width].split()[-1].strip("().")
        return f"{kind} {own}"
    heading = f" of “{plain(passage.section[-1])}”" if passage.section else ""
    return f"{kind} {_ordinal(index, passage)}{heading}" if passage.kind != "heading" else kind


def _item(index: Index, passage: Passage) -> str | None:
    """The number of the action item that a passage belongs to, if any."""
    place = bisect_right(index.records.rows, index.positions[passage.id]) - 1
    if place < 0:
        return None
    record = index.records[place]
    return record.number if any(part.id == passage.id for part in record.passages) else None


def _ordinal(index: Index, passage: Passage) -> int:
    """Which paragraph, item or row below its heading a passage begins or goes on."""
    here = index.positions[passage.id]
    first = max(index.passages.of_document(passage.document.id).start, here - _FARTHEST)
    source = index.sources[passage.document.id]
    count, later = 1, passage
    for row in range(here - 1, first - 1, -1):
        before = index.passages[row]
        if before.section != passage.section:
            break
        if before.kind == passage.kind:
            count += "\n" in source[before.end : later.start]
            later = before
    return count
