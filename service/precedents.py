"""What came before and after a topic or an item: passages by document in order of time, and what continued them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Self

from corpus.identity.series import same_series
from corpus.types import Document, Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.precedents import Certainty, Likeness, PairScore, action_span, precedent_model
from index.retrieval.highlights import Highlight
from index.search import search
from service.answering.types import Citation
from service.errors import UnknownError

ON_TOPIC = 0.7
"""A passage is of the topic from this share of the best score on: F1 is best there (docs/precedents.md)."""
SAID = {
    "continued": "continued",
    "new": "not found in the earlier document",
    "dropped": "not found in the later document",
}
"""What a reader is told: that no passage matches does not show that a commitment is new or was given up."""
_MOST_MATCHES = 3  # of one passage in one document


@dataclass(frozen=True, slots=True)
class Related:
    """A passage of the topic, or like the item. `certainty` is None where it does not continue the item."""

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Highlight, ...]
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """Two quotations side by side. `score` is the probability that the later continues the earlier."""

    certainty: Certainty
    score: float
    earlier: Citation
    later: Citation


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Two documents compared. `new` and `dropped` pair a commitment with the nearest passage of the other."""

    earlier: Document
    later: Document
    continued: tuple[Label, ...]
    new: tuple[Label, ...]
    dropped: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Precedents:
    """Related passages by document, and a comparison of each two documents of different periods."""

    passage: Passage | None
    generation: str
    documents: tuple[tuple[Document, tuple[Related, ...]], ...]
    comparisons: tuple[PlanComparison, ...]


def of_topic(
    index: Index, encoder: Encoder, topic: str, top_k: int, filter: Filter | None = None
) -> Precedents:
    """The passages found for `topic`, in their ranks; those with a score near the best are compared."""
    found = search(index, encoder, topic, top_k, filter).results
    related = [Related(r.rank, r.score, r.passage, r.highlights) for r in found]
    on_topic = [r.passage for r in related if r.score >= ON_TOPIC * related[0].score]
    likenesses = _Likenesses(index, encoder, on_topic, filter or Filter())
    documents = _by_period(r.passage.document for r in related)
    committed = {record.passage.id for record in index.records}
    commitments = [p for p in on_topic if p.id in committed or p.kind == "item"]
    return _grouped(index, related, documents, likenesses, commitments, None)


def of_passage(
    index: Index, encoder: Encoder, id: str, top_k: int, filter: Filter | None = None
) -> Precedents:
    """The passages of other documents most like a passage; raises `UnknownError`."""
    row = index.positions.get(id)
    if row is None:
        raise UnknownError(f"no passage has the id {id!r}", where="passage", remedy="search for it again")
    item = index.passages[row]
    likenesses = _Likenesses(index, encoder, [item], filter or Filter())
    compared = likenesses.of(item)
    ranked = sorted(compared, key=lambda other: (-compared[other].nearness, other))[:top_k]
    related = [
        Related(
            rank,
            compared[other].nearness,
            index.passages[other],
            likenesses.likeness.highlights(row, other),
            precedent_model().certainty(compared[other].chance),
        )
        for rank, other in enumerate(ranked, 1)
    ]
    documents = _by_period([item.document, *(index.passages[other].document for other in compared)])
    return _grouped(index, related, documents, likenesses, [item], item)


def _grouped(
    index: Index,
    related: Sequence[Related],
    documents: Sequence[Document],
    likenesses: "_Likenesses",
    commitments: Sequence[Passage],
    item: Passage | None,
) -> Precedents:
    shown = [(d, tuple(r for r in related if r.passage.document.id == d.id)) for d in documents]
    ordered = [(a, b) for a, b in combinations(documents, 2) if a.period != b.period]
    if item:
        ordered = [pair for pair in ordered if item.document.id in (pair[0].id, pair[1].id)]
    topical = frozenset() if item else frozenset(r.passage.id for r in related)
    markers = _Markers()
    compared = [_compared(likenesses, commitments, *pair, topical, markers) for pair in ordered]
    return Precedents(
        item,
        index.id,
        tuple(pair for pair in shown if pair[1]),
        tuple(one for one in compared if one.continued or one.new or one.dropped),
    )


def _by_period(documents: Iterable[Document]) -> list[Document]:
    """Each document once, by its first and then its last year; equal periods by id."""
    return sorted({d.id: d for d in documents}.values(), key=lambda d: (d.period, d.id))


@dataclass(frozen=True, slots=True)
class _PassagePair:
    """Passages of two documents, the earlier first, and the chance that `after` continues `before`."""

    before: Passage
    after: Passage
    chance: float

    @classmethod
    def of(cls, one: Passage, other: Passage, chance: float) -> Self:
        before, after = sorted((one, other), key=lambda passage: passage.document.period)
        return cls(before, after, chance)

    @property
    def ids(self) -> tuple[str, str]:
        return self.before.id, self.after.id

    def label(self, certainty: Certainty, markers: "_Markers") -> Label:
        return Label(certainty, self.chance, markers.cite(self.before), markers.cite(self.after))


