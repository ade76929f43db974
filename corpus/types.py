"""Documents, blocks and passages."""

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
PassageKind = Literal["paragraph", "item", "row", "definition", "heading"]
RECOGNISED = "read by character recognition"  # said of every quotation whose passage is `recognised`
Role = Literal["number", "text", "lead", "status", "priority_area", "deadline", "indicator"]


@dataclass(frozen=True, slots=True)
class Document:
    """A source document as the catalogue describes it.

    `period` is the first and the last year that the document covers; `sha256` is of the file's bytes. For PDF,
    DOCX and HTML, `text` is the file with the extracted text, `text_sha256` its hash, and `extractor` the reader
    with its version; `layout` is the file with the pieces that it saw. Offsets refer to that text.
    `series` is what the plans of one group over the years have in common, `language` a code of two letters, `date` the
    day, month or year on which it came out; `confirm` are the fields that were taken as proposed though unsure.
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
    subject: str | None = None
    series: str | None = None
    language: str | None = None
    date: str | None = None
    confirm: tuple[str, ...] = ()

    @property
    def paged(self) -> bool:
        """Whether form feeds separate the pages of its text."""
        return self.file.endswith(".pdf")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of structure: `source[start:end]`, in characters, without surrounding blanks.

    A "title" names a document or an attachment and is read as text. A "label" heads the paragraphs after
    it. "header" and "group" are heading rows of a table. "contents" is a
    table of contents. "furniture" belongs to the page, not the text.
    `section` is the path of headings above the block, outermost first. `lead_in` are the texts that introduce
    a list item or a paragraph under a label. `cells` are the (start, end) of a row's cells, `headers` their
    plain headers, and `group` is the sub-heading row above, if any.
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
    """The smallest piece of a document that is an answer by itself; `source[start:end] == text`.

    A "heading" names what stands below or elsewhere: a search shows that instead, unless headings are asked for.
    `fields` maps column headers to plain cell texts for a table row, else it is empty. `context` helps to
    understand the text: it is indexed with the text and never quoted. `page` is the page on which the passage
    begins, from 1, if the format has pages. `recognised`: some of it was read off a picture, by character recognition, so
    that letters may be wrong. `roles` has the header of the cell that says who leads, how far it is and so
    on, for a row of a plan, as it was decided when the index was built.
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
    recognised: bool = False
    roles: Mapping[Role, str] = field(default_factory=dict, hash=False)
