"""Elements that belong together as one unit: a title with the labels below it, a number with its answer."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.layout import Span
from corpus.structure.elements import Element
from corpus.structure.tables import Row
from corpus.text.markers import Enumerator, Marker
from corpus.text.markup import plain

TITLE = "Item"  # the field that holds the title of a unit, and what is said between it and the first label
_LABEL = re.compile(
    r"[ \t]*(?:[*_]{1,3})?(?P<name>[^\W\d_][^:\n|\t]{0,50}?)(?:[*_]{1,3})?:(?:[*_]{1,3})?[ \t]+(?=\S)"
)
_MOST_WORDS = 6  # of a label
_Label = tuple[str, Span]  # the name, and where its value is
_FEWEST = 2  # labels of a unit
_LONGEST = 1_500  # characters of a unit
_LONG_VALUE = 400  # characters after a label: as long as a paragraph
_USUAL_VALUE = 200  # characters after the labels of a unit, on average
_NUMBER = re.compile(r"(?:\d{1,3}\.)*(?P<last>\d{1,3})(?:\s?[-–]\s?\d{1,3})?\.?")


def with_units(source: str, elements: Sequence[Element]) -> list[Element]:
    """The elements, those of a unit as one."""
    return _with_labels(source, list(_with_numbers(source, elements)))


def _with_numbers(source: str, elements: Sequence[Element]) -> Iterator[Element]:
    """A number alone on its line, where several are, and the text after it are one item."""
    alone = {
        n for n, element in enumerate(elements) if element.kind == "text" and _NUMBER.fullmatch(element.text)
    }
    answered = {
        n for n in alone if n + 1 < len(elements) and elements[n + 1].kind == "text" and n + 1 not in alone
    }
    if len(answered) < _FEWEST:
        answered = set()
    for n, element in enumerate(elements):
        if n in answered:
            text = source[element.start : elements[n + 1].end]
            width = elements[n + 1].start - element.start
            number = _NUMBER.fullmatch(element.text)
            enumerator = Enumerator(frozenset({("1", int(number["last"]))})) if number else None
            marker = Marker(0, False, enumerator, width)
            yield replace(
                element,
                kind="item",
                text=text,
                end=elements[n + 1].end,
                marker=marker,
                look=elements[n + 1].look,
            )
        elif n - 1 not in answered:
            yield element


def _with_labels(source: str, elements: list[Element]) -> list[Element]:
    """A title and the lines below it that begin with labels, where the same labels return in other such units."""
    runs = [_labels(source, element) for element in elements]
    known = Counter(name for run in runs for name in {name.casefold() for name, _ in run})
    returning = [bool(run) and all(known[name.casefold()] > 1 for name, _ in run) for run in runs]
    found: list[Element] = []
    n = 0
    while n < len(elements):
        end = _run(runs, returning, n)
        stop = _unit_end(runs, n, end)
        labels = [label for run in runs[n:stop] for label in run]
        begin = _title_before(found, elements[n].start)
        first = found[begin].start if begin < len(found) else elements[n].start
        if len(labels) >= _FEWEST and elements[stop - 1].end - first <= _LONGEST:
            found[begin:] = [_unit(source, found[begin:], elements[n:stop], labels)]
        else:
            stop = max(end, n + 1)
            found += elements[n:stop]
        n = stop
    return found


def _run(runs: Sequence[Sequence[_Label]], returning: Sequence[bool], first: int) -> int:
    """The end of the elements from `first` on of which every line has a label, each once."""
    stop = first
    names: set[str] = set()
    while stop < len(runs) and returning[stop] and names.isdisjoint(name for name, _ in runs[stop]):
        names |= {name for name, _ in runs[stop]}
        stop += 1
    return stop


def _unit_end(runs: Sequence[Sequence[_Label]], first: int, end: int) -> int:
    """Where the unit in such a run ends; `first` where its labels head the paragraphs of a text.

    The last value may be long: it is left out.
    """
    lengths = [[stop - start for _, (start, stop) in run] for run in runs[first:end]]
    long = [n for n, own in enumerate(lengths, first) if max(own) > _LONG_VALUE]
    if len(long) > 1 or (long and long[0] < end - 1):
        return first
    stop = long[0] if long else end
    values = [length for own in lengths[: stop - first] for length in own]
    return stop if sum(values) <= _USUAL_VALUE * len(values) else first


def _labels(source: str, element: Element) -> list[_Label]:
    """The label and the span of the value of each line of an element; none unless every line has one."""
    if element.kind not in ("text", "item"):
        return []
    begin = element.start + (element.marker.width if element.marker else 0)
    found: list[_Label] = []
    for line in re.finditer(r"[^\n]+", source[begin : element.end]):
        match = _LABEL.match(line.group())
        if match is None or len(match["name"].split()) > _MOST_WORDS or match["name"][-1].isdigit():
            if not found:
                return []
            name, (start, _) = found[-1]  # a value that goes on in the next line
            found[-1] = name, (start, begin + line.end())
            continue
        found.append((plain(match["name"]), (begin + line.start() + match.end(), begin + line.end())))
    return found if all(start < end for _, (start, end) in found) else []


def _title_before(found: Sequence[Element], start: int) -> int:
    """Where the title of a unit begins among the elements before it: a heading-like line, one paragraph between."""
    for back in (1, 2):
        if back > len(found):
            break
        element = found[-back]
        wrapped = element.look is not None and element.look.size > 0  # its lines end where the page does
        first_line = element.text if wrapped else element.text.split("\n", 1)[0]
        if element.kind == "heading":
            return len(found) - back
        if element.kind == "text" and replace(element, text=first_line).heading_like:
            return len(found) - back
        if element.kind not in ("text", "item") or start - element.start > _LONGEST:
            break
    return len(found)


def _unit(
    source: str, title: Sequence[Element], body: Sequence[Element], labels: Sequence[_Label]
) -> Element:
    """One element of kind "unit": its cells are the title, if there is one, and the values."""
    begin = title[0].start if title else body[0].start
    cells = [*([(title[0].start, title[-1].end)] if title else []), *(span for _, span in labels)]
    names = (*([TITLE] if title else []), *(name for name, _ in labels))
    texts = tuple(plain(source[start:end]) for start, end in cells)
    row = Row(begin, body[-1].end, tuple(cells), texts)
    text = source[begin : body[-1].end]
    return Element(
        "unit", text, begin, body[-1].end, after_blank=True, row=row, labels=names, look=body[0].look
    )
