"""Fit the chance that a passage is a precedent of an item: `python -m eval.training.precedents [--write]`.

The labels are `eval/gold/authored/pairs.jsonl`: for an item, passages of other documents that continue it or are merely
related. Every figure is of items that the fit and its thresholds did not see (leave one item out). Passages that
are not listed are unjudged: figures are given with those taken for wrong, and with those left out.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression

from eval.gold_data import read_sources
from eval.options import DOCUMENTS, AsJson, VarFolder, one_line_errors
from eval.training.precedent_pairs import PAIRS, Bools, Floats, Pairs, compared, read_pairs
from index.opening import open_index
from index.precedents import FEATURES, nearness
from service.settings import Settings

FIT = Path(__file__).parents[2] / "index" / "precedents.json"
_INVERSE_RIDGE = 0.3
_MISSED = 0.0  # of the items clearly without precedent in a document, the share that may have one
_JUDGED = 5.0  # what a labelled pair counts beside one that nobody has read


@dataclass(frozen=True, slots=True)
class Score:
    """Micro-averaged over all pairs counted."""

    precision: float
    recall: float
    f1: float
    wanted: int

    @classmethod
    def of(cls, taken: Bools, wanted: Bools) -> "Score":
        both = int((taken & wanted).sum())
        all_taken, all_wanted = int(taken.sum()), int(wanted.sum())
        return cls(
            both / max(1, all_taken),
            both / max(1, all_wanted),
            2 * both / max(1, all_taken + all_wanted),
            all_wanted,
        )


def fitted(pairs: Pairs) -> tuple[Floats, float]:
    """Weights and bias by logistic regression; what was not judged counts as no precedent, and for less."""
    model = LogisticRegression(C=_INVERSE_RIDGE)
    model.fit(pairs.features, pairs.continues, sample_weight=np.where(pairs.judged, _JUDGED, 1.0))
    return model.coef_[0], float(model.intercept_[0])


def thresholds(scores: Floats, continues: Bools, judged: Bools) -> tuple[float, float]:
    """From where on a pair is possibly, and from where on clearly, a precedent: where F1 is best.

    Over the judged pairs for the one, over all pairs for the other, with those not judged taken for wrong.
    """
    clear = _best(scores, continues)
    return min(clear, _best(scores[judged], continues[judged])), clear


def _best(scores: Floats, wanted: Bools) -> float:
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(wanted[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + wanted.sum())
    last = int(f1.argmax())
    return float(scores[order[last : last + 2]].mean())


def absent_below(scores: Floats, pairs: Pairs) -> float:
    """The best score in a document below which, of items and documents, so few as `_MISSED` have a precedent."""
    best, there = _by_document(scores, pairs)
    order = np.argsort(best, kind="stable")
    missed = np.cumsum(there[order]) / np.arange(1, len(order) + 1)
    fine = np.flatnonzero(missed <= _MISSED)
    return float(best[order[fine[-1] : fine[-1] + 2]].mean()) if len(fine) else float(best.min())


def _by_document(scores: Floats, pairs: Pairs) -> tuple[Floats, Bools]:
    """For every item and other document, the best score, and whether a passage of it continues the item."""
    keys = pairs.item * (pairs.document.max() + 1) + pairs.document
    found = [keys == key for key in np.unique(keys)]
    return np.array([scores[k].max() for k in found]), np.array([pairs.continues[k].any() for k in found])


def nearest_listed(pairs: Pairs) -> tuple[int, int]:
    """Of items and documents with a listed passage, how many there are, and where the nearest passage is listed."""
    near, keys = (
        nearness(pairs.features.astype(np.float32)),
        pairs.item * (pairs.document.max() + 1) + pairs.document,
    )
    groups = [np.flatnonzero(keys == key) for key in np.unique(keys[pairs.judged])]
    return len(groups), sum(bool(pairs.judged[group[near[group].argmax()]]) for group in groups)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The pairs that are possibly, and clearly, precedents; `said` and `right` count items without one in a document."""

    possibly: Bools
    clear: Bools
    said: int
    right: int


def left_out(pairs: Pairs) -> Verdicts:
    """Each item judged by a fit of the others."""
    possibly, clear = np.zeros(len(pairs.item), bool), np.zeros(len(pairs.item), bool)
    said = right = 0
    for n in np.unique(pairs.item):
        rest, here = pairs.item != n, pairs.item == n
        weights, bias = fitted(pairs.of(rest))
        scores = pairs.features @ weights + bias
        low, high = thresholds(scores[rest], pairs.continues[rest], pairs.judged[rest])
        possibly[here], clear[here] = scores[here] >= low, scores[here] >= high
        best, there = _by_document(scores[here], pairs.of(here))
        without = best < min(low, absent_below(scores[rest], pairs.of(rest)))
        said, right = said + int(without.sum()), right + int((without & ~there).sum())
    return Verdicts(possibly, clear, said, right)


def figures(pairs: Pairs, verdicts: Verdicts) -> dict[str, Score]:
    possibly, clear, judged = verdicts.possibly, verdicts.clear, pairs.judged
    return {
        "continues, judged pairs, possibly or clear": Score.of(possibly[judged], pairs.continues[judged]),
        "continues, judged pairs, clear": Score.of(clear[judged], pairs.continues[judged]),
        "continues, all passages, possibly or clear": Score.of(possibly, pairs.continues),
        "continues, all passages, clear": Score.of(clear, pairs.continues),
        "listed at all, all passages, possibly or clear": Score.of(possibly, pairs.judged),
    }


def to_fit(pairs: Pairs) -> dict[str, Any]:
    """The fit of all items, as `index.precedents` keeps it; thresholds as chances."""
    weights, bias = fitted(pairs)
    scores = pairs.features @ weights + bias
    possibly, clear = thresholds(scores, pairs.continues, pairs.judged)
    return {
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)},
        "bias": round(bias, 4),
        "absent": _chance(min(possibly, absent_below(scores, pairs))),
        "possibly": _chance(possibly),
        "clear": _chance(clear),
    }


def _chance(log_odds: float) -> float:
    return round(float(1 / (1 + np.exp(-log_odds))), 4)


def main(
    var: VarFolder = Path("var"),
    write: Annotated[bool, typer.Option("--write", help="Keep the fit for the service.")] = False,
    as_json: AsJson = False,
) -> None:
    """Report pair F1 by leave-one-item-out, and with --write keep a fit of all items."""
    with one_line_errors():
        index, encoder = open_index(var, Settings().models)
        items = read_pairs(PAIRS, read_sources(DOCUMENTS))
        pairs = compared(index, encoder, items)
    verdicts = left_out(pairs)
    found = figures(pairs, verdicts)
    if write:
        FIT.write_text(json.dumps(to_fit(pairs), indent=1) + "\n", "utf-8")
    if as_json:
        absent = {"said": verdicts.said, "right": verdicts.right}
        near = dict(zip(("said", "right"), nearest_listed(pairs), strict=True))
        scores = {name: asdict(score) for name, score in found.items()}
        print(json.dumps({"pairs": scores, "nearest": near, "absent": absent}))
        return
    for name, s in found.items():
        print(f"{name:48} P {s.precision:.2f}  R {s.recall:.2f}  F1 {s.f1:.2f}  of {s.wanted}")
    print(
        "nearest passage of a document with listed passages: {} times, a listed one {}".format(
            *nearest_listed(pairs)
        )
    )
    print(f"no precedent in a document: said {verdicts.said} times, right {verdicts.right}")


if __name__ == "__main__":
    typer.run(main)
