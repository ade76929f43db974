"""The text and metadata that a reader extracts from a file."""

import re
from dataclasses import dataclass

PAGE_BREAK = "\f"
_BLANKS = re.compile(r"\s+")
_UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, to which offsets of passages refer, and its metadata, "" where missing.

    Headings are written as in Markdown, list items with their marker, table rows with tabs between cells.
    Form feeds separate pages if the format has pages, and are nowhere else.
    """

    text: str
    title: str = ""
    author: str = ""
    date: str = ""


def one_line(text: str) -> str:
    """`text` without unprintable characters, each run of blanks as one space."""
    return _BLANKS.sub(" ", _UNPRINTED.sub("", text)).strip()


def table(rows: list[list[str]]) -> str:
    """The rows as lines with tabs between cells, all as wide as the widest; a single column becomes paragraphs."""
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or len(rows) < 2:
        return "\n\n".join(cell for row in rows for cell in row if cell)
    return "\n".join("\t".join([*row, *[""] * (width - len(row))]) for row in rows)


def joined(parts: list[str]) -> str:
    """Blocks as one text, with a blank line between them."""
    text = "\n\n".join(part.rstrip() for part in parts if part.strip())
    return text + "\n" if text else ""
