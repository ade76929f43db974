"""The lines of a text with what only their neighbours can tell of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.structure.tables import Row, parse_row
from corpus.text.front_matter import front_matter
from corpus.text.lines import Line, lines
from corpus.text.markers import is_furniture

_BACKTICKS = re.compile(r"[ ]{0,3}(`{3,})[^`]*")
# A line of tildes alone is more often an ornament; with a language after it, it opens code.
_TILDES = re.compile(r"[ ]{0,3}(~{3,})\s*\w[^~]*")
_CLOSING = re.compile(r"[ ]{0,3}(`{3,}|~{3,})\s*")
_BARE_NUMBER = re.compile(r"\d{1,3}")
_MOST_PAGES_UNNUMBERED = 1  # between two numbered pages: a picture, a chapter's first page


@dataclass(frozen=True, slots=True)
class Placed:
    """A line that is not blank; `after_blank`: a blank line, a page break or the file's start is before it.

    `row` is its reading as a table line, `code` tells that it holds a whole fenced block, `furniture` that
    it belongs to the page.
    """

    line: Line
    after_blank: bool
    code: bool
    row: Row | None
    furniture: bool


def placed_lines(source: str) -> list[Placed]:
    """The lines of `source` that are not blank, in order."""
    found: list[tuple[Line, bool, bool]] = []
    after_blank = True
    opening = front_matter(source).end
    for line, code in _with_code_whole(source, list(lines(source))):
        if line.start < opening:
            continue
        if line.text.strip():
            found.append((line, after_blank, code))
        after_blank = line.page_break or not line.text.strip()
    rows = [None if code else parse_row(line) for line, _, code in found]
    furniture = [not code and is_furniture(line.text) for line, _, code in found]
    for index in _page_numbers(found):
        furniture[index] = True
    for index in _strays(rows, furniture):
        rows[index] = None
    head = [_opening_placed(source, opening)] if opening else []
    return head + [
        Placed(line, after_blank, code, row, page)
        for (line, after_blank, code), row, page in zip(found, rows, furniture, strict=True)
    ]


def _opening_placed(source: str, end: int) -> Placed:
    """The front matter as one line, which is no text."""
    written = source[:end].rstrip()
    return Placed(Line(written, 0, len(written)), True, False, None, True)


def _with_code_whole(source: str, written: Sequence[Line]) -> Iterator[tuple[Line, bool]]:
    """The lines, those of a fenced block of code as one; a fence that nothing closes is no fence."""
    closings = {index: match[1][0] for index, line in enumerate(written) if (match := _closing(line))}
    last = {mark: index for index, mark in closings.items()}
    stop = 0
    for index, line in enumerate(written):
        if index < stop:
            continue
        mark = _opening(line)
        if mark and last.get(mark, -1) > index:
            stop = next(k for k in range(index + 1, len(written)) if closings.get(k) == mark) + 1
            end = written[stop - 1]
            yield Line(source[line.start : end.end], line.start, end.end, end.page_break), True
        else:
            yield line, False


def _opening(line: Line) -> str | None:
    match = _BACKTICKS.fullmatch(line.text) or _TILDES.fullmatch(line.text)
    return match[1][0] if match else None


def _closing(line: Line) -> re.Match[str] | None:
    return _CLOSING.fullmatch(line.text)


def _page_numbers(found: Sequence[tuple[Line, bool, bool]]) -> set[int]:
    """Bare numbers alone between blanks that count on from one page to the next."""
    edges = [after_blank for _, after_blank, _ in found[1:]] + [True]
    bare = [
        (index, int(line.text.strip()))
        for index, ((line, after_blank, _), before_blank) in enumerate(zip(found, edges, strict=False))
        if after_blank and before_blank and _BARE_NUMBER.fullmatch(line.text.strip())
    ]
    counting = [
        (this, following)
        for (this, number), (following, next_number) in pairwise(bare)
        if 1 <= next_number - number <= 1 + _MOST_PAGES_UNNUMBERED
    ]
    return {index for pair in counting for index in pair}


def _strays(rows: Sequence[Row | None], furniture: Sequence[bool]) -> list[int]:
    """Lines with a tab that have no row before or after them: a stray tab makes no table."""
    solid = [index for index in range(len(rows)) if not furniture[index]]
    around = [None, *(rows[index] for index in solid), None]
    return [
        index
        for before, index, after in zip(around, solid, around[2:], strict=False)
        if (row := rows[index]) and not row.pipes and before is None and after is None
    ]