class _Likenesses:
    """How like some passages are to those of other documents that pass the filter."""

    def __init__(self, index: Index, encoder: Encoder, passages: Sequence[Passage], filter: Filter) -> None:
        self.likeness = Likeness(index, encoder)
        self.passages = passages
        self.index = index
        mask = index.fields.mask(filter)
        self._compared = {
            p.id: {
                row: compared
                for row, compared in self.likeness.compared(index.positions[p.id]).items()
                if mask[row]
            }
            for p in passages
        }

    def of(self, passage: Passage) -> Mapping[int, PairScore]:
        """The comparisons of a passage, by row of the other."""
        return self._compared[passage.id]

    def likest(self, passage: Passage, document: Document) -> list[_PassagePair]:
        """`passage` with each of `document`, the most probable continuation first."""
        found = self.of(passage)
        rows = sorted(self._rows(passage, document), key=lambda row: (-found[row].chance, row))
        return [self._pair(passage, row) for row in rows]

    def nearest(self, passage: Passage, document: Document) -> _PassagePair | None:
        """`passage` with the passage of `document` whose subject is nearest."""
        found = self.of(passage)
        row = min(self._rows(passage, document), key=lambda row: (-found[row].nearness, row), default=None)
        return None if row is None else self._pair(passage, row)

    def _rows(self, passage: Passage, document: Document) -> list[int]:
        return [row for row in self.of(passage) if self.index.passages[row].document.id == document.id]

    def _pair(self, passage: Passage, row: int) -> _PassagePair:
        return _PassagePair.of(passage, self.index.passages[row], self.of(passage)[row].chance)


@dataclass(slots=True)
class _Markers:
    """Numbers the quotations of an answer; the same passage always gets the same number."""

    taken: dict[str, int] = field(default_factory=dict)

    def cite(self, passage: Passage) -> Citation:
        start, end = action_span(passage)
        marker = self.taken.setdefault(passage.id, len(self.taken) + 1)
        return Citation(marker, passage.text[start:end].strip(), passage)


def _compared(
    likenesses: _Likenesses,
    commitments: Sequence[Passage],
    earlier: Document,
    later: Document,
    topical: Collection[str],
    markers: _Markers,
) -> PlanComparison:
    """What `later` continues of `earlier`, and of two plans of one series the commitments that stand in one alone."""
    others = {earlier.id: later, later.id: earlier}
    pairs = _continued(likenesses, others, topical)
    continued = [
        pair.label(precedent_model().certainty(pair.chance) or "possibly", markers) for pair in pairs
    ]
    matched = {id for pair in pairs for id in pair.ids}
    alone: dict[str, list[Label]] = {earlier.id: [], later.id: []}
    for passage in commitments if same_series(earlier, later) else ():
        id = passage.document.id
        if id in others and passage.id not in matched:
            label = _only_in(likenesses, passage, others[id], markers)
            alone[id] += [label] if label else []
    return PlanComparison(earlier, later, tuple(continued), tuple(alone[later.id]), tuple(alone[earlier.id]))


def _continued(
    likenesses: _Likenesses, others: Mapping[str, Document], topical: Collection[str]
) -> list[_PassagePair]:
    """The pairs that continue, the most probable first. `others` gives for each of two documents the other.

    Of a topic, the match must be `topical` too: one of the passages found.
    """
    found: dict[tuple[str, str], _PassagePair] = {}
    for passage in likenesses.passages:
        if passage.document.id not in others:
            continue
        likest = likenesses.likest(passage, others[passage.document.id])
        matches = [pair for pair in likest if not topical or all(id in topical for id in pair.ids)]
        for pair in matches[:_MOST_MATCHES]:
            known = found.get(pair.ids)
            if precedent_model().certainty(pair.chance) and (known is None or pair.chance > known.chance):
                found[pair.ids] = pair
    return sorted(found.values(), key=lambda pair: (-pair.chance, pair.before.start, pair.after.start))


def _only_in(likenesses: _Likenesses, passage: Passage, other: Document, markers: _Markers) -> Label | None:
    """A commitment that `other` lacks, beside its nearest passage; None where something may continue it.

    It is only possible, not clear, where `other` speaks of the topic too.
    """
    fit, nearest = precedent_model(), likenesses.nearest(passage, other)
    if nearest is None:
        return None
    best = likenesses.likest(passage, other)[0].chance
    if fit.certainty(best):
        return None
    spoken_of = any(p.document.id == other.id for p in likenesses.passages)
    return nearest.label("possibly" if spoken_of or best >= fit.absent else "clear", markers)
