"""Ruled tables on the page of a PDF, by pdfplumber: where their cells are, open sides closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.page import Page

from corpus.readers import limits
from corpus.readers.extracted import one_line
from corpus.readers.pdf_words import HYPHEN, Box

_NEAR = 3.0  # points within which rules touch
SHORTEST_RULE = 8.0  # points: a shorter line rules nothing
_LEAST_FILLED = 0.5  # share of cells with text in them; plots and frames have less
_LONGEST_CELL = 4_000  # characters; more is a page with a frame


@dataclass(frozen=True, slots=True)
class _Edges:
    across: tuple[Any, ...]
    down: tuple[Any, ...]


def tables(page: Page, words: Sequence[Box]) -> list[Box]:
    """Each table of a page as one box, its text the rows as lines with tabs between the cells."""
    found: list[Box] = []
    for edges in _groups([e for e in page.edges if _length(e) >= SHORTEST_RULE]):
        across, down = edges.across, edges.down
        x0, x1 = min(e["x0"] for e in across), max(e["x1"] for e in across)
        top = min(e["top"] for e in (*across, *down))
        bottom = max(e["bottom"] for e in (*across, *down))
        settings = {
            "explicit_vertical_lines": [
                *_inside(down, x0, x1),
                _side(x0, top, bottom),
                _side(x1, top, bottom),
            ],
            "explicit_horizontal_lines": [*across, _floor(x0, x1, top), _floor(x0, x1, bottom)],
            "vertical_strategy": "explicit",
            "horizontal_strategy": "explicit",
            "snap_tolerance": _NEAR,
            "intersection_tolerance": _NEAR,
        }
        for table in page.find_tables(settings):
            box = _read(page, table, words)
            if box and not any(_inside_of(box, other) for other in found):
                found.append(box)
    return found


def _length(edge: Any) -> float:
    return float(max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]))


def _groups(edges: Iterable[Any]) -> list[_Edges]:
    """Rules that touch one another, where both kinds are among them."""
    groups: list[list[Any]] = []
    for edge in edges:
        touching = [group for group in groups if any(_touch(edge, other) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([edge, *(other for group in touching for other in group)])
    divided = [
        _Edges(
            tuple(e for e in group if e["orientation"] == "h"),
            tuple(e for e in group if e["orientation"] == "v"),
        )
        for group in groups
    ]
    return [edges for edges in divided if edges.across and edges.down]


def _touch(one: Any, other: Any) -> bool:
    return bool(
        one["x0"] <= other["x1"] + _NEAR
        and other["x0"] <= one["x1"] + _NEAR
        and one["top"] <= other["bottom"] + _NEAR
        and other["top"] <= one["bottom"] + _NEAR
    )


def _inside(down: Iterable[Any], x0: float, x1: float) -> list[Any]:
    return [edge for edge in down if x0 - _NEAR <= edge["x0"] <= x1 + _NEAR]


def _side(x: float, top: float, bottom: float) -> dict[str, Any]:
    return _edge(x, x, top, bottom, "v")


def _floor(x0: float, x1: float, y: float) -> dict[str, Any]:
    return _edge(x0, x1, y, y, "h")


def _edge(x0: float, x1: float, top: float, bottom: float, orientation: str) -> dict[str, Any]:
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": orientation, "object_type": "line",
    }  # fmt: skip


def _read(page: Page, table: Any, words: Sequence[Box]) -> Box | None:
    """The table as a box, or None where its cells hold too little, or what is in them is a drawing's."""
    cells = [list(row.cells) for row in table.rows]
    if sum(map(len, cells)) > limits.TABLE_CELLS:
        return None
    x0, top, x1, bottom = table.bbox
    within = [word for word in words if holds((x0, top, x1, bottom), word)]
    if any(not any(cell and holds(cell, word) for row in cells for cell in row) for word in within):
        return None  # a word between cells would be lost
    rows = _texts(cells, within)
    rows = [row for row in rows if any(row)]
    used = [k for k in range(max(map(len, rows), default=0)) if any(row[k : k + 1] != [""] for row in rows)]
    rows = [[row[k] for k in used if k < len(row)] for row in rows]
    width = max(map(len, rows), default=0)
    filled = sum(bool(text) for row in rows for text in row)
    longest = max((len(text) for row in rows for text in row), default=0)
    if width < 2 or filled < _LEAST_FILLED * len(rows) * width or longest > _LONGEST_CELL:
        return None
    text = "\n".join("\t".join(row) for row in rows)
    if not _set_in_lines(cells, within) or not _on(page, table.bbox):
        return None
    size = max(word.size for word in within)
    return Box(x0, top, x1, bottom, text, size, rows=len(rows))


def _texts(rows: Sequence[Sequence[Any]], words: Sequence[Box]) -> list[list[str]]:
    """The text of each cell; one that spans rows is given in each of them, one that spans columns in the first."""
    texts: list[list[str]] = []
    above: dict[int, tuple[float, str]] = {}  # column → the lower end of the cell last begun there, its text
    for row in rows:
        bottom = min((cell[3] for cell in row if cell), default=0.0)
        for column, cell in enumerate(row):
            if cell:
                above[column] = (cell[3], cell_text(word for word in words if holds(cell, word)))
        reach = [above.get(column, (0.0, "")) for column in range(len(row))]
        texts.append([text if lower >= bottom - _NEAR else "" for lower, text in reach])
    return texts


def holds(cell: tuple[float, float, float, float], word: Box) -> bool:
    """Whether the middle of `word` lies in `cell`: x0, top, x1, bottom."""
    return cell[0] <= (word.x0 + word.x1) / 2 < cell[2] and cell[1] <= word.middle < cell[3]


def _on(page: Page, bbox: tuple[float, float, float, float]) -> bool:
    x0, top, x1, bottom = bbox
    return x0 >= -_NEAR and top >= -_NEAR and x1 <= page.width + _NEAR and bottom <= page.height + _NEAR


def _set_in_lines(rows: Iterable[Iterable[Any]], words: Sequence[Box]) -> bool:
    """Whether most cells of several lines have a common edge or middle, as text has and a plot's labels have not."""
    cells = [_lines(word for word in words if cell and holds(cell, word)) for row in rows for cell in row]
    tall = [lines for lines in cells if len(lines) > 2]
    return 2 * sum(map(_aligned, tall)) >= len(tall)


def _aligned(lines: Sequence[Sequence[Box]]) -> bool:
    lefts, rights = [line[0].x0 for line in lines], [line[-1].x1 for line in lines]
    middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    return any(
        2 * max(sum(abs(place - other) <= _NEAR for other in places) for place in places) > len(places)
        for places in (lefts, rights, middles)
    )


def _lines(words: Iterable[Box]) -> list[list[Box]]:
    """The words by line, each from left to right."""
    lines: list[list[Box]] = []
    for word in sorted(words, key=lambda word: word.middle):
        if lines and word.middle - lines[-1][0].middle < word.size / 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def cell_text(words: Iterable[Box]) -> str:
    """The words of a cell line by line; a word cut by the line's end is one again."""
    ordered = (word.text for line in _lines(words) for word in line)
    return one_line(" ".join(ordered).replace(f"{HYPHEN} ", "").replace(HYPHEN, "-"))


def _inside_of(box: Box, other: Box) -> bool:
    return other.x0 <= box.x0 + _NEAR and box.x1 <= other.x1 + _NEAR and (
        other.top <= box.top + _NEAR and box.bottom <= other.bottom + _NEAR
    )  # fmt: skip
