"""Elements → blocks: finds titles, headings and labels, and the section of each block."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from corpus.layout import ROW_HEADED, Piece
from corpus.structure.elements import Element, are_marked_up, from_pieces, scan, visible
from corpus.structure.headings import heading_levels
from corpus.structure.lists import OpenLists
from corpus.structure.properties import with_properties
from corpus.structure.tables import Row, find_header, is_group, looks_like_header
from corpus.structure.units import with_units
from corpus.text.dates import MONTH_START, YEAR
from corpus.text.markers import decimal_depth, is_attachment
from corpus.text.markup import plain
from corpus.types import Block, BlockKind

_DATE = re.compile(
    rf"\b(?:{MONTH_START})[a-z]*\.?,?\s+(?:\d{{1,2}},?\s+)?{YEAR}\b",
    re.IGNORECASE,
)
_HEADING_MARKS = re.compile(r"^#+|(?<=\s)#+\s*$|^\s*(?:=+|-{3,})\s*$")
_WORD = re.compile(r"[^\W_]{3,}")
_SMALL_WORDS = frozenset({"the", "and", "for", "with", "from", "its", "their", "into", "this", "that"})
_LONGEST_LABEL = 120
_LONGEST_RUN = 3  # more short lines than this in a row are a list without marks, not headings
_LONGEST_TITLE = 8  # lines of the title of a document or an attachment

# How far out a heading stands; Markdown's own levels are kept as they are.
_ATTACHMENT, _NUMBERED, _PLAIN, _LABEL, _GROUP = 1, 2, 7, 9, 10
DEFINITION_HEADERS = ("Term", "Definition")


def blocks(source: str, title: str = "", pieces: Sequence[Piece] = ()) -> list[Block]:
    """The blocks of `source` in order, with their section paths.

    `title` comes from the catalogue: it tells which lines at the top are the title. `pieces` come from the reader of a
    file that is no plain text.
    Every non-blank character of `source` lies in exactly one block.
    """
    seen = from_pieces(source, pieces) if pieces else scan(source)
    elements = with_units(source, with_properties(source, seen))
    return list(_Outline(source, elements, _ranks(elements, title)).blocks())


def _ranks(elements: Sequence[Element], title: str) -> dict[int, int]:
    """Rank of each element that is a heading or label, by index; 0 for the lines of the document's title."""
    ranks = dict.fromkeys(_title_lines(elements, title), 0)
    levels = heading_levels(elements)
    if levels or are_marked_up(elements):
        return levels | ranks
    marked_up = sum(element.kind == "heading" for element in elements) > 1
    short = [element.kind == "text" and element.heading_like for element in elements]
    for index in range(len(elements)):
        if index in ranks:
            continue
        rank = _rank(elements, index, ranks, short, marked_up=marked_up)
        if rank is not None:
            ranks[index] = rank
    return ranks


def _title_lines(elements: Sequence[Element], title: str) -> list[int]:
    run = []
    first = next((n for n, element in enumerate(elements) if element.kind != "furniture"), 0)
    for index, element in enumerate(elements[first : first + _LONGEST_TITLE], first):
        if not (element.kind == "heading" or (element.kind == "text" and element.heading_like)):
            break
        run.append(index)
    if len(run) == len(elements) - first:
        return []
    belongs = [k for k in run if _shares_words(elements[k].text, title) or _DATE.search(elements[k].text)]
    return run[: belongs[-1] + 1] if belongs else []


def _shares_words(text: str, title: str) -> bool:
    words = {w.lower() for w in _WORD.findall(plain(text))} - _SMALL_WORDS
    known = {w.lower() for w in _WORD.findall(title)}
    return bool(words) and 2 * len(words & known) >= len(words)


def _rank(
    elements: Sequence[Element], index: int, ranks: dict[int, int], short: Sequence[bool], *, marked_up: bool
) -> int | None:
    element = elements[index]
    if element.kind == "heading":
        return element.level
    if element.kind not in ("text", "item"):
        return None
    before, after = visible(elements, index, -1), visible(elements, index, 1)
    if after is None:
        return None
    if element.kind == "item":
        return _numbered_rank(element, before, after, before_is_heading=index - 1 in ranks)
    if _is_label(element, after):
        return _LABEL
    if not short[index] or _owned(index, ranks) or not element.after_blank:
        return None
    if is_attachment(element.text) and len(element.text) <= _LONGEST_LABEL:
        return _ATTACHMENT
    if depth := decimal_depth(element.text):
        return min(_NUMBERED + depth, _PLAIN) - 1
    if marked_up and not element.stands_alone:
        return None
    return None if _in_long_run(index, ranks, short) else _PLAIN


