"""A topic across the years as a chart: a lane for each document, in it a stroke for each passage found."""

from collections.abc import Callable, Sequence
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
class Stroke:
    """A passage; its height is its share of the best score.

    It is `proper` if it is of the topic proper, or perhaps carries on the item that was asked about.
    """

    x: float
    y: float
    width: float
    height: float
    proper: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A document: the years it speaks for, and its passages from left to right as they stand in it.

    `anchor` names where they stand on the page; `says` is the lane in words.
    """

    document: Document
    anchor: str
    x: int
    width: int
    strokes: tuple[Stroke, ...]
    best: Related | None
    count: str
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes in order of time over the same years; (name, whether there is room for it on a phone) of each year."""

    lanes: tuple[Lane, ...]
    years: tuple[tuple[str, bool], ...]

    @property
    def width(self) -> int:
        """Units across."""
        return YEAR * len(self.years)


def chart(found: Precedents) -> Chart:
    """The chart of what was found, at least one passage; an item that was asked about has a lane, too."""
    best = max(one.score for _, related in found.documents for one in related)
    item = found.passage

    def share(one: Related) -> float:
        return max(_SHORTEST, one.score / best if best > 0 else 0.0)

    def proper(one: Related) -> bool:
        return one.certainty is not None if item else share(one) >= ON_TOPIC

    shown = [
        (document, f"d{number}", related) for number, (document, related) in enumerate(found.documents, 1)
    ]
    shown += [(item.document, "item", ())] if item else []
    first = min(document.period[0] for document, _, _ in shown)
    last = max(document.period[1] for document, _, _ in shown)
    shown.sort(key=lambda one: (one[0].period, one[0].id))
    step = -(-(last - first + 1) // _LABELS)
    return Chart(
        tuple(_lane(document, anchor, related, first, share, proper) for document, anchor, related in shown),
        tuple(
            (str(year) if (year - first) % step == 0 else "", (year - first) % (2 * step) == 0)
            for year in range(first, last + 1)
        ),
    )


def _lane(
    document: Document,
    anchor: str,
    related: Sequence[Related],
    first: int,
    share: Callable[[Related], float],
    proper: Callable[[Related], bool],
) -> Lane:
    begin, end = document.period
    x, width = (begin - first) * YEAR, (end - begin + 1) * YEAR
    room = width / max(1, len(related))
    thick = min(_STROKE, room * _SHARE)
    strokes = []
    for place, one in enumerate(sorted(related, key=lambda one: one.passage.start)):
        left, height = x + place * room + (room - thick) / 2, HEIGHT * share(one)
        at, top, across, down = (round(value, 1) for value in (left, HEIGHT - height, thick, height))
        strokes.append(Stroke(at, top, across, down, proper(one)))
    best = min(related, key=lambda one: one.rank, default=None)
    count = "what was asked about" if best is None else f"{len(related)} passage{'s'[: len(related) > 1]}"
    years = str(begin) if begin == end else f"{begin} to {end}"
    nearest = f", the nearest of them number {best.rank} of all" if best else ""
    return Lane(document, anchor, x, width, tuple(strokes), best, count, f"{years}: {count}{nearest}")
