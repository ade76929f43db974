"""Reading small texts in tests: a document to hang them on, and how blocks and passages are shown."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from corpus.passages import passages
from corpus.readers.docx import read_docx
from corpus.readers.extracted import Extracted
from corpus.readers.html import read_html
from corpus.readers.pdf import read_pdf
from corpus.structure.blocks import blocks
from corpus.types import Block, Document, Passage

DOCUMENT = Document(
    id="plan",
    title="Harbour Safety Plan",
    issuer="Harbour Group",
    kind="plan",
    period=(2030, 2031),
    file="documents/plan.txt",
    sha256="0" * 64,
)
READERS: Mapping[str, Callable[[bytes, str], Extracted]] = {
    ".docx": read_docx,
    ".html": read_html,
    ".pdf": read_pdf,
}


@cache
def read_file(path: Path) -> Extracted:
    """What the reader of its kind finds in a file, read once for all tests."""
    return READERS[path.suffix](path.read_bytes(), path.name)


def read(source: str) -> list[Passage]:
    """The passages of a text that a search ranks: all but headings."""
    return [passage for passage in passages(DOCUMENT, source) if passage.kind != "heading"]


def read_blocks(source: str) -> list[Block]:
    """The blocks of a text."""
    return blocks(source, DOCUMENT.title)


def shown(source: str) -> list[tuple[str, str]]:
    """Kind and text of each block, in order."""
    return [(block.kind, source[block.start : block.end]) for block in read_blocks(source)]


def headings(source: str) -> list[str]:
    """The texts of the blocks that are headings."""
    return [text for kind, text in shown(source) if kind == "heading"]


def is_blank(character: str) -> bool:
    """Whether a character shows nothing: white space, or the mark a UTF-8 file may begin its lines with."""
    return character.isspace() or character == "\ufeff"


def assert_accounted_for(source: str) -> None:
    """Offsets are exact, blocks and passages are ordered, and no visible character is lost."""
    found, cut = read_blocks(source), passages(DOCUMENT, source)
    position = 0
    for block in found:
        assert position <= block.start < block.end <= len(source)
        assert not source[block.start].isspace()
        assert not source[block.end - 1].isspace()
        assert all(map(is_blank, source[position : block.start])), "lost between blocks"
        assert all(block.start <= start <= end <= block.end for start, end in block.cells)
        position = block.end
    assert all(map(is_blank, source[position:])), "lost after the last block"
    position = 0
    for passage in cut:
        assert position <= passage.start < passage.end <= len(source)
        assert source[passage.start : passage.end] == passage.text == passage.text.strip()
        position = passage.end
    _assert_read(source, found, cut)


def _assert_read(source: str, found: list[Block], cut: list[Passage]) -> None:
    """What is no furniture lies in passages, but a table's header; each passage begins in such a block."""
    text = ("title", "heading", "group", "label", "paragraph", "item", "row", "definition")
    edges = [0, *(edge for passage in cut for edge in (passage.start, passage.end)), len(source)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):  # between passages
        for block in found:
            if block.kind in text and block.start < end and start < block.end:
                assert all(map(is_blank, source[max(start, block.start) : min(end, block.end)]))
    assert all(any(b.kind in text and b.start <= p.start < b.end for b in found) for p in cut)