def _numbered_rank(
    element: Element, before: Element | None, after: Element, *, before_is_heading: bool
) -> int | None:
    """A numbered line is a heading when it stands by itself and its neighbours do not count on with it."""
    marker = element.marker
    if marker is None or marker.bullet or marker.enumerator is None or marker.indent:
        return None
    if not any(style in ("1", "A", "Ai") for style, _ in marker.enumerator.readings):
        return None
    if not (element.after_blank and after.after_blank and element.heading_like):
        return None
    counts_on = after.kind == "item" and after.marker and after.marker.enumerator
    if counts_on and counts_on.follows(marker.enumerator):
        return None
    counted = before and before.kind == "item" and before.marker and before.marker.enumerator
    if counted and not before_is_heading and marker.enumerator.follows(counted):
        return None
    return _NUMBERED


def _is_label(element: Element, after: Element) -> bool:
    """A short line ending in a colon owns the paragraphs after it; before a list it is only a lead-in."""
    shown = plain(element.text)
    return shown.endswith(":") and len(shown) <= _LONGEST_LABEL and after.kind == "text" and after.after_blank


def _owned(index: int, ranks: dict[int, int]) -> bool:
    return ranks.get(index - 1) == _LABEL


def _in_long_run(index: int, ranks: dict[int, int], short: Sequence[bool]) -> bool:
    """Whether the line is in a run of more short lines than headings or an attachment's title have."""
    first = last = index
    while index - first <= _LONGEST_TITLE and _precedes(first - 1, ranks, short):
        first -= 1
    while last - first <= _LONGEST_TITLE and last + 1 < len(short) and short[last + 1]:
        last += 1
    longest = _LONGEST_TITLE if ranks.get(first - 1) == _ATTACHMENT else _LONGEST_RUN
    return last - first + 1 > longest


def _precedes(index: int, ranks: dict[int, int], short: Sequence[bool]) -> bool:
    return index >= 0 and ranks.get(index, _PLAIN) == _PLAIN and short[index]


@dataclass(slots=True)
class _Outline:
    """Walks the elements once, holding the path of headings and the open lists."""

    source: str
    elements: Sequence[Element]
    ranks: dict[int, int]
    path: list[tuple[int, str]] = field(default_factory=list)
    lists: OpenLists = field(default_factory=OpenLists)

    def blocks(self) -> Iterator[Block]:
        index = 0
        while index < len(self.elements):
            stop = self._run(index)
            yield from self._read(index, stop)
            index = stop

    def _run(self, index: int) -> int:
        """The end of the run at `index`: title lines, lines of one heading, or rows of one table."""
        kind = self.elements[index].kind
        rank = self.ranks.get(index)
        stop = index + 1
        if kind == "row":
            while stop < len(self.elements) and self._same_table(index, stop):
                stop += 1
            while self.elements[stop - 1].kind == "furniture":
                stop -= 1
        elif rank == 0 or (rank in (_ATTACHMENT, _PLAIN) and kind == "text"):
            goes_on = (0,) if rank == 0 else (_PLAIN,)
            while self.ranks.get(stop) in goes_on:
                stop += 1
        return stop

    def _same_table(self, first: int, index: int) -> bool:
        element, start = self.elements[index], self.elements[first].row
        if element.kind == "furniture":
            return True
        if element.kind != "row" or element.row is None or start is None or element.row.pipes != start.pipes:
            return False
        if element.table:
            return element.table == self.elements[first].table
        if element.row.texts != start.texts and self._has_delimiter_below(index):
            return False
        if element.after_blank and len(element.row.texts) > len(start.texts):
            return False
        return not (
            element.after_blank and element.row.texts != start.texts and looks_like_header(element.row)
        )

    def _has_delimiter_below(self, index: int) -> bool:
        this, below = self.elements[index].row, self.elements[index + 1 : index + 2]
        return bool(this and not this.delimiter and below and below[0].row and below[0].row.delimiter)

    def _read(self, index: int, stop: int) -> Iterator[Block]:
        run = self.elements[index:stop]
        first, rank = run[0], self.ranks.get(index)
        if first.kind not in ("property", "furniture"):
            self._close(_GROUP)
        if first.kind == "row":
            yield from self._table(run)
        elif first.kind == "group" and first.row:
            self.path.append((_GROUP, first.row.texts[0]))
            yield Block("group", first.start, first.end, self._section())
        elif first.kind == "property" and first.row:
            self.lists.clear()
            group = self.path[-1][1] if self.path and self.path[-1][0] == _GROUP else None
            yield Block(
                "row", first.start, first.end, self._section(), (), first.row.cells, first.labels, group
            )
        elif first.kind == "unit" and first.row:
            self.lists.clear()
            yield Block("row", first.start, first.end, self._section(), (), first.row.cells, first.labels)
        elif first.kind in ("furniture", "contents"):
            yield Block(first.kind, first.start, first.end)
        elif first.kind in ("caption", "footnote"):
            yield Block(first.kind, first.start, first.end, self._section())
        elif rank is not None:
            yield self._heading(run, rank)
        elif first.kind == "item" and first.marker:
            lead_in = self.lists.item(first.text, first.marker)
            yield Block("item", first.start, first.end, self._section(), lead_in)
        elif first.kind == "definition":
            yield self._definition(first)
        else:
            lead_in = self.lists.paragraph(first.text)
            yield Block("paragraph", first.start, first.end, self._section(), lead_in)

    def _heading(self, run: Sequence[Element], rank: int) -> Block:
        self.lists.clear()
        if rank == 0:
            return Block("title", run[0].start, run[-1].end)
        self._close(rank)
        name = " – ".join(_heading_name(element) for element in run)
        self.path.append((rank, name))
        if rank == _LABEL:
            return Block("label", run[0].start, run[0].end, self._section())
        kind: BlockKind = "title" if rank == _ATTACHMENT and len(run) > 1 else "heading"
        return Block(kind, run[0].start, run[-1].end, self._section())

    def _definition(self, element: Element) -> Block:
        self.lists.clear()
        body = self.source[element.term_end : element.end]
        start = element.term_end + len(body) - len(body.lstrip().removeprefix(":").lstrip())
        cells = ((element.start, element.term_end), (start, element.end))
        return Block("definition", element.start, element.end, self._section(), (), cells, DEFINITION_HEADERS)

    def _table(self, run: Sequence[Element]) -> Iterator[Block]:
        self.lists.clear()
        titles = _titles(run)
        heads = _declared_header(run[titles:])
        header = heads[-1] if heads else _header(run[titles:])
        width = max(len(element.row.texts) for element in run if element.row)
        names = _column_names(_named(heads), width) if heads else _column_names(header, width)
        group: str | None = None
        for number, element in enumerate(run):
            row = element.row
            if row is None:
                yield Block("furniture", element.start, element.end)
            elif number >= titles and (
                row.delimiter or element.header or (header and row.texts == header.texts)
            ):
                yield Block("header", row.start, row.end, self._section())
            elif number < titles and not is_group(row):
                yield Block("paragraph", row.start, row.end, self._section())
            elif number < titles or (header and is_group(row)):
                group = row.texts[0]
                self._close(_GROUP)
                self.path.append((_GROUP, group))
                yield Block("group", row.start, row.end, self._section())
            else:
                kind: BlockKind = "row" if names != DEFINITION_HEADERS else "definition"
                yield Block(kind, row.start, row.end, self._section(), (), row.cells, names, group)
        self._close(_GROUP)

    def _section(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.path)

    def _close(self, rank: int) -> None:
        while self.path and self.path[-1][0] >= rank:
            self.path.pop()


