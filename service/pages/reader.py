"""The reader: a document's text with its headings, tables and lists, and the characters of the address marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from corpus.structure.blocks import blocks as read_blocks
from corpus.text.markup import plain
from corpus.types import Block
from service.documents.reader import entry
from service.documents.verification import verdict
from service.http.dependencies import Open
from service.http.urls import unchanged
from service.pages.markup import Span, render, split
from service.pages.problems import page_router
from service.pages.quotations import quotation
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
class Piece:
    """A block to be shown. A table has rows instead: (kind of block, start, cells) each."""

    kind: str
    start: int
    html: Markup
    level: int = 0
    rows: tuple[tuple[str, int, tuple[Markup, ...]], ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the outline; `depth` counts from 1, `part` is the page it stands on."""

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
    """A document, or the part of it where the characters `start:end` stand, these marked."""
    index, _ = open
    known = entry(index, document)
    source = index.sources[known.id]
    quoted = None
    if start is not None and end is not None and source[start:end].strip():
        quoted = quotation(index, known.id, start, end)
    whole = parts(source, known.title)
    if quoted is not None:
        part = next((n for n, blocks in enumerate(whole, 1) if blocks[-1].end > quoted.start), len(whole))
    part = min(part, len(whole))
    marked = (quoted.start, quoted.end) if quoted else None
    holds: Verdict | None = None
    if verify and quoted is not None and quoted.data:
        holds = verdict(index, Citation.model_validate_json(quoted.data))
    return page(
        request,
        "read",
        document=known,
        outline=list(_outline(source, whole)),
        pieces=_anchored(pieces(source, whole[part - 1] if whole else (), marked)),
        part=part,
        parts=len(whole),
        quoted=quoted,
        asked_for=start is not None or end is not None,
        changed=bool(quoted and not unchanged(quoted.text, sha256)),
        holds=holds,
        base=str(request.base_url),
    )


@lru_cache(maxsize=32)
def parts(source: str, title: str, size: int = _PART) -> tuple[tuple[Block, ...], ...]:
    """The blocks of a document, as many to a part as begin within `size` characters."""
    found: list[list[Block]] = []
    for block in read_blocks(source, title):
        if not found or block.start - found[-1][0].start > size:
            found.append([])
        found[-1].append(block)
    return tuple(map(tuple, found))


def _outline(source: str, whole: Sequence[Sequence[Block]]) -> Iterator[Heading]:
    for part, blocks in enumerate(whole, 1):
        for block in blocks:
            if (_heads(block) or block.kind == "group") and (text := plain(source[block.start : block.end])):
                yield Heading(text, max(1, len(block.section)), block.start, part)


def _heads(block: Block) -> bool:
    """Whether text stands under it: an attachment's title does as a heading does, the document's own is above all."""
    return block.kind in _HEADINGS or (block.kind == "title" and bool(block.section))


def pieces(source: str, blocks: Sequence[Block], marked: Span | None) -> list[Piece]:
    """The blocks as HTML, those of a table together; `marked` are characters of `source`."""
    found: list[Piece] = []
    level = 1
    tables = 0

    def table_of(block: Block) -> int:
        nonlocal tables
        tables += block.kind == "header" or block.kind not in _TABLE
        return tables if block.kind in _TABLE else -1

    for number, run in groupby(blocks, table_of):
        if number >= 0:
            found.append(_table(source, list(run), marked))
            continue
        for block in run:
            html = _html(source, (block.start, block.end), marked)
            if _heads(block):
                level = min(max(2, len(block.section) + 1), level + 1, _DEEPEST)
                text = plain(source[block.start : block.end])
                inside = marked is not None and marked[0] < block.end and marked[1] > block.start
                html = render(text, [(0, len(text))] if inside else ())
            found.append(Piece("heading" if _heads(block) else block.kind, block.start, html, level))
    return found


def _table(source: str, run: Sequence[Block], marked: Span | None) -> Piece:
    rows = []
    for block in run:
        spans = block.cells or [
            (block.start + a, block.start + b) for a, b in split(source[block.start : block.end])
        ]
        rows.append((block.kind, block.start, tuple(_html(source, span, marked) for span in spans)))
    headers = next((block.headers for block in run if block.headers), ())
    return Piece("table", run[0].start, Markup(), rows=tuple(rows), headers=headers)


def _html(source: str, span: Span, marked: Span | None) -> Markup:
    start, end = span
    marks = [(max(0, marked[0] - start), min(end, marked[1]) - start)] if marked else []
    return render(source[start:end], [mark for mark in marks if mark[0] < mark[1]])


def _anchored(shown: Sequence[Piece]) -> list[Piece]:
    """The first mark gets the name that links lead to."""
    done = False

    def once(html: Markup) -> Markup:
        nonlocal done
        if done or "<mark>" not in html:
            return html
        done = True
        return Markup(html.replace("<mark>", Markup('<mark id="mark" tabindex="-1">'), 1))

    return [
        Piece(
            piece.kind,
            piece.start,
            once(piece.html),
            piece.level,
            tuple((kind, start, tuple(once(cell) for cell in cells)) for kind, start, cells in piece.rows),
            piece.headers,
        )
        for piece in shown
    ]
