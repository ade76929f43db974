"""The lines of a column to pieces: paragraphs, items, contents, footnotes and tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Literal

from corpus.pdf.drawing import Rule
from corpus.pdf.lines import CALL_BEGINS, CALL_ENDS, PageLine
from corpus.pdf.words import HYPHEN, Table
from corpus.text.markers import item_marker

_GAP = 1.35  # times the usual distance of lines: a blank line
_INDENT = (0.7, 3.5)  # times its size: how far in the first line of a paragraph may begin
_OTHER_SIZE = 0.15  # difference in size, as a share: another paragraph
_LARGER = 1.06  # times the usual size: set like a heading
_SHORT = 0.6  # of its column's width: a line that ends before is short
_FULL = 2.0  # times its size: a line that ends so near the edge of its column is full
_SMALLER = 0.93  # times the usual size: set like a note
_WIDE = 0.7  # times its size: the gap after the number of an item
_SEPARATOR = 20.0  # points above notes within which a rule parts them from the text
_LEAST_CONTENTS = 3  # lines
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?(?=\s)")
_NOTE = re.compile(rf"{CALL_BEGINS}(?P<call>[^{CALL_ENDS}]+){CALL_ENDS}\s*|(?P<number>\d{{1,3}})\.?\s+(?=\S)")
_LEADERS = re.compile(r"\s?(?:[.·…_-]\s?){3,}(?:\d{1,4}|[ivxlc]{1,6})$")
_NUMBERED = re.compile(r"(?P<title>.*\S)\s(?P<page>\d{1,4})$")
_DASHES = "-–—"

DraftKind = Literal["text", "item", "table", "caption", "footnote", "contents", "furniture"]


@dataclass(slots=True)
class Draft:
    """A piece before it is written: its lines, or its table, and on which page it begins.

    `breaks` are the lines before which a page ends. `full`: its last line reaches the edge of its column, so that the
    sentence may go on; `level`: its first line is not further in than the others.
    """

    kind: DraftKind
    page: int
    lines: list[str] = field(default_factory=list)
    size: float = 0.0
    bold: bool = False
    marker: int = 0
    inset: float = 0.0
    full: bool = False
    level: bool = True
    tables: list[tuple[int, Table]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document: the size of its text, and lines that stand alone, as titles do."""

    size: float
    lines: frozenset[str]

    def stands_out(self, line: PageLine) -> bool:
        """Whether a line is larger than the text, or bold."""
        return line.size >= _LARGER * self.size or (line.bold and line.size >= _SMALLER * self.size)


def column_pieces(
    lines: Sequence[PageLine], page: int, style: Style, rules: Sequence[Rule], *, last: bool
) -> list[Draft]:
    """The pieces of a column in order; its foot is looked at for notes where it is the `last` one of its place."""
    foot = _notes_begin(lines, style, rules) if last else len(lines)
    body, notes = lines[:foot], lines[foot:]
    contents = _contents(body, style)
    drafts: list[Draft] = []
    for group in _groups(body, contents):
        drafts.append(_draft(group, page, style, contents=id(group[0]) in contents))
    return [*drafts, *_notes(notes, page)]


def _pitch(lines: Sequence[PageLine]) -> float:
    """The usual distance from one line to the next."""
    steps = [below.middle - above.middle for above, below in pairwise(lines) if below.middle > above.middle]
    return median(steps) if steps else 0.0


