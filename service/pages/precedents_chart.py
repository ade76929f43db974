"""A topic across the years as a chart: a lane for each document, in it a stroke for each passage found."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Document
from service.precedents import ON_TOPIC, Precedents, Related

YEAR = 100  # units across that a year takes in a lane's drawing
HEIGHT = 40  # units down
_STROKE = 14.0  # the widest
_SHARE = 0.6  # of the room of a passage that its stroke takes
_SHORTEST = 0.12  # of a lane's height, so that no stroke vanishes
_LABELS = 12  # years that are named at most


@dataclass(frozen=True, slots=True)
class ChartStroke:
    """A passage; its height is its share of the best score.

    It is `proper` if it is on the topic, or possibly carries on the item that was asked about.
    """

    x: float
    y: float
    width: float
    height: float
    proper: bool


@dataclass(frozen=True, slots=True)
class ChartLane:
    """A document: its years, and its passages from left to right in the order of the text.

    `anchor` is their id on the page; `says` is the lane in words.
    """

    document: Document
    anchor: str
    x: int
    width: int
    strokes: tuple[ChartStroke, ...]
    best: Related | None
    count: str
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes in order of time over the same years; (name, whether a phone has room for it) of each year."""

    lanes: tuple[ChartLane, ...]
    years: tuple[tuple[str, bool], ...]

    @property
    def width(self) -> int:
        return YEAR * len(self.years)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The year at the left edge, the score of the highest stroke, and whether an item was asked about."""

    first: int
    best: float
    by_item: bool

    def share(self, related: Related) -> float:
        return max(_SHORTEST, related.score / self.best if self.best > 0 else 0.0)

    def proper(self, related: Related) -> bool:
        return related.certainty is not None if self.by_item else self.share(related) >= ON_TOPIC


def chart(found: Precedents) -> Chart:
    """The chart of at least one passage; the item that was asked about has a lane, too."""
    groups = [
        (document, f"d{number}", related) for number, (document, related) in enumerate(found.documents, 1)
    ]
    if found.passage:
        groups.append((found.passage.document, "item", ()))
    groups.sort(key=lambda group: (group[0].period, group[0].id))
    first = min(document.period[0] for document, _, _ in groups)
    last = max(document.period[1] for document, _, _ in groups)
    best = max(one.score for _, related in found.documents for one in related)
    scale = _Scale(first, best, by_item=found.passage is not None)
    lanes = tuple(_lane(scale, document, anchor, related) for document, anchor, related in groups)
    return Chart(lanes, tuple(_years(first, last)))


def _years(first: int, last: int) -> list[tuple[str, bool]]:
    """(Name or "", whether a phone has room for it) of each year."""
    step = -(-(last - first + 1) // _LABELS)
    return [
        (str(year) if (year - first) % step == 0 else "", (year - first) % (2 * step) == 0)
        for year in range(first, last + 1)
    ]


def _lane(scale: _Scale, document: Document, anchor: str, related: Sequence[Related]) -> ChartLane:
    begin, end = document.period
    x, width = (begin - scale.first) * YEAR, (end - begin + 1) * YEAR
    strokes = _strokes(scale, x, width, related)
    best = min(related, key=lambda one: one.rank, default=None)
    count = "this passage" if best is None else f"{len(related)} passage{'s'[: len(related) > 1]}"
    years = str(begin) if begin == end else f"{begin} to {end}"
    closest = f", the closest ranked {best.rank}" if best else ""
    return ChartLane(document, anchor, x, width, strokes, best, count, f"{years}: {count}{closest}")


def _strokes(scale: _Scale, x: int, width: int, related: Sequence[Related]) -> tuple[ChartStroke, ...]:
    room = width / max(1, len(related))
    thick = min(_STROKE, room * _SHARE)
    strokes = []
    for place, one in enumerate(sorted(related, key=lambda one: one.passage.start)):
        left, height = x + place * room + (room - thick) / 2, HEIGHT * scale.share(one)
        x0, y0, across, down = (round(value, 1) for value in (left, HEIGHT - height, thick, height))
        strokes.append(ChartStroke(x0, y0, across, down, scale.proper(one)))
    return tuple(strokes)
