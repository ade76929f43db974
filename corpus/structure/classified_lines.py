"""Classifies lines by their neighbours: code, table rows and page furniture."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.structure.tables import Row, is_delimiter, parse_row
from corpus.text.front_matter import front_matter
from corpus.text.lines import Line, lines
from corpus.text.markers import is_furniture

_BACKTICKS = re.compile(r"[ ]{0,3}(`{3,})[^`]*")
# A line of tildes alone is more often an ornament; with a language after it, it opens code.
_TILDES = re.compile(r"[ ]{0,3}(~{3,})\s*\w[^~]*")
_CLOSING = re.compile(r"[ ]{0,3}(`{3,}|~{3,})\s*")
_BOLD_MARK = re.compile(r"[ ]{0,3}(\*{2,3}|_{2,3})(?=[^\s*_])")
_MOST_BOLD_LINES = 4
_BARE_NUMBER = re.compile(r"\d{1,3}")
_MOST_PAGES_UNNUMBERED = 1  # between two numbered pages: a picture, a chapter's first page


@dataclass(frozen=True, slots=True)
class ClassifiedLine:
    """A line that is not blank.

    `after_blank`: a blank line, a page break or the start of the file precedes it. `row`: the line as a table
    row. `code`: the line is a whole fenced block. `furniture`: the line belongs to the page, not the text.
    """

    line: Line
    after_blank: bool
    code: bool
    row: Row | None
    furniture: bool


def classified_lines(source: str) -> list[ClassifiedLine]:
    """The lines of `source` that are not blank, in order."""
    found: list[tuple[Line, bool, bool]] = []
    after_blank = True
    opening = front_matter(source).end
    for line, code in _with_bold_whole(source, list(_with_code_whole(source, list(lines(source))))):
        if line.start < opening:
            continue
        if line.text.strip():
            found.append((line, after_blank, code))
        after_blank = line.page_break or not line.text.strip()
    rows = [None if code else parse_row(line) for line, _, code in found]
    for index in _rows_without_outer_bars(found):
        rows[index] = parse_row(found[index][0], outer_bars=False)
    furniture = [not code and is_furniture(line.text) for line, _, code in found]
    for index in _page_numbers(found):
        furniture[index] = True
    for index in _stray_rows(rows, furniture):
        rows[index] = None
    head = [_opening_line(source, opening)] if opening else []
    return head + [
        ClassifiedLine(line, after_blank, code, row, page)
        for (line, after_blank, code), row, page in zip(found, rows, furniture, strict=True)
    ]


def _opening_line(source: str, end: int) -> ClassifiedLine:
    """The front matter as one line, which is no text."""
    written = source[:end].rstrip()
    return ClassifiedLine(Line(written, 0, len(written)), True, False, None, True)


def _with_code_whole(source: str, written: Sequence[Line]) -> Iterator[tuple[Line, bool]]:
    """The lines, with each fenced block of code as one line; an unclosed fence is no fence."""
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


def _with_bold_whole(source: str, found: Sequence[tuple[Line, bool]]) -> Iterator[tuple[Line, bool]]:
    """The lines, with those that one pair of marks sets in bold as one line."""
    stop = 0
    for index, (line, code) in enumerate(found):
        if index < stop:
            continue
        stop = index + 1 if code else _bold_end(found, index)
        end = found[stop - 1][0]
        yield Line(source[line.start : end.end], line.start, end.end, end.page_break), code


def _bold_end(found: Sequence[tuple[Line, bool]], index: int) -> int:
    """Where the lines end that are in bold together with that at `index`; the next line where it stands alone."""
    opening = _BOLD_MARK.match(found[index][0].text)
    if opening is None or opening[1] in found[index][0].text[opening.end() :]:
        return index + 1
    for stop in range(index + 1, min(index + _MOST_BOLD_LINES, len(found))):
        text = found[stop][0].text.strip()
        if not text or found[stop][1] or found[stop - 1][0].page_break:
            break
        if opening[1] in text:
            closes = text.find(opening[1]) == len(text) - len(opening[1])
            return stop + 1 if closes else index + 1
    return index + 1


def _rows_without_outer_bars(found: Sequence[tuple[Line, bool, bool]]) -> Iterator[int]:
    """Indexes of the lines of tables whose rows have bars between their cells only, told by the line below the header."""
    inside = False
    for index, (line, after_blank, code) in enumerate(found):
        below = found[index + 1] if index + 1 < len(found) else None
        heads = below is not None and not below[1] and is_delimiter(below[0]) and "|" in below[0].text
        barred = "|" in line.text and not code and not line.text.lstrip().startswith("|")
        inside = barred and (heads or (inside and not after_blank))
        if inside:
            yield index


def _opening(line: Line) -> str | None:
    match = _BACKTICKS.fullmatch(line.text) or _TILDES.fullmatch(line.text)
    return match[1][0] if match else None


def _closing(line: Line) -> re.Match[str] | None:
    return _CLOSING.fullmatch(line.text)


def _page_numbers(found: Sequence[tuple[Line, bool, bool]]) -> set[int]:
    """Indexes of bare numbers between blank lines that increase from page to page."""
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


def _stray_rows(rows: Sequence[Row | None], furniture: Sequence[bool]) -> list[int]:
    """Indexes of rows made by a stray tab: no row precedes or follows them."""
    solid = [index for index in range(len(rows)) if not furniture[index]]
    around = [None, *(rows[index] for index in solid), None]
    return [
        index
        for before, index, after in zip(around, solid, around[2:], strict=False)
        if (row := rows[index]) and not row.pipes and before is None and after is None
    ]