def _groups(lines: Sequence[PageLine], contents: set[int]) -> Iterator[list[PageLine]]:
    """The lines of each paragraph, item, table or line of contents."""
    pitch = _pitch(lines)
    group: list[PageLine] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        listed = id(line) in contents
        if group and (listed or id(group[-1]) in contents or _apart(group, line, following, pitch)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _apart(group: Sequence[PageLine], line: PageLine, following: PageLine | None, pitch: float) -> bool:
    """Whether another piece begins with `line`."""
    before = group[-1]
    if before.table or line.table or not _has_size_of(line, before):
        return True
    if line.label and before.text[-1:] in ".:;":
        return True
    step = line.middle - before.middle
    gap = (
        step > _GAP * max(pitch if len(group) < 2 else min(pitch, _pitch(group) * 1.1), 1.05 * line.size)
        or step < 0
    )
    if gap or _starts_item(group, line) or (len(group) == 1 and _is_titled(before, line)):
        return True
    if before.bold != line.bold and not (_is_full(before) and line.text[:1].islower()):
        return not before.text.endswith(HYPHEN)
    return _is_indented(group, line, following)


def _has_size_of(line: PageLine, before: PageLine) -> bool:
    """Whether two lines are set in one size, apart from the labels that they may begin with."""
    return any(
        abs(here - there) <= _OTHER_SIZE * max(here, there)
        for here in {line.size, line.rest if line.label else line.size}
        for there in {before.size, before.rest if before.label else before.size}
    )


def _is_titled(before: PageLine, line: PageLine) -> bool:
    """Whether a short line that ends no sentence stands over one that begins a paragraph."""
    marker = item_marker(before.text)
    if marker and marker.bullet:
        return False
    short = before.x1 < before.left + _SHORT * (before.right - before.left)
    return (
        short
        and before.text[-1:].isalnum()
        and line.text[:1].isupper()
        and line.x1 > before.x1
        and _is_full(line)
    )


def _is_indented(group: Sequence[PageLine], line: PageLine, following: PageLine | None) -> bool:
    """Whether `line` is further in than the paragraph before it, or further out than an item that has ended."""
    before, (least, most) = group[-1], _INDENT
    if line.text[:1].islower():
        return False
    if _marker_width(group[0]):
        if before.x0 < group[0].x0 - least * line.size:  # only its first line was further in
            return line.x0 > group[0].x0 - 1
        if len(group) > 1 or not _is_full(before):
            edge = before.x0 if len(group) > 1 else group[0].x0
            return line.x0 < edge - least * line.size and not _is_full(before)
        return False
    indent = line.x0 - line.left
    outdented = following is None or following.x0 - following.left < least * line.size
    level = before.x0 - before.left < least * line.size
    return level and outdented and least * line.size <= indent <= most * line.size


def _is_full(line: PageLine) -> bool:
    return line.x1 >= line.right - _FULL * line.size


def _marker_width(line: PageLine) -> int:
    """The width in characters of the marker that a line begins with, 0 where it begins with none."""
    decimal = _DECIMAL.match(line.text)
    if decimal:
        return len(decimal[0]) + 1 if line.gap >= _WIDE * line.size else 0
    marker = item_marker(line.text)
    return marker.width if marker else 0


def _starts_item(group: Sequence[PageLine], line: PageLine) -> bool:
    """Whether an item begins with `line`, right below the lines of another piece."""
    if not (width := _marker_width(line)):
        return False
    marker, first = item_marker(line.text), item_marker(group[0].text)
    if marker is None or (marker.bullet and line.text[0] not in _DASHES):
        return True
    if line.gap >= _WIDE * line.size or not _is_full(group[-1]):
        return True
    if marker.bullet:
        return bool(first and first.bullet and group[0].text[:width] == line.text[:width])
    counted = first.enumerator if first else None
    return bool(marker.enumerator and counted and marker.enumerator.follows(counted))


def _draft(group: Sequence[PageLine], page: int, style: Style, *, contents: bool) -> Draft:
    first, last = group[0], group[-1]
    if first.table:
        return Draft("table", page, tables=[(page, first.table)], inset=first.x0)
    size = max(group, key=lambda line: len(line.text)).size
    draft = Draft(
        "contents" if contents else "text",
        page,
        [line.text for line in group],
        round(size, 1),
        all(line.bold for line in group),
        full=_is_full(last),
        level=first.x0 - first.left < _INDENT[0] * first.size,
        inset=first.x0 - first.left,
    )
    width = _marker_width(first)
    if width and not contents and not _is_title(group, style):
        return replace(draft, kind="item", marker=width)
    return draft


def _is_title(group: Sequence[PageLine], style: Style) -> bool:
    """Whether a group is set like a heading, and ends like one."""
    text = group[-1].text.rstrip("\"'”’)]")
    decimal = bool(_DECIMAL.match(group[0].text))
    if not (all(style.stands_out(line) for line in group) or decimal):
        return False
    marker = item_marker(group[0].text)
    return not (marker and marker.bullet) and len(group) <= 3 and text[-1:] not in ".;:,"


def _notes_begin(lines: Sequence[PageLine], style: Style, rules: Sequence[Rule]) -> int:
    """The number of the first line of the notes at the foot of a column, the number of its lines where there are none."""
    begin = len(lines)
    while begin and not lines[begin - 1].table and lines[begin - 1].size <= _SMALLER * style.size:
        begin -= 1
    if begin == len(lines):
        return begin
    top = lines[begin].top
    if begin and any(top - _SEPARATOR <= rule.y <= top + 2 and rule.x0 <= lines[begin].x1 for rule in rules):
        return begin
    pitch = _pitch(lines[begin:])
    return next(
        (
            n
            for n in range(begin, len(lines))
            if _NOTE.match(lines[n].text) and (n == begin or _is_set_off(lines[n - 1], lines[n], pitch))
        ),
        len(lines),
    )


def _is_set_off(before: PageLine, line: PageLine, pitch: float) -> bool:
    """Whether the number of a note stands above that line, or more than a line's distance below the text."""
    return CALL_BEGINS in line.text[:1] or line.middle - before.middle > 1.1 * pitch


def _notes(lines: Sequence[PageLine], page: int) -> Iterator[Draft]:
    """The notes, each with the lines up to the next one's number."""
    groups: list[list[str]] = []
    number = 0
    for line in lines:
        match = _NOTE.match(line.text)
        counted = int(match["number"]) if match and match["number"] else 0
        if match and (not counted or counted == number + 1 or not groups):
            called = (match["call"] or "").strip(",")
            number = counted or (int(called) if called.isdigit() else number)
            groups.append([line.text])
        elif groups:
            groups[-1].append(line.text)
        else:
            groups.append([line.text])
    for group in groups:
        size = round(lines[0].size, 1)
        yield Draft("footnote", page, group, size)


def note_number(text: str) -> str:
    """The number or sign that a note begins with, "" where it has none."""
    match = _NOTE.match(text)
    return (match["call"] or match["number"]).strip(",") if match else ""


def _contents(lines: Sequence[PageLine], style: Style) -> set[int]:
    """The lines of a table of contents: they end in the number of a page, after leaders or as titles that come later."""
    found: set[int] = set()
    run: list[PageLine] = []
    for line in (*lines, None):
        if line is not None and not line.table and _is_listed(line, style):
            run.append(line)
            continue
        if len(run) >= _LEAST_CONTENTS or (
            len(run) > 1 and all(_LEADERS.search(entry.text) for entry in run)
        ):
            found |= {id(entry) for entry in run}
        run = []
    return found


def _is_listed(line: PageLine, style: Style) -> bool:
    if _LEADERS.search(line.text):
        return True
    match = _NUMBERED.fullmatch(line.text)
    return match is not None and match["title"].casefold() in style.lines
