"""Rows of tables of a PDF from the words in their cells, and which of them name the columns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.pdf.lines import lines_text, size_of
from corpus.pdf.words import Box, Row

_Style = tuple[bool, int]  # bold, colour
_MOST_HEADS = 3  # rows of a header


@dataclass(frozen=True, slots=True)
class SeenCell:
    """The words of a cell and how many columns it goes over."""

    words: tuple[Box, ...]
    across: int = 1


def rows_of(cells: Sequence[Sequence[SeenCell]]) -> tuple[Row, ...]:
    """The rows with their texts; the first are a header where they alone are bold, or of another colour."""
    rows = [_row(row) for row in cells]
    styles = Counter((row.bold, row.color) for row in rows[1:])
    usual: _Style = styles.most_common(1)[0][0] if styles else (False, 0)
    heads = 0
    while heads < min(len(rows) - 1, _MOST_HEADS) and _stands_out(rows[heads], usual):
        heads += 1
    return tuple(replace(row, header=number < heads) for number, row in enumerate(rows))


def _row(cells: Sequence[SeenCell]) -> Row:
    words = [word for cell in cells for word in cell.words]
    colors = Counter(word.color for word in words)
    color = colors.most_common(1)[0][0] if colors else 0
    bold = bool(words) and all(word.bold for word in words)
    texts = tuple((lines_text(cell.words), cell.across) for cell in cells)
    return Row(texts, size_of(words), bold, color)


def _stands_out(row: Row, usual: _Style) -> bool:
    bold, color = usual
    if sum(bool(text) for text, _ in row.cells) < 2:
        return False
    return (row.bold and not bold) or (row.color != color and row.bold >= bold)


def columns_of(tops: Iterable[float]) -> tuple[float, ...]:
    """Where columns begin, to the point, so that the same ones are equal on other pages."""
    return tuple(float(round(top)) for top in tops)
