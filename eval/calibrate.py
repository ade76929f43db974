"""Fit the model of `service.confidence` on the development questions, and report it cross-validated.

`python -m eval.calibrate [--write]`: gradient-boosted trees (scikit-learn), judged on folds that keep the two
halves of a twin together. The threshold refuses a fixed share of the answerable questions, out of fold.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from index.generation import open_generation
from index.search import search
from service.confidence import MODEL, signals
from service.question import analyse
from service.settings import Settings

GOLD = Path(__file__).parent / "gold"
SETS = (GOLD / "questions.jsonl", GOLD / "authored" / "questions.jsonl", GOLD / "authored" / "twins.jsonl")
FALSE_REFUSALS = 0.08  # share of the answerable questions that may be refused
UNSURE = 0.25  # share of the answerable questions that may be called answered in part, or refused
_FOLDS, _SEED = 10, 1
_BINS = 10


def main() -> None:
    """Print cross-validated figures for each set; with --write, keep the model fitted on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the model fitted on all questions")
    write = parser.parse_args().write
    names, features, answerable, part, twin = _features()
    trees = GradientBoostingClassifier(
        n_estimators=200, max_depth=3, learning_rate=0.04, subsample=0.6, max_features=0.2, min_samples_leaf=4,
        random_state=0,
    )  # fmt: skip
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=_SEED)
    chances = cross_val_predict(trees, features, answerable, cv=folds, groups=twin, method="predict_proba")[
        :, 1
    ]
    partial, answered = (float(np.quantile(chances[answerable], share)) for share in (FALSE_REFUSALS, UNSURE))
    _report("all", chances, answerable, partial)
    for name in sorted(set(part)):
        _report(str(name), chances[part == name], answerable[part == name], partial)
    _reliability(chances, answerable)
    if write:
        trees.fit(features, answerable)
        MODEL.write_text(json.dumps(_model(trees, names, partial, answered)) + "\n", "utf-8")
        print(f"wrote {MODEL.name}: {len(trees.estimators_)} trees")


def _features() -> tuple[
    list[str], NDArray[np.float64], NDArray[np.bool_], NDArray[np.str_], NDArray[np.str_]
]:
    settings = Settings()
    encoder = settings.models.load()
    generation = open_generation(settings.var, encoder.sha256)
    rows, answerable, part, twin = [], [], [], []
    for file in SETS:
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            found = search(generation, encoder, record["question"], 5)
            rows.append(signals(generation, analyse(record["question"]), found))
            answerable.append(record["answerable"])
            part.append("/".join(file.parts[-2:]))
            twin.append(f"{file.stem} {record['id'].rstrip('ab')}")
    names = list(dict.fromkeys(name for row in rows for name in row))
    features = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    return names, features, np.array(answerable), np.array(part), np.array(twin)


def _model(trees: Any, names: list[str], partial: float, answered: float) -> dict[str, Any]:
    """As `service.confidence.Model` is kept."""
    share = trees.init_.class_prior_[1]
    return {
        "signals": names,
        "prior": round(float(np.log(share / (1 - share))), 6),
        "partial": round(partial, 4),
        "answered": round(answered, 4),
        "trees": [_tree(tree.tree_, trees.learning_rate) for tree in trees.estimators_[:, 0]],
    }


def _tree(tree: Any, rate: float) -> dict[str, list[float]]:
    return {
        "feature": [int(n) if n >= 0 else -1 for n in tree.feature],
        "threshold": [round(float(v), 6) for v in tree.threshold],
        "left": [int(n) for n in tree.children_left],
        "right": [int(n) for n in tree.children_right],
        "value": [round(float(v) * rate, 6) for v in tree.value[:, 0, 0]],
    }


def _report(name: str, chances: NDArray[np.float64], answerable: NDArray[np.bool_], threshold: float) -> None:
    refused = chances < threshold
    print(
        f"{name}: {len(chances)} questions, AUROC {roc_auc_score(answerable, chances):.3f}, at {threshold:.3f} "
        f"false refusals {refused[answerable].mean():.3f}, false answers {(~refused[~answerable]).mean():.3f}"
    )


def _reliability(chances: NDArray[np.float64], answerable: NDArray[np.bool_]) -> None:
    print("confidence  questions  answerable")
    for low in np.arange(_BINS) / _BINS:
        here = (chances >= low) & (chances < low + 1 / _BINS)
        if here.any():
            print(f"{low:.1f}-{low + 1 / _BINS:.1f}     {here.sum():6d}     {answerable[here].mean():.2f}")


if __name__ == "__main__":
    main()
