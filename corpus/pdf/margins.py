"""Running heads and feet: lines at the edges of pages that return on others, in words or in place."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.pdf.lines import PageLine

_MARGIN = 0.09  # of the page's height, above and below: where running heads and page numbers stand
_DEEPEST = 0.25  # of the page's height: a head of several lines ends above
_RUNNING = 3  # pages that have the same line there
_LARGER = 1.1  # times the usual size: set like a heading
_SMALLER = 0.95  # times the usual size
_NEAR = 3.0  # points within which lines stand at the same height
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_OUTER_NUMBER = re.compile(r"^\d{1,6}\s+|\s+\d{1,6}$")
PAGE_NUMBER = re.compile(r"[-–—|\s]*(?:\d{1,6}|[ivxl]{1,6})[-–—|\s]*")

Columns = list[list[PageLine]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its lines by column, and its height."""

    columns: Columns
    height: float


def parted(sheets: Sequence[Sheet], usual: float) -> list[tuple[Columns, list[PageLine]]]:
    """For each page its columns without running heads and feet, and these."""
    heads = _Running(sheets, usual)
    found = []
    for sheet in sheets:
        running = heads.of(sheet)
        out = {id(line) for line in running}
        columns = [[line for line in column if id(line) not in out] for column in sheet.columns]
        found.append(([column for column in columns if column], running))
    return found


class _Running:
    """What stands at the edges of the pages of a document, and how often."""

    def __init__(self, sheets: Sequence[Sheet], usual: float) -> None:
        self.usual = usual
        self.first = sheets[0] if sheets else None
        self.needed = _RUNNING if len(sheets) > 2 else 2
        self.said: Counter[str] = Counter()
        self.exact: Counter[str] = Counter()
        self.placed: defaultdict[tuple[str, int], list[PageLine]] = defaultdict(list)
        for sheet in sheets:
            keys = {(_key(line, sheet.height)) for line in _lines(sheet) if _edge(line, sheet.height)}
            self.said.update(keys)
            self.exact.update({_without_page(line.text) for line in _lines(sheet)})
        for sheet in sheets:
            for line in self._returning(sheet):
                self.placed[_place(line, sheet.height)].append(line)
        self.texts = {
            _DIGITS.sub("#", line.text.casefold()) for lines in self.placed.values() for line in lines
        }

    def of(self, sheet: Sheet) -> list[PageLine]:
        """The running heads and feet of a page, from top to bottom."""
        found = self._returning(sheet)
        known = {id(line) for line in found}
        found += [
            line
            for line in _lines(sheet)
            if id(line) not in known and (self._stands_for_one(line, sheet) or self._is_part(line, sheet))
        ]
        return sorted(found, key=lambda line: (line.top, line.x0))

    def _returning(self, sheet: Sheet) -> list[PageLine]:
        """Lines whose words return: in the margin, or next to such a line."""
        found = [
            line for line in _lines(sheet) if _in_margin(line, sheet.height) and self._returns(line, sheet)
        ]
        if self.needed == _RUNNING:
            ordered = sorted(_lines(sheet), key=lambda line: line.top)
            known = {id(line) for line in found}
            top, bottom = self._leading(ordered, "top", sheet), self._leading(ordered[::-1], "bottom", sheet)
            for line in (*top, *bottom):
                if id(line) not in known:
                    found.append(line)
                    known.add(id(line))
        return found

    def _leading(self, lines: Iterable[PageLine], edge: str, sheet: Sheet) -> Iterator[PageLine]:
        """The lines from an edge of the page inwards, up to the first that does not return."""
        for line in lines:
            if _edge(line, sheet.height) != edge or not self._returns(line, sheet):
                return
            yield line

    def _returns(self, line: PageLine, sheet: Sheet) -> bool:
        """Whether a line returns; one that is set like a heading does with all its numbers but that of the page."""
        titled = line.size > _LARGER * self.usual or (line.bold and self.needed < _RUNNING)
        said = self.exact[_without_page(line.text)] if titled else self.said[_key(line, sheet.height)]
        return said >= self.needed

    def _stands_for_one(self, line: PageLine, sheet: Sheet) -> bool:
        """Whether a line in the margin stands where others run, with some of their words or a page's number."""
        if not _in_margin(line, sheet.height):
            return False
        edge, height = _place(line, sheet.height)
        beside = [other for near in (-1, 0, 1) for other in self.placed.get((edge, height + near), ())]
        if len(beside) < self.needed - 1 or not beside:
            return False
        return bool(PAGE_NUMBER.fullmatch(line.text)) or any(
            _akin(line.text, other.text) for other in beside[:20]
        )

    def _is_part(self, line: PageLine, sheet: Sheet) -> bool:
        """Whether a line at the top of the first page, smaller than the text, is part of what runs on the others."""
        if sheet is not self.first or _edge(line, sheet.height) != "top":
            return False
        if line.size > _SMALLER * self.usual or " " not in line.text:
            return False
        said = _DIGITS.sub("#", line.text.casefold())
        return any(said in text for text in self.texts)


def _lines(sheet: Sheet) -> Iterator[PageLine]:
    return (line for column in sheet.columns for line in column if not line.table)


def _edge(line: PageLine, height: float) -> str:
    if line.bottom < _DEEPEST * height:
        return "top"
    return "bottom" if line.top > (1 - _DEEPEST) * height else ""


def _in_margin(line: PageLine, height: float) -> bool:
    return line.bottom < _MARGIN * height or line.top > (1 - _MARGIN) * height


def _key(line: PageLine, height: float) -> str:
    """What a line says without its numbers, and at which edge."""
    return f"{_edge(line, height)} {_DIGITS.sub('#', line.text)}"


def _without_page(text: str) -> str:
    """A line without a number at its beginning or end, which may be that of the page."""
    return _OUTER_NUMBER.sub("", text)


def _place(line: PageLine, height: float) -> tuple[str, int]:
    return _edge(line, height), round(line.middle / _NEAR)


def _akin(one: str, other: str) -> bool:
    """Whether two lines share most words of the shorter."""
    here, there = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return bool(here and there) and 2 * len(here & there) > min(len(here), len(there))
