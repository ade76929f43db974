"""The records that travel from the source files to the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal[
    "title",
    "heading",
    "label",
    "header",
    "group",
    "paragraph",
    "item",
    "row",
    "definition",
    "caption",
    "footnote",
    "contents",
    "furniture",
]
PassageKind = Literal["paragraph", "item", "row", "definition"]


@dataclass(frozen=True, slots=True)
class Document:
    """A source document as the catalogue describes it.

    `period` is the first and the last year the document speaks for; `sha256` is of the file's bytes. Where the
    file is no text, `text` is the file of the text that was extracted from it, which all offsets are of, with
    its hash and the name of what extracted it; `layout` is the file of the pieces that it saw.
    """

    id: str
    title: str
    issuer: str
    kind: str
    period: tuple[int, int]
    file: str
    sha256: str
    text: str | None = None
    text_sha256: str | None = None
    layout: str | None = None
    layout_sha256: str | None = None
    extractor: str | None = None

    @property
    def paged(self) -> bool:
        """Whether form feeds part the pages of its text."""
        return self.file.endswith(".pdf")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of structure: `source[start:end]`, in characters, without surrounding blanks.

    A "title" names a document or an attachment and is read as text too; a "label" owns the paragraphs after
    it; "header" and "group" are the heading rows of a table; "furniture" belongs to the page, not the text.
    `section` is the path of headings above it, outermost first. `lead_in` is the text that introduces a
    list item or an owned paragraph (the item or sentence above it). "contents" is a table of
    contents, which like "furniture" is not read. `cells` are the (start, end) of a row's
    cells, `headers` the plain header of each and `group` the sub-heading row above it, if any.
    """

    kind: BlockKind
    start: int
    end: int
    section: tuple[str, ...] = ()
    lead_in: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    headers: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The smallest piece of a document that answers by itself; `source[start:end] == text`.

    `fields` maps column header to plain cell text for a table row, else it is empty. `context` is what a
    reader would need to know to understand the text; it is indexed with it and never shown as text. `page`
    is the number of the page it begins on, from 1, where the format has pages.
    """

    id: str
    document: Document
    text: str
    start: int
    end: int
    section: tuple[str, ...]
    kind: PassageKind
    fields: Mapping[str, str] = field(hash=False)
    context: str
    page: int | None = None
