"""Labelled pairs of passages of different documents, and their features by `index.precedents`.

`eval/gold/authored/README.md` says how the labels were made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from eval.gold_data import GoldError
from eval.metrics.spans import COVERED, overlap
from index.encoders.base import Encoder
from index.generation import Index
from index.precedents import Likeness

PAIRS = Path(__file__).parents[1] / "gold" / "authored" / "pairs.jsonl"

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Quoted(_Row):
    document: str
    quote: str


class _Label(_Quoted):
    grade: int
    relation: Literal["continues", "related"]


class Item(_Row):
    """An item and the passages of other documents that continue it or are related to it."""

    id: str
    source: _Quoted
    relevant: list[_Label]
    note: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every comparison of an item: `features` of shape (pairs, features), the others of shape (pairs,).

    `document` numbers the document of the passage compared.
    """

    item: NDArray[np.intp]
    document: NDArray[np.intp]
    features: Floats
    continues: Bools
    judged: Bools

    def of(self, chosen: Bools) -> "Pairs":
        return Pairs(
            self.item[chosen],
            self.document[chosen],
            self.features[chosen],
            self.continues[chosen],
            self.judged[chosen],
        )


def read_pairs(path: Path, sources: Mapping[str, str]) -> list[Item]:
    """The labelled items. Raises GoldError that names the line for the first thing wrong."""
    items = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        try:
            item = Item.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise GoldError(
                f"{first['loc']}: {first['msg']}", where=where, remedy="see eval/gold/authored/README.md"
            ) from error
        for quoted in (item.source, *item.relevant):
            if quoted.quote not in sources.get(quoted.document, ""):
                raise GoldError(
                    f"{quoted.quote[:60]!r} does not stand in {quoted.document}",
                    where=where,
                    remedy="quote the source",
                )
        items.append(item)
    return items


def compared(index: Index, encoder: Encoder, items: list[Item]) -> Pairs:
    """The passages each item is compared with, by `index.precedents`, and what they were labelled."""
    likeness = Likeness(index, encoder)
    numbers = {id: n for n, id in enumerate(index.documents)}
    item, document, features, continues, judged = [], [], [], [], []
    for n, one in enumerate(items):
        rows, found = likeness.features(_row(index, one.source))
        relations = {_row(index, label): label.relation for label in one.relevant}
        item += [n] * len(rows)
        document += [numbers[index.passages[row].document.id] for row in rows]
        features.append(found)
        continues += [relations.get(row) == "continues" for row in rows.tolist()]
        judged += [row in relations for row in rows.tolist()]
    return Pairs(
        np.array(item),
        np.array(document),
        np.concatenate(features).astype(np.float64),
        np.array(continues),
        np.array(judged),
    )


def _row(index: Index, quoted: _Quoted) -> int:
    """The passage that a quote is from: the one with most of it."""
    start = index.sources[quoted.document].index(quoted.quote)
    place = (start, start + len(quoted.quote))
    shared = [
        overlap(place, (p.start, p.end)) if p.document.id == quoted.document else 0 for p in index.passages
    ]
    best = int(np.argmax(shared))
    passage = index.passages[best]
    if shared[best] < COVERED * min(len(quoted.quote), passage.end - passage.start):
        raise GoldError(
            f"{quoted.quote[:60]!r} is in no passage", where=PAIRS.name, remedy="quote one passage"
        )
    return best
