"""The text, the layout and the metadata that a reader extracts from a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.layout import UNSEEN, Look, Piece, PieceKind, Span

PAGE_BREAK = "\f"
_BLANKS = re.compile(r"\s+")
_UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_INDENT = 4  # blanks before the marker of an inner item, a level


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, to which offsets of passages refer, its pieces, and its metadata, "" where missing.

    List items are written with their marker, table rows with tabs between cells. Form feeds separate pages if the format
    has pages, and are nowhere else. `pieces` have every visible character once. `warnings` say what was not read, or may be
    wrong. `recogniser` is the program that read pictures of text, if there were such.
    """

    text: str
    pieces: tuple[Piece, ...] = ()
    title: str = ""
    author: str = ""
    date: str = ""
    subject: str = ""
    language: str = ""
    organisation: str = ""
    recogniser: str = ""
    warnings: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """`text` without unprintable characters, each run of blanks as one space."""
    return _BLANKS.sub(" ", _UNPRINTED.sub("", text)).strip()


@dataclass(slots=True)
class LayoutWriter:
    """Writes the text of a document piece by piece, and notes where each stands."""

    parts: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    length: int = 0
    tables: int = 0

    def text(self, text: str, look: Look = UNSEEN, kind: PieceKind = "text") -> None:
        """A paragraph, heading, caption, footnote or other run of text; lines within it stay lines."""
        if text := text.strip():
            self._part("\n\n")
            start = self._write(text)
            self.pieces.append(Piece(kind, start, self.length, look))

    def item(self, marker: str, text: str, depth: int = 0, look: Look = UNSEEN) -> None:
        """A list item: its number or bullet as shown, and its text."""
        after_item = bool(self.pieces) and self.pieces[-1].kind == "item"
        self._part("\n" if after_item else "\n\n")
        self._write(" " * _INDENT * depth)
        start = self._write(f"{marker} {text}".strip())
        self.pieces.append(
            Piece("item", start, self.length, look, marker=len(marker) + bool(marker), depth=depth)
        )

    def definition(self, term: str, text: str) -> None:
        """A term, and below it what is said of it."""
        self._part("\n\n")
        start = self._write(term)
        end = self.length
        self._write("\n: ")
        said = self._write(text)
        cells = ((start, end), (said, self.length))
        self.pieces.append(Piece("definition", start, self.length, cells=cells))

    def table(self, rows: Sequence["TableRow"], *, goes_on: bool = False) -> None:
        """The rows of one table, a line each; empty ones are left out. `goes_on`: they belong to the last table."""
        self.tables += not goes_on
        self._part("\n\n")
        first = True
        for row in rows:
            if any(text for text, _ in row.cells):
                self._write("" if first else "\n")
                self._row(row)
                first = False

    def page_break(self) -> None:
        """A form feed: what comes next stands on another page."""
        self._write(f"\n{PAGE_BREAK}")

    def finished(self) -> str:
        """The text so far, ended by a line break."""
        whole = "".join(self.parts).rstrip()
        return whole + "\n" if whole else ""

    def _row(self, row: "TableRow") -> None:
        spans: list[Span] = []
        begin = self.length
        for number, (text, across) in enumerate(row.cells):
            self._write("\t" if number else "")
            start = self._write(text)
            spans += [(start, self.length)] * across
            self._write("\t" * (across - 1))
        filled = [span for span in spans if span[0] < span[1]]
        start, end = min(filled)[0], max(filled)[1]
        spans = [(min(max(a, start), end), max(min(b, end), start)) for a, b in spans]
        assert begin <= start
        self.pieces.append(
            Piece("row", start, end, row.look, table=self.tables, cells=tuple(spans), header=row.header)
        )

    def _part(self, between: str) -> None:
        if self.length and not self.parts[-1].endswith(PAGE_BREAK):
            self._write(between)

    def _write(self, text: str) -> int:
        """Append `text`; gives where it begins."""
        start = self.length
        if text:
            self.parts.append(text)
            self.length += len(text)
        return start


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: for each cell its text without tabs, a line for each paragraph in it, and how many columns it goes over."""

    cells: tuple[tuple[str, int], ...]
    header: bool = False
    look: Look = UNSEEN
