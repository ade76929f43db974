"""Rows of tab and pipe tables: cells, header, group rows, and which tables are really definition lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.text.lines import Line
from corpus.text.markers import item_marker
from corpus.text.markup import plain

_DELIMITER = re.compile(r"\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*+")
_HEADER_WORDS = re.compile(
    r"(?:term|definition|meaning|abbreviation|acronym|name|description|title|action|activity|item|status|lead|"
    r"owner|responsible|priority|area|date|time|deadline|progress|comment|note|no|number|full form|country|"
    r"agency|organisation|organization|outcome|output|indicator|year|budget|cost|amount)s?\b",
    re.IGNORECASE,
)
_ITEM_NUMBER = re.compile(r"\(?\d{1,3}[.)]\s")
_LONGEST_HEADER = 80
_LONGEST_GROUP = 160
_LONGEST_ABBREVIATION = 5  # characters, the full stop among them


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: its span without outer blanks, and the spans of its cells (empty ones too)."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]
    pipes: bool = False
    delimiter: bool = False

    @property
    def filled(self) -> int:
        """How many cells hold text; one that goes over several columns is one."""
        return len({cell for cell, text in zip(self.cells, self.texts, strict=True) if text})


def is_delimiter(line: Line) -> bool:
    """Whether `line` parts the header of a table in Markdown from its rows."""
    return _DELIMITER.fullmatch(line.text) is not None


def parse_row(line: Line, *, outer_bars: bool = True) -> Row | None:
    """The row that `line` holds, or None where it is no table line; `outer_bars`: one written with bars begins with one."""
    text = line.text
    if not text.strip():
        return None
    cuts = _pipe_cuts(text)
    if cuts and (not outer_bars or (text.strip().startswith("|") and text.count("|") >= 2)):
        return _split(line, cuts, pipes=True, delimiter=is_delimiter(line))
    if "\t" not in text.lstrip():
        return None
    marker = item_marker(text)
    if marker and "\t" not in text[marker.width :]:
        return None
    return _split(line, [m.start() for m in re.finditer("\t", text)], pipes=False, delimiter=False)


def _pipe_cuts(text: str) -> list[int]:
    return [m.start() for m in re.finditer(r"(?<!\\)\|", text)]


def _split(line: Line, cuts: list[int], *, pipes: bool, delimiter: bool) -> Row:
    text = line.text
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    cells = []
    for left, right in pairwise([-1, *cuts, len(text)]):
        cell = text[left + 1 : right]
        start = min(max(first, right - len(cell.lstrip())), last)
        cells.append((line.start + start, line.start + start + len(cell.strip())))
    if pipes:
        cells = cells[1:] if not text[: cuts[0]].strip() else cells
        cells = cells[:-1] if not text[cuts[-1] + 1 :].strip() else cells
    return Row(
        line.start + first,
        line.start + last,
        tuple(cells),
        tuple(plain(text[a - line.start : b - line.start]) for a, b in cells),
        pipes,
        delimiter,
    )


def is_group(row: Row) -> bool:
    """Whether a row of several columns has one cell over all, or fills only the first, as a sub-heading of the rows after it does.

    What is long, numbered like an item or a whole sentence is an item whose other cells were left empty.
    """
    name = row.texts[0]
    titled = 0 < len(name) <= _LONGEST_GROUP and name[-1] != "." and not _ITEM_NUMBER.match(name)
    alone = row.filled == 1 or len(set(row.cells)) == 1  # one cell that goes over all columns
    return len(row.texts) > 1 and alone and titled


def find_header(rows: Sequence[Row]) -> Row | None:
    """The header among the `rows` of one table (delimiter rows excluded), or None for a definition list.

    A first row is a header when it is short in every cell and the table shows it: it returns after a page
    break, a delimiter follows it (the caller knows), the rows below are longer or numbered where it is not,
    its words are those of headers, or there are three or more columns.
    """
    first = rows[0]
    body = [row for row in rows[1:] if row.texts != first.texts and not is_group(row)]
    named = [text for text in first.texts if text]
    if len(named) < min(len(first.texts), 2) or (len(first.texts) == 2 and len(named) < 2):
        return None
    if not all(_could_head(text) for text in named):
        return None
    if any(row.texts == first.texts for row in rows[1:]):
        return first
    if not body:
        return None
    if all(_HEADER_WORDS.search(text) for text in first.texts):
        return first
    if len(first.texts) > 2:
        return first
    if _numbered(first.texts[0]) or _abbreviates(first.texts[0], first.texts[-1]):
        return None
    numbered = all(_numbered(row.texts[0]) for row in body)
    longer = median(len(row.texts[0]) for row in body) >= 3 * len(first.texts[0])
    return first if numbered or longer else None


def _could_head(text: str) -> bool:
    """Whether a cell is short and no sentence; "No." and "Ref." are abbreviations."""
    return 0 < len(text) <= _LONGEST_HEADER and (not text.endswith(".") or len(text) <= _LONGEST_ABBREVIATION)


def looks_like_header(row: Row) -> bool:
    """Whether every cell is filled, short and made of the words that table headers use."""
    return all(0 < len(text) <= _LONGEST_HEADER // 2 and _HEADER_WORDS.search(text) for text in row.texts)


def _numbered(text: str) -> bool:
    marker = item_marker(text)
    return bool(marker and marker.enumerator) or text.isdigit()


def _abbreviates(short: str, long: str) -> bool:
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", long)).lower()
    letters = iter(initials)
    return short.isupper() and all(letter in letters for letter in short.lower() if letter.isalpha())
