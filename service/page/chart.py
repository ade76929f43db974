"""A topic across the years as a chart: a lane for each document, in it a stroke for each passage found."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Document
from service.precedents import ON_TOPIC, Related

YEAR = 100  # units across that a year takes in a lane's drawing
HEIGHT = 40  # units down
_STROKE = 14.0  # the widest
_SHARE = 0.6  # of the room of a passage that its stroke takes
_SHORTEST = 0.12  # of a lane's height, so that no stroke vanishes
_LABELS = 12  # years that are named at most


@dataclass(frozen=True, slots=True)
class Stroke:
    """A passage, as it stands in its document from left to right; its height is its share of the best score."""

    x: float
    y: float
    width: float
    height: float
    proper: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A document: the years it speaks for, and its passages."""

    document: Document
    x: int
    width: int
    strokes: tuple[Stroke, ...]
    best: Related | None
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes in order of time over the same years; a year that is not named is ""."""

    lanes: tuple[Lane, ...]
    years: tuple[str, ...]

    @property
    def width(self) -> int:
        """Units across."""
        return YEAR * len(self.years)


def chart(documents: Sequence[tuple[Document, Sequence[Related]]]) -> Chart:
    """The chart of what was found in `documents`, of which there is at least one."""
    first = min(document.period[0] for document, _ in documents)
    last = max(document.period[1] for document, _ in documents)
    best = max((one.score for _, found in documents for one in found), default=0.0)
    step = -(-(last - first + 1) // _LABELS)
    return Chart(
        tuple(_lane(document, found, first, best) for document, found in documents),
        tuple(str(year) if (year - first) % step == 0 else "" for year in range(first, last + 1)),
    )


def _lane(document: Document, found: Sequence[Related], first: int, best: float) -> Lane:
    begin, end = document.period
    x, width = (begin - first) * YEAR, (end - begin + 1) * YEAR
    room = width / max(1, len(found))
    thick = min(_STROKE, room * _SHARE)
    strokes = []
    for place, one in enumerate(sorted(found, key=lambda one: one.passage.start)):
        share = one.score / best if best > 0 else 0.0
        height = HEIGHT * max(_SHORTEST, share)
        left = x + place * room + (room - thick) / 2
        strokes.append(
            Stroke(
                round(left, 1),
                round(HEIGHT - height, 1),
                round(thick, 1),
                round(height, 1),
                share >= ON_TOPIC,
            )
        )
    years = str(begin) if begin == end else f"{begin} to {end}"
    passages = "1 passage" if len(found) == 1 else f"{len(found)} passages"
    nearest = min(found, key=lambda one: one.rank, default=None)
    rank = f", the best of them number {nearest.rank} of all" if nearest else ""
    return Lane(document, x, width, tuple(strokes), nearest, f"{years}: {passages}{rank}")
