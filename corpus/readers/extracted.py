"""What a reader takes from a file: the text that passages are cut from, and what the file says of itself."""

import re
from dataclasses import dataclass

PAGE_BREAK = "\f"
_BLANKS = re.compile(r"\s+")
_UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, one string; offsets of passages are of it.

    Headings are written as Markdown's, list items with their marker, rows of tables with a tab between cells.
    A form feed stands between pages where the format has pages, and nowhere else. `title`, `author` and
    `date` are what the file says of itself, or "".
    """

    text: str
    title: str = ""
    author: str = ""
    date: str = ""


def one_line(text: str) -> str:
    """`text` with every run of blanks as one space, and nothing that cannot be printed."""
    return _BLANKS.sub(" ", _UNPRINTED.sub("", text)).strip()


def table(rows: list[list[str]]) -> str:
    """The rows as lines of cells with tabs between them, as wide as the widest; a single column is no table."""
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or len(rows) < 2:
        return "\n\n".join(cell for row in rows for cell in row if cell)
    return "\n".join("\t".join([*row, *[""] * (width - len(row))]) for row in rows)


def joined(parts: list[str]) -> str:
    """Blocks as one text, with a blank line between them."""
    text = "\n\n".join(part.rstrip() for part in parts if part.strip())
    return text + "\n" if text else ""
