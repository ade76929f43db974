"""What came before and after a topic or an item: passages by document in order of time, and what became of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from corpus.types import Document, Passage
from index.encoders.base import Encoder
from index.generation import Index
from index.passages.filters import Filter
from index.precedents import Certainty, Compared, Likeness, said, shipped_fit
from index.retrieval.highlights import Highlight
from index.search import search
from service.answering.types import Citation
from service.errors import UnknownError

ON_TOPIC = 0.7
"""Share of the best score from which on a passage is of the topic: F1 is best there (docs/precedents.md)."""
_MOST_MATCHES = 3  # of one passage in one document


@dataclass(frozen=True, slots=True)
class Related:
    """A passage of the topic, or like the item. `certainty` says whether it carries on the item, None that not."""

    rank: int
    score: float
    passage: Passage
    highlights: tuple[Highlight, ...]
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """Two quotations side by side. `score` is the chance that the later carries on the earlier."""

    certainty: Certainty
    score: float
    earlier: Citation
    later: Citation


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Two documents, the earlier first. What is `new` or `dropped` stands beside the nearest of the other document."""

    earlier: Document
    later: Document
    continued: tuple[Label, ...]
    new: tuple[Label, ...]
    dropped: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Precedents:
    """Related passages under their documents, and each two of these that have an order in time compared."""

    passage: Passage | None
    generation: str
    documents: tuple[tuple[Document, tuple[Related, ...]], ...]
    comparisons: tuple[PlanComparison, ...]


def of_topic(
    index: Index, encoder: Encoder, topic: str, top_k: int, filter: Filter | None = None
) -> Precedents:
    """The passages that `index.search` finds for `topic`, in its ranks; those of the topic proper are compared."""
    found = search(index, encoder, topic, top_k, filter).results
    related = [Related(r.rank, r.score, r.passage, r.highlights) for r in found]
    proper = [r.passage for r in related if r.score >= ON_TOPIC * related[0].score]
    weighed = _Weighed(index, encoder, proper, filter or Filter())
    documents = _in_time(r.passage.document for r in related)
    committed = {record.passage.id for record in index.records}
    commitments = [p for p in proper if p.id in committed or p.kind == "item"]
    return _gathered(index, related, documents, weighed, commitments, None)


def of_passage(
    index: Index, encoder: Encoder, id: str, top_k: int, filter: Filter | None = None
) -> Precedents:
    """The passages of other documents likest to a passage; raises `UnknownError`."""
    row = index.positions.get(id)
    if row is None:
        raise UnknownError(f"no passage has the id {id!r}", where="passage", remedy="search for it again")
    item = index.passages[row]
    weighed = _Weighed(index, encoder, [item], filter or Filter())
    compared = weighed.of(item)
    ranked = sorted(compared, key=lambda other: (-compared[other].nearness, other))[:top_k]
    related = [
        Related(
            rank,
            compared[other].nearness,
            index.passages[other],
            weighed.likeness.highlights(row, other),
            shipped_fit().certainty(compared[other].chance),
        )
        for rank, other in enumerate(ranked, 1)
    ]
    documents = _in_time([item.document, *(index.passages[other].document for other in compared)])
    return _gathered(index, related, documents, weighed, [item], item)


def _gathered(
    index: Index,
    related: Sequence[Related],
    documents: Sequence[Document],
    weighed: "_Weighed",
    commitments: Sequence[Passage],
    item: Passage | None,
) -> Precedents:
    shown = [(d, tuple(r for r in related if r.passage.document.id == d.id)) for d in documents]
    ordered = [(a, b) for a, b in combinations(documents, 2) if a.period != b.period]
    if item:
        ordered = [pair for pair in ordered if item.document.id in (pair[0].id, pair[1].id)]
    marks = _Marks()
    topical = frozenset() if item else frozenset(r.passage.id for r in related)
    compared = [_compared(weighed, commitments, two, topical, marks) for two in ordered]
    return Precedents(
        item,
        index.id,
        tuple(pair for pair in shown if pair[1]),
        tuple(one for one in compared if one.continued or one.new or one.dropped),
    )


def _in_time(documents: Iterable[Document]) -> list[Document]:
    """Each once, by the first and then the last year it speaks for; equal periods by id."""
    return sorted({d.id: d for d in documents}.values(), key=lambda d: (d.period, d.id))


