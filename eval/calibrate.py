"""Fit the confidence of `service.confidence` on the development questions, and report how it does on others.

`python -m eval.calibrate [--write]`: ridge regression over `service.signals`, then Platt's scaling (1999) to
probabilities. What counts is the report for authors that a fit has not seen: thresholds and scaling are chosen on
those predictions. A model fitted on all questions is written.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold

from eval.abstention import ece, reliability
from eval.authors import author_of
from index.opening import open_index
from index.search import search
from service.confidence import MODEL
from service.question import analyse
from service.settings import Settings
from service.signals import Signals, signals

GOLD = Path(__file__).parent / "gold"
SETS = (GOLD / "questions.jsonl", GOLD / "authored" / "questions.jsonl", GOLD / "authored" / "twins.jsonl")
FALSE_REFUSALS = 0.075  # share of the answerable questions of unseen authors that may be refused
UNSURE = 0.25  # share of them that may be called answered in part, or refused
_READ = 5  # passages, as an answer looks at
_FOLDS, _SEED = 10, 1
_VIEWS = 6.0  # what all views together weigh, beside all scalars together
_RIDGE = 0.3  # the penalty, as a share of the mean squared length of a question's signals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Questions:
    """What is known of each question; the halves of a twin share `twin`."""

    signals: tuple[Signals, ...]
    answerable: NDArray[np.bool_]
    author: NDArray[np.str_]
    twin: NDArray[np.str_]
    encoder: str


def main() -> None:
    """Print the figures for unseen authors and cross-validated; with --write, keep the fits on all questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the model fitted on all questions")
    write = parser.parse_args().write
    questions = _asked()
    print("with views of the question")
    seen = _fit(questions, sorted(questions.signals[0].views))
    print("\nwithout, as with another encoder")
    unseen = _fit(questions, [])
    if write:
        fitted = {"encoder": questions.encoder, "seen": seen, "unseen": unseen}
        MODEL.write_text(json.dumps(fitted, separators=(",", ":")) + "\n", "utf-8")
        print(f"\nwrote {MODEL.name}")


def _asked() -> Questions:
    settings = Settings()
    generation, encoder = open_index(settings.var, settings.models)
    known, answerable, author, twin = [], [], [], []
    for file in SETS:
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            found = search(generation, encoder, record["question"], _READ)
            known.append(signals(generation, analyse(record["question"]), found))
            answerable.append(record["answerable"])
            author.append(author_of(record["id"], gold=file.parent == GOLD))
            twin.append(f"{file.stem} {record['id'].rstrip('ab')}")
    return Questions(tuple(known), np.array(answerable), np.array(author), np.array(twin), encoder.sha256)


def _fit(questions: Questions, views: list[str]) -> dict[str, Any]:
    """Report the fit with these views, and return it as `service.confidence.Fit` is kept."""
    scalars = list(questions.signals[0].scalars)
    table = np.array(
        [
            np.concatenate([list(known.scalars.values()), *(known.views[name] for name in views)])
            for known in questions.signals
        ]
    )
    answerable = questions.answerable
    emphasis = _emphasis(len(scalars), table.shape[1])
    apart, crossed = np.zeros(len(table)), np.zeros(len(table))
    for rest, author in LeaveOneGroupOut().split(table, answerable, questions.author):
        apart[author] = _predicted(table[author], _ridge(table[rest], answerable[rest], emphasis))
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=_SEED)
    for rest, fold in folds.split(table, answerable, questions.twin):
        crossed[fold] = _predicted(table[fold], _ridge(table[rest], answerable[rest], emphasis))
    slope, offset = _platt(apart, answerable)
    chances = 1 / (1 + np.exp(-(slope * apart + offset)))
    partial, answered = (float(np.quantile(chances[answerable], s)) for s in (FALSE_REFUSALS, UNSURE))
    _report("cross-validated", 1 / (1 + np.exp(-(slope * crossed + offset))), answerable, partial)
    _report("unseen authors", chances, answerable, partial)
    for name in sorted(set(questions.author)):
        here = questions.author == name
        _report(f"  {name}", chances[here], answerable[here], partial)
    _reliability(chances, answerable)
    weights, bias = _ridge(table, answerable, emphasis)
    weights, bias = slope * weights, slope * bias + offset
    parts = np.split(weights[len(scalars) :], len(views)) if views else []
    return {
        "bias": round(float(bias), 6),
        "scalars": dict(zip(scalars, _rounded(weights[: len(scalars)]), strict=True)),
        "views": {name: _rounded(part) for name, part in zip(views, parts, strict=True)},
        "partial": round(partial, 4),
        "answered": round(answered, 4),
    }


def _emphasis(scalars: int, columns: int) -> Floats:
    """Of shape (columns,): all scalars together, and all views, weigh the same however many there are."""
    emphasis = np.full(columns, (_VIEWS / max(1, columns - scalars)) ** 0.5)
    emphasis[:scalars] = (1 / scalars) ** 0.5
    return np.asarray(emphasis / np.linalg.norm(emphasis))


def _ridge(table: Floats, answerable: NDArray[np.bool_], emphasis: Floats) -> tuple[Floats, float]:
    """Weights and bias of ridge regression (Hoerl & Kennard, 1970) of ±1 on the standardised columns.

    By the dual, as there are more columns than rows: w = Zᵀ (Z Zᵀ + λ I)⁻¹ y.
    """
    mean, scale = table.mean(axis=0), emphasis / (table.std(axis=0) + 1e-9)
    standard = (table - mean) * scale
    sides = 2.0 * answerable - 1
    dual = np.linalg.solve(standard @ standard.T + _RIDGE * np.eye(len(table)), sides - sides.mean())
    weights = standard.T @ dual * scale
    return weights, float(sides.mean() - weights @ mean)


def _predicted(table: Floats, fitted: tuple[Floats, float]) -> Floats:
    return np.asarray(table @ fitted[0] + fitted[1])


def _platt(values: Floats, answerable: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make log-odds of `values`."""
    fitted = LogisticRegression(C=1e6).fit(values[:, None], answerable)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _rounded(weights: Floats) -> list[float]:
    return [float(f"{weight:.4g}") for weight in weights]


def _report(name: str, chances: Floats, answerable: NDArray[np.bool_], threshold: float) -> None:
    refused = chances < threshold
    print(
        f"{name:16} {len(chances):5} questions, AUROC {roc_auc_score(answerable, chances):.3f}, at {threshold:.3f} "
        f"false refusals {refused[answerable].mean():.3f}, false answers {(~refused[~answerable]).mean():.3f}"
    )


def _reliability(chances: Floats, answerable: NDArray[np.bool_]) -> None:
    print(f"ECE {ece(chances.tolist(), answerable.tolist()):.3f}\nconfidence  questions  answerable")
    for one in reliability(chances.tolist(), answerable.tolist()):
        print(f"{one.low:.1f}-{one.low + 0.1:.1f}     {one.n:6d}     {one.accuracy:.2f}")


if __name__ == "__main__":
    main()
