"""The reader: the text of a document with headings, tables and lists, the quotation of the address marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.structure.blocks import blocks as read_blocks
from corpus.text.markup import plain
from corpus.types import RECOGNISED, Block
from index.generation import Index
from service.documents.reader import entry
from service.documents.verification import verdict
from service.http.dependencies import Open
from service.http.urls import unchanged
from service.pages.markup import Span, render, split
from service.pages.problems import page_router
from service.pages.quotations import Quotation, quotation
from service.pages.rendering import page
from service.schemas.citations import Citation, Verdict

_PART = 40_000  # characters on one page
_DEEPEST = 6
_TABLE = ("header", "group", "row", "definition")
_HEADINGS = ("heading", "label")
_MAX_OFFSET = 1_000_000_000

router = page_router()
Offset = Annotated[int | None, Query(ge=0, le=_MAX_OFFSET)]


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block as HTML. A table has rows instead: (kind of block, start, cells) each."""

    kind: str
    start: int
    html: Markup
    level: int = 0
    rows: tuple[tuple[str, int, tuple[Markup, ...]], ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading of the outline; `depth` counts from 1, `part` is the page it stands on."""

    text: str
    depth: int
    start: int
    part: int


@router.get("/read")
def documents(request: Request, open: Open) -> Response:
    """All documents."""
    index, _ = open
    return page(request, "documents", documents=[entry(index, id) for id in index.documents])


@router.get("/read/{document:path}")
def read(
    request: Request,
    open: Open,
    document: str,
    start: Offset = None,
    end: Offset = None,
    part: Annotated[int, Query(ge=1, le=100_000)] = 1,
    sha256: Annotated[str, Query(pattern="^[0-9a-fA-F]{0,64}$")] = "",
    verify: bool = False,
) -> Response:
    """A part of a document; with `start` and `end` the one that holds these characters, marked."""
    index, _ = open
    known = entry(index, document)
    source = index.sources[known.id]
    quoted = None
    if start is not None and end is not None and source[start:end].strip():
        quoted = quotation(index, known.id, start, end)
    whole = parts(source, known.title)
    part = min(_part_of(whole, quoted) if quoted else part, len(whole))
    blocks = whole[part - 1] if whole else ()
    return page(
        request,
        "read",
        document=known,
        outline=list(_outline(source, whole)),
        blocks=shown_blocks(source, blocks, (quoted.start, quoted.end) if quoted else None),
        part=part,
        parts=len(whole),
        quoted=quoted,
        asked_for=start is not None or end is not None,
        changed=bool(quoted and not unchanged(quoted.text, sha256)),
        holds=_verdict(index, quoted) if verify and quoted else None,
        base=str(request.base_url),
        scanned=_scanned(index, known.id),
        recognised=RECOGNISED,
    )


def _scanned(index: Index, document: str) -> list[int]:
    """The pages on which passages begin that were read by character recognition."""
    if not index.documents[document].paged:
        return []
    found = map(index.passages.__getitem__, index.passages.of_document(document))
    return sorted({passage.page for passage in found if passage.recognised and passage.page})


def _part_of(whole: Sequence[Sequence[Block]], quoted: Quotation) -> int:
    """The number of the part in which the quotation begins."""
    return next((n for n, blocks in enumerate(whole, 1) if blocks[-1].end > quoted.start), len(whole))


def _verdict(index: Index, quoted: Quotation) -> Verdict | None:
    return verdict(index, Citation.model_validate_json(quoted.data)) if quoted.data else None


@lru_cache(maxsize=32)
def parts(source: str, title: str, size: int = _PART) -> tuple[tuple[Block, ...], ...]:
    """The blocks of a document, as many to a part as begin within `size` characters."""
    found: list[list[Block]] = []
    for block in read_blocks(source, title):
        if not found or block.start - found[-1][0].start > size:
            found.append([])
        found[-1].append(block)
    return tuple(map(tuple, found))


def _outline(source: str, whole: Sequence[Sequence[Block]]) -> Iterator[OutlineEntry]:
    for part, blocks in enumerate(whole, 1):
        for block in blocks:
            text = plain(source[block.start : block.end]) if _heads(block) or block.kind == "group" else ""
            if text:
                yield OutlineEntry(text, max(1, len(block.section)), block.start, part)


def _heads(block: Block) -> bool:
    """Whether text stands under it, as under the title of an attachment; the document's own is above all."""
    return block.kind in _HEADINGS or (block.kind == "title" and bool(block.section))


def shown_blocks(source: str, blocks: Sequence[Block], marked: Span | None) -> list[ShownBlock]:
    """The blocks as HTML, those of a table together; `marked` are characters of `source`."""
    shown: list[ShownBlock] = []
    level = 1
    for run in _runs(blocks):
        block = run[0]
        if block.kind in _TABLE:
            shown.append(_table(source, run, marked))
        elif _heads(block):
            level = min(max(2, len(block.section) + 1), level + 1, _DEEPEST)
            shown.append(ShownBlock("heading", block.start, _heading(source, block, marked), level))
        else:
            shown.append(ShownBlock(block.kind, block.start, _html(source, (block.start, block.end), marked)))
    return shown


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks of a table together, each other block alone."""
    run: list[Block] = []
    for block in blocks:
        same_table = run and run[0].kind in _TABLE and block.kind in _TABLE and block.kind != "header"
        if run and not same_table:
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _table(source: str, run: Sequence[Block], marked: Span | None) -> ShownBlock:
    rows = []
    for block in run:
        spans = block.cells or [
            (block.start + a, block.start + b) for a, b in split(source[block.start : block.end])
        ]
        rows.append((block.kind, block.start, tuple(_html(source, span, marked) for span in spans)))
    headers = next((block.headers for block in run if block.headers), ())
    return ShownBlock("table", run[0].start, Markup(), rows=tuple(rows), headers=headers)


def _heading(source: str, block: Block, marked: Span | None) -> Markup:
    """Without markup, and marked as a whole."""
    text = plain(source[block.start : block.end])
    touched = marked is not None and marked[0] < block.end and marked[1] > block.start
    return render(text, [(0, len(text))] if touched else ())


def _html(source: str, span: Span, marked: Span | None) -> Markup:
    start, end = span
    marks = [(max(0, marked[0] - start), min(end, marked[1]) - start)] if marked else []
    return render(source[start:end], [mark for mark in marks if mark[0] < mark[1]])