class _Weighed:
    """What some passages are compared with, of what passes the filter."""

    def __init__(self, index: Index, encoder: Encoder, passages: Sequence[Passage], filter: Filter) -> None:
        self.likeness = Likeness(index, encoder)
        self.passages = passages
        self.generation = index
        mask = index.fields.mask(filter)
        self._compared = {
            p.id: {
                row: compared
                for row, compared in self.likeness.compared(index.positions[p.id]).items()
                if mask[row]
            }
            for p in passages
        }

    def of(self, passage: Passage) -> Mapping[int, Compared]:
        """By row of other documents, what came of comparing it."""
        return self._compared[passage.id]

    def likest(self, passage: Passage, document: Document) -> list[tuple[Passage, float]]:
        """The passages of `document` that most likely carry on `passage`, or the reverse, with their chances."""
        found = self.of(passage)
        there = sorted(self._within(passage, document), key=lambda row: (-found[row].chance, row))
        return [(self.generation.passages[row], found[row].chance) for row in there]

    def nearest(self, passage: Passage, document: Document) -> tuple[Passage, float] | None:
        """The passage of `document` whose subject is nearest, with its chance."""
        found = self.of(passage)
        row = min(self._within(passage, document), key=lambda row: (-found[row].nearness, row), default=None)
        return None if row is None else (self.generation.passages[row], found[row].chance)

    def _within(self, passage: Passage, document: Document) -> list[int]:
        return [row for row in self.of(passage) if self.generation.passages[row].document.id == document.id]


@dataclass(slots=True)
class _Marks:
    """Numbers quotations through the whole answer, the same passage always the same."""

    taken: dict[str, int] = field(default_factory=dict)

    def cite(self, passage: Passage) -> Citation:
        start, end = said(passage)
        marker = self.taken.setdefault(passage.id, len(self.taken) + 1)
        return Citation(marker, passage.text[start:end].strip(), passage)


def _compared(
    weighed: _Weighed,
    commitments: Sequence[Passage],
    two: tuple[Document, Document],
    topical: Collection[str],
    marks: _Marks,
) -> PlanComparison:
    """What of the earlier document the later carries on, and which commitments stand in one alone.

    Of a topic, what carries on must be `topical` too: one of the passages found. That a commitment stands alone is
    only possible, not clear, where the other document speaks of the topic too.
    """
    (earlier, later), fit = two, shipped_fit()
    pairs: dict[tuple[str, str], tuple[float, Passage, Passage]] = {}
    for passage in weighed.passages:
        if passage.document.id not in (earlier.id, later.id):
            continue
        other = later if passage.document.id == earlier.id else earlier
        likest = [pair for pair in weighed.likest(passage, other) if not topical or pair[0].id in topical]
        for match, chance in likest[:_MOST_MATCHES]:
            before, after = (passage, match) if other is later else (match, passage)
            known = pairs.get((before.id, after.id), (0.0, before, after))
            if fit.certainty(chance) and chance > known[0]:
                pairs[before.id, after.id] = chance, before, after
    matched = {id for pair in pairs for id in pair}
    continued = [
        Label(fit.certainty(chance) or "possibly", chance, marks.cite(before), marks.cite(after))
        for chance, before, after in sorted(
            pairs.values(), key=lambda pair: (-pair[0], pair[1].start, pair[2].start)
        )
    ]
    sides: dict[str, list[Label]] = {earlier.id: [], later.id: []}
    for passage in commitments:
        if passage.document.id not in sides or passage.id in matched:
            continue
        other = later if passage.document.id == earlier.id else earlier
        nearest, likest = weighed.nearest(passage, other), weighed.likest(passage, other)
        if nearest is None or fit.certainty(best := likest[0][1]):
            continue  # nothing to quote beside it, or something off the topic that may carry it on
        there, chance = nearest
        before, after = (passage, there) if other is later else (there, passage)
        spoken_of = any(p.document.id == other.id for p in weighed.passages)
        certainty: Certainty = "possibly" if spoken_of or best >= fit.absent else "clear"
        sides[passage.document.id].append(Label(certainty, chance, marks.cite(before), marks.cite(after)))
    return PlanComparison(earlier, later, tuple(continued), tuple(sides[later.id]), tuple(sides[earlier.id]))