def _titles(run: Sequence[Element]) -> int:
    """1 where the first row is the title of the table: one cell over all columns, above rows of several cells."""
    rows = [element.row for element in run[:3]]
    if len(rows) < 3 or not all(rows):
        return 0
    first, *others = [row for row in rows if row]
    over_all = len(first.cells) > 1 and len(set(first.cells)) == 1
    return int(over_all and all(row.filled > 1 for row in others))


def _heading_name(element: Element) -> str:
    text = element.text
    if element.kind == "heading":
        text = " ".join(_HEADING_MARKS.sub("", line) for line in text.splitlines())
    return plain(text)


def _header(run: Sequence[Element]) -> Row | None:
    if run[0].look and run[0].look.name == ROW_HEADED:
        return None
    rows = [element.row for element in run if element.row]
    for row, following in pairwise(rows):
        if following.delimiter and not row.delimiter:
            return row
    written = [row for row in rows if not row.delimiter]
    return find_header(written) if written else None


def _declared_header(run: Sequence[Element]) -> list[Row]:
    """The rows at the top of a table that its reader saw as the heading of its columns."""
    found = []
    for element in run:
        if element.row is None or not element.header:
            break
        found.append(element.row)
    return found


def _named(heads: Sequence[Row]) -> Row:
    """Header rows as one: a column has the names of all rows above it, outermost first, each once."""
    width = max(len(row.texts) for row in heads)
    names = (
        dict.fromkeys(row.texts[n] for row in heads if n < len(row.texts) and row.texts[n])
        for n in range(width)
    )
    return replace(heads[-1], texts=tuple(" – ".join(column) for column in names))


def _column_names(header: Row | None, width: int) -> tuple[str, ...]:
    if header is None and width == 2:
        return DEFINITION_HEADERS
    texts = header.texts if header else ()
    names: dict[str, None] = {}
    for column in range(width):
        name = texts[column] if column < len(texts) and texts[column] else f"Column {column + 1}"
        while name in names:
            name = f"{name} ({column + 1})"
        names[name] = None
    return tuple(names)
