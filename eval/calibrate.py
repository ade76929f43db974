"""Fit the weights of `service.confidence` on the development questions, and report them cross-validated.

`python -m eval.calibrate [--write]`: features are standardised, the model is a ridge-penalised logistic
regression (scikit-learn, C chosen by nested cross-validation), the thresholds are those that keep false
refusals within the bound at the fewest false answers, on out-of-fold probabilities.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from index.encoder import SentenceTransformerEncoder
from index.generation import open_generation
from index.search import search
from service.confidence import WEIGHTS, signals
from service.question import analyse
from service.settings import Settings

GOLD = Path(__file__).parent / "gold"
SETS = (GOLD / "questions.jsonl", GOLD / "authored" / "questions.jsonl")
FALSE_REFUSALS = 0.08  # bound on answerable questions refused, a little inside the one promised
_SEED = 0


def main() -> None:
    """Print cross-validated figures for each set; with --write, keep the weights fitted on all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights fitted on all questions")
    write = parser.parse_args().write
    names, features, answerable, part = _features()
    folds = StratifiedKFold(10, shuffle=True, random_state=_SEED)
    model = make_pipeline(
        StandardScaler(), LogisticRegressionCV(Cs=np.logspace(-2.5, 0.5, 7), scoring="roc_auc", max_iter=5000)
    )
    chances = cross_val_predict(model, features, answerable, cv=folds, method="predict_proba")[:, 1]
    threshold = float(np.quantile(chances[answerable], FALSE_REFUSALS))
    for name, here in (
        ("all", np.ones(len(part), bool)),
        *((file, part == file) for file in sorted(set(part))),
    ):
        _report(str(name), chances[here], answerable[here], threshold)
    if write:
        model.fit(features, answerable)
        scaler, logistic = model[0], model[-1]
        fitted = {
            "signals": names,
            "mean": [round(float(v), 6) for v in scaler.mean_],
            "scale": [round(float(v), 6) for v in scaler.scale_],
            "coefficients": [round(float(v), 6) for v in logistic.coef_[0]],
            "intercept": round(float(logistic.intercept_[0]), 6),
            "partial": round(threshold, 4),
            "answered": round(float(np.quantile(chances[answerable], 3 * FALSE_REFUSALS)), 4),
        }
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
        print(f"wrote {WEIGHTS.name}, C = {logistic.C_[0]:.3g}")


def _features() -> tuple[list[str], NDArray[np.float64], NDArray[np.bool_], NDArray[np.str_]]:
    settings = Settings()
    encoder = SentenceTransformerEncoder(settings.model)
    generation = open_generation(settings.var, encoder.sha256)
    rows, answerable, part = [], [], []
    for file in SETS:
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            found = search(generation, encoder, record["question"], 5)
            rows.append(signals(generation, analyse(record["question"]), found))
            answerable.append(record["answerable"])
            part.append("/".join(file.parts[-2:]))
    names = list(dict.fromkeys(name for row in rows for name in row))
    features = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    varied = features.std(axis=0) > 0
    return (
        [n for n, v in zip(names, varied, strict=True) if v],
        features[:, varied],
        np.array(answerable),
        np.array(part),
    )


def _report(name: str, chances: NDArray[np.float64], answerable: NDArray[np.bool_], threshold: float) -> None:
    refused = chances < threshold
    print(
        f"{name}: {len(chances)} questions, AUROC {roc_auc_score(answerable, chances):.3f}, at {threshold:.3f} "
        f"false refusals {refused[answerable].mean():.3f}, false answers {(~refused[~answerable]).mean():.3f}"
    )


if __name__ == "__main__":
    main()
