"""Tables of which each row is a property of one matter: a key, and what the document says under it.

Such tables have no header; it is in the first column, and their keys return in the other tables of their kind.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.layout import Span
from corpus.structure.elements import Element
from corpus.structure.tables import Row
from corpus.text.markup import plain
from corpus.text.ticks import ticked

_LONGEST_KEY, _MOST_WORDS = 60, 8
_LONGEST_MARK = 12  # characters in a grid of options, as "x" or "a, b"
_FEWEST = 2  # keys of such a table, and tables that have a key
_UNLIKE = 0.3  # share of the rows that may be something else


@dataclass(frozen=True, slots=True)
class _Table:
    """The elements from `begin` to `end`: a property in some of the rows, a title, or neither."""

    begin: int
    end: int
    properties: tuple[Element, ...]
    unlike: int


def with_properties(source: str, elements: Sequence[Element]) -> list[Element]:
    """The elements, rows of tables of properties as such: a grid of options is one with the row of its marks."""
    tables = [_read(source, elements, *bounds) for bounds in _tables(elements)]
    returning = _returning(tables)
    found: list[Element] = []
    position = 0
    for table in tables:
        keys = [element.labels[0].casefold() for element in table.properties if element.kind == "property"]
        known = sum(key in returning for key in keys)
        enough = known >= _FEWEST and 2 * known >= len(keys) and any(returning.get(key) for key in keys)
        if enough and table.unlike <= _UNLIKE * len(table.properties):
            found += [*elements[position : table.begin], *_without_empty(table.properties, returning)]
            position = table.end
    return [*found, *elements[position:]]


def _tables(elements: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """Runs of rows of one table each."""
    begin = 0
    while begin < len(elements):
        end = begin + 1
        while (
            elements[begin].kind == "row"
            and end < len(elements)
            and elements[end].kind == "row"
            and elements[end].table == elements[begin].table
            and (elements[end].table or not elements[end].after_blank)
        ):
            end += 1
        if elements[begin].kind == "row":
            yield begin, end
        begin = end


def _returning(tables: Sequence[_Table]) -> dict[str, bool]:
    """The keys that several tables have, and whether these do not all say the same of it: headers would."""
    said: dict[str, list[str]] = {}
    for table in tables:
        values = {
            element.labels[0].casefold(): element.text
            for element in table.properties
            if element.kind == "property"
        }
        for key, value in values.items():
            said.setdefault(key, []).append(value)
    return {key: len(set(values)) > 1 for key, values in said.items() if len(values) >= _FEWEST}


def _without_empty(properties: Sequence[Element], returning: Container[str]) -> Iterator[Element]:
    """The properties; a key of which nothing is said is no text."""
    for element in properties:
        row = element.row
        empty = element.kind == "row" and row is not None and row.filled == 1 and len(row.cells) > 1
        known = empty and row is not None and row.texts[0].rstrip(": ").casefold() in returning
        yield replace(element, kind="furniture", row=None) if known else element


def _read(source: str, elements: Sequence[Element], begin: int, end: int) -> _Table:
    found: list[Element] = []
    unlike = 0
    position = begin
    while position < end:
        element = elements[position]
        stop = position + 1
        while stop < end and _goes_on(elements[position], elements[stop]):
            stop += 1
        if title := _title(element):
            found.append(title)
        elif key := _key(element):
            found.append(_property(source, key, elements[position:stop]))
        else:
            found += elements[position:stop]
            unlike += 1
        position = stop
    return _Table(begin, end, tuple(found), unlike)


def _filled(row: Row) -> list[tuple[Span, str]]:
    """The cells that are not empty, one that goes over several columns once."""
    return list(dict.fromkeys((span, text) for span, text in zip(row.cells, row.texts, strict=True) if text))


def _title(element: Element) -> Element | None:
    """A row that is one cell over all columns, as the title of what comes below it."""
    row = element.row
    if row is None or len(row.cells) < 2 or len(set(row.cells)) > 1:
        return None
    return replace(element, kind="group", row=row)


def _key(element: Element) -> str | None:
    row = element.row
    if row is None or row.delimiter or element.header or len(_filled(row)) < 2 or not row.texts[0]:
        return None
    key = row.texts[0].rstrip(": ")
    fits = 0 < len(key) <= _LONGEST_KEY and len(key.split()) <= _MOST_WORDS and not key.endswith(".")
    return key if fits and key[0].isalpha() else None


def _goes_on(first: Element, element: Element) -> bool:
    """Whether a row has no key of its own: the marks of a grid, or the rest of a value."""
    row, head = element.row, first.row
    if row is None or head is None or not _filled(row) or len(row.cells) < 2:
        return False
    return not row.texts[0] or (row.texts[0] == head.texts[0] and row.cells[0] != row.cells[-1])


def _property(source: str, key: str, rows: Sequence[Element]) -> Element:
    """One element of kind "property", whose cells are its values: of a grid, the options that are marked."""
    first, last = rows[0], rows[-1]
    cells = _values(source, [row.row for row in rows if row.row])
    texts = tuple(plain(source[start:end]) for start, end in cells)
    return replace(
        first,
        kind="property",
        text=source[first.start : last.end],
        end=last.end,
        row=Row(first.start, last.end, tuple(cells), texts),
        labels=(key,) * len(cells) or (key,),
    )


def _values(source: str, rows: Sequence[Row]) -> list[Span]:
    options = [span for span, _ in _filled(rows[0])[1:]]
    if len(options) == 1:
        return [(options[0][0], max(span[1] for row in rows for span, _ in _filled(row)))]
    boxes = [span for span in options if ticked(source[slice(*span)])]
    marked = [
        span
        for row in rows[1:]
        for place, text in enumerate(row.texts)
        if place and 0 < len(text) <= _LONGEST_MARK and place < len(rows[0].cells)
        if (span := rows[0].cells[place]) in options
    ]
    return sorted(set(marked)) or boxes or options
