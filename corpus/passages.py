"""Blocks → passages: the smallest pieces that are answers by themselves, with their context."""

import hashlib
import re
from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from corpus.layout import Piece, Span
from corpus.readers.extracted import PAGE_BREAK
from corpus.records import GROUP
from corpus.structure.blocks import blocks
from corpus.text.markers import item_marker
from corpus.text.markup import plain
from corpus.text.sentences import refers_back, sentences
from corpus.types import Block, Document, Passage, PassageKind

MAX_SENTENCES = 3
_HEADINGS = frozenset({"heading", "group"})
_UNREAD = frozenset({"header", "contents", "furniture"})  # a header is said by the fields of its rows
TARGET = 450  # characters: a passage grows by sentences up to this length
LIMIT = 1000  # characters: only table rows are longer; the encoder reads 256 word pieces
_LEAD_IN = 240  # characters of a lead-in that are repeated for each item
_SHORT_CELL = 80  # characters: shorter cells are repeated in the context, after their header


def passages(document: Document, source: str, pieces: Sequence[Piece] = ()) -> list[Passage]:
    """The passages of `source`, in order and not overlapping; `source[start:end] == text` for each."""
    breaks = [match.start() for match in re.finditer(PAGE_BREAK, source)] if document.paged else None
    read = [block for block in blocks(source, document.title, pieces) if block.kind not in _UNREAD]
    found = [
        _passage(document, source, block, start, end, breaks)
        for block in _with_labels(_without_lone_headings(read))
        for start, end in _cuts(source, block)
    ]
    return _marked(found, [piece for piece in pieces if piece.recognised])


def _marked(found: list[Passage], recognised: Sequence[Piece]) -> list[Passage]:
    """The passages, those marked that have some of the recognised pieces."""
    if not recognised:
        return found
    starts, ends = [piece.start for piece in recognised], [piece.end for piece in recognised]
    return [
        replace(passage, recognised=bisect(ends, passage.start) < bisect_left(starts, passage.end))
        for passage in found
    ]


def _without_lone_headings(found: Sequence[Block]) -> Iterator[Block]:
    """The blocks; a heading or group with nothing under it is a paragraph: it may be all that is said."""
    for block, following in zip_longest(found, found[1:]):
        lone = not following or following.section[: len(block.section)] != block.section
        yield replace(block, kind="paragraph") if lone and block.kind in _HEADINGS else block


def _with_labels(found: Iterable[Block]) -> Iterator[Block]:
    """The blocks; a label joins the paragraphs under it while these stay short."""
    owner: Block | None = None
    for block in found:
        if block.kind == "label":
            if owner:
                yield owner
            owner = replace(block, kind="paragraph")
        elif owner and block.kind == "paragraph" and block.section == owner.section:
            if block.end - owner.start <= LIMIT:
                owner = replace(owner, end=block.end)
            else:
                yield owner
                owner = replace(block, lead_in=block.section[-1:])
        else:
            if owner:
                yield owner
                owner = None
            yield block
    if owner:
        yield owner


def _cuts(source: str, block: Block) -> Iterator[Span]:
    """Spans of the passages of a block: a few sentences each; rows, definitions, titles and headings whole.

    A long value of one property is cut too, or the model would not read all of it.
    """
    if block.kind == "row" and len(block.cells) == 1 and block.end - block.start > LIMIT:
        first, *others = _group(_sentences(source, *block.cells[0]), source)
        yield block.start, first[1]
        yield from others
        return
    if block.kind in ("row", "definition", "title", *_HEADINGS) or block.end - block.start <= TARGET:
        yield block.start, block.end
        return
    yield from _group(_sentences(source, block.start, block.end), source)


def _sentences(source: str, start: int, end: int) -> list[Span]:
    return [part for span in sentences(source, start, end) for part in _split(source, *span)]


def _group(spans: list[Span], source: str) -> Iterator[Span]:
    begin, end, count = *spans[0], 1
    for start, stop in spans[1:]:
        bound = TARGET if not refers_back(source[start:stop]) else LIMIT
        if count < MAX_SENTENCES and stop - begin <= bound:
            end, count = stop, count + 1
        else:
            yield begin, end
            begin, end, count = start, stop, 1
    yield begin, end


def _split(source: str, start: int, end: int) -> Iterator[Span]:
    """Spans of a sentence, cut at separators where it is over the limit."""
    if end - start <= LIMIT:
        yield start, end
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # slow to import, seldom needed

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=LIMIT,
        chunk_overlap=0,
        length_function=len,
        separators=["\n", "; ", ", ", " ", ""],
        keep_separator="end",
    )
    position = start
    for chunk in splitter.split_text(source[start:end]):
        position = source.index(chunk, position, end)
        yield position, position + len(chunk)
        position += len(chunk)


def _passage(
    document: Document, source: str, block: Block, start: int, end: int, breaks: Sequence[int] | None
) -> Passage:
    text = source[start:end]
    fields = _fields(source, block, start, end)
    return Passage(
        id=passage_id(document, start, text),
        document=document,
        text=text,
        start=start,
        end=end,
        section=block.section,
        kind=_kind(block),
        fields=fields,
        context=_context(document, block, fields),
        page=None if breaks is None else bisect(breaks, start) + 1,
    )


def passage_id(document: Document, start: int, text: str) -> str:
    """A stable id, from the document's id, the offset and the text."""
    digest = hashlib.sha256(f"{document.id}\0{start}\0{text}".encode()).hexdigest()
    return f"{document.id}-{digest[:12]}"


def _kind(block: Block) -> PassageKind:
    match block.kind:
        case "item" | "row" | "definition":
            return block.kind
        case "heading" | "group":
            return "heading"
        case _:
            return "paragraph"


def _fields(source: str, block: Block, start: int, end: int) -> dict[str, str]:
    """What the cells say between two places of the text."""
    within = ((max(start, first), min(end, last)) for first, last in block.cells)
    cells = (plain(source[first:last]).replace(r"\|", "|") for first, last in within)
    fields: dict[str, str] = {}
    for header, cell in zip(block.headers, cells, strict=False):
        if cell:
            fields[header] = f"{fields[header]}; {cell}" if header in fields else cell
    if block.group and block.kind == "row":
        fields[GROUP] = block.group
    return fields


def _context(document: Document, block: Block, fields: dict[str, str]) -> str:
    lines = [" › ".join((document.title, *block.section))]
    lines += [_lead_in(text) for text in block.lead_in[-2:]]
    if block.kind == "row":
        cells = [
            f"{header}: {fields[header]}"
            if len(fields.get(header, "")) <= _SHORT_CELL and header in fields
            else header
            for header in dict.fromkeys(block.headers[: len(block.cells)])
        ]
        lines.append("; ".join(cells))
    return "\n".join(lines)


def _lead_in(text: str) -> str:
    marker = item_marker(text)
    shown = plain(text[marker.width if marker else 0 :][-LIMIT:])
    if len(shown) <= _LEAD_IN:
        return shown
    spans = sentences(shown, 0, len(shown))
    last = shown[slice(*spans[-1])]
    return last if len(last) <= _LEAD_IN else "… " + last[-_LEAD_IN:].split(" ", 1)[-1]
