"""Fit the confidence of an answer on the development questions: `python -m eval.training.confidence [--write]`.

Ridge regression over `service.answering.features`, then Platt's scaling (1999) to probabilities. Thresholds and scaling
are chosen on predictions for authors whom a fit has not seen; these are reported. With --write, a model fitted on all
questions is kept.

Questions that follow others in a conversation are fitted too, as they are asked; thresholds and scaling are those of
questions that stand alone. The turns of `eval/gold` are only reported.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold

from eval.metrics.abstention import auroc, ece, reliability
from eval.training.authors import GOLD_AUTHOR, author_of
from index.opening import open_index
from service.answering.confidence import MODEL
from service.answering.features import Features, features
from service.chat import last_context
from service.settings import Settings

GOLD = Path(__file__).parents[1] / "gold"
AUTHORED = GOLD / "authored"
SETS = (GOLD / "questions.jsonl", AUTHORED / "questions.jsonl", AUTHORED / "twins.jsonl")
CONVERSATIONS = (AUTHORED / "conversations.jsonl", GOLD / "conversations.jsonl")
UNANSWERED = AUTHORED / "followups.jsonl"  # asked last in an authored conversation
FALSE_REFUSALS = 0.08  # share of the answerable questions of unseen authors that may be refused
UNSURE = 0.25  # share of them that may be called answered in part, or refused
_READ = 5  # passages, as an answer looks at
_FOLDS, _SEED = 10, 1
_VIEWS = 6.0  # what all views together weigh, beside all scalars together
_RIDGE = 0.3  # the penalty, as a share of the mean squared length of a question's signals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Put:
    """A question: the last of those `asked` by a user one after the other. Twins share `twin`."""

    asked: tuple[str, ...]
    answerable: bool
    author: str
    twin: str

    @property
    def follows(self) -> bool:
        return len(self.asked) > 1


@dataclass(frozen=True, slots=True)
class Questions:
    """The features of each question; the halves of a twin, and the turns of a conversation, share `twin`."""

    features: tuple[Features, ...]
    answerable: NDArray[np.bool_]
    author: NDArray[np.str_]
    twin: NDArray[np.str_]
    follows: NDArray[np.bool_]
    encoder: str

    @property
    def fitted(self) -> NDArray[np.bool_]:
        """The questions to fit: all but the turns of `eval/gold`."""
        return np.asarray(~(self.follows & (self.author == GOLD_AUTHOR)), np.bool_)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Chances that questions are answerable, by fits that have seen none of their author's, or not their twin.

    `slope` and `offset` scale what a fit predicts; `partial` and `answered` are thresholds of chances.
    """

    unseen: Floats
    crossed: Floats
    slope: float
    offset: float
    partial: float
    answered: float


def main() -> None:
    """Print the figures for unseen authors and cross-validated; with --write, keep the fits on all questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the model fitted on all questions")
    write = parser.parse_args().write
    questions = _asked()
    fitted: dict[str, Any] = {"encoder": questions.encoder}
    for name, title, views in (
        ("seen", "with views of the question", sorted(questions.features[0].views)),
        ("unseen", "\nwithout, as with another encoder", []),
    ):
        found = cross_validate(questions, views)
        print(title)
        report(questions, found)
        fitted[name] = fit(questions, views, found)
    if write:
        MODEL.write_text(json.dumps(fitted, separators=(",", ":")) + "\n", "utf-8")
        print(f"\nwrote {MODEL.name}")


def _asked() -> Questions:
    settings = Settings()
    index, encoder = open_index(settings.var, settings.models)
    put = [*_single(), *_following()]
    known = []
    for one in put:
        context = last_context(index, encoder, one.asked)
        known.append(features(index, context.own_words, context.search(_READ)))
    return Questions(
        tuple(known),
        np.array([one.answerable for one in put]),
        np.array([one.author for one in put]),
        np.array([one.twin for one in put]),
        np.array([one.follows for one in put]),
        encoder.sha256,
    )


def _single() -> Iterator[Put]:
    for file in SETS:
        for record in _rows(file):
            author = author_of(record["id"], gold=file.parent == GOLD)
            yield Put(
                (record["question"],),
                record["answerable"],
                author,
                f"{file.stem} {record['id'].rstrip('ab')}",
            )


def _following() -> Iterator[Put]:
    """The later turns of conversations, and after the last a question that nothing answers."""
    unanswered = {record["conversation"]: record["question"] for record in _rows(UNANSWERED)}
    for file in CONVERSATIONS:
        gold = file.parent == GOLD
        for record in _rows(file):
            turns = [turn["question"] for turn in record["turns"]]
            author, twin = author_of(record["id"], gold=gold), f"{file.parent.name} {record['id']}"
            for count in range(2, len(turns) + 1):
                yield Put(tuple(turns[:count]), True, author, twin)
            if not gold:
                yield Put((*turns, unanswered[record["id"]]), False, author, twin)


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def fit(questions: Questions, views: list[str], reliability: Reliability) -> dict[str, Any]:
    """The fit of all questions, with the scaling and thresholds of unseen authors.

    Its shape is that of `service.answering.confidence.Fit`.
    """
    scalars, table = list(questions.features[0].scalars), _table(questions, views)
    fitted = questions.fitted
    weights, bias = _ridge(table[fitted], questions.answerable[fitted], len(scalars))
    weights, bias = reliability.slope * weights, reliability.slope * bias + reliability.offset
    parts = np.split(weights[len(scalars) :], len(views)) if views else []
    return {
        "bias": round(float(bias), 6),
        "scalars": dict(zip(scalars, _rounded(weights[: len(scalars)]), strict=True)),
        "views": {name: _rounded(part) for name, part in zip(views, parts, strict=True)},
        "partial": round(reliability.partial, 4),
        "answered": round(reliability.answered, 4),
    }


def cross_validate(questions: Questions, views: list[str]) -> Reliability:
    """The chances of each question by fits of other authors, and by fits of other twins; scaling and thresholds."""
    table, answerable, alone = _table(questions, views), questions.answerable, ~questions.follows
    scalars, fitted = len(questions.features[0].scalars), questions.fitted

    def predicted(splits: Iterable[tuple[NDArray[np.intp], NDArray[np.intp]]]) -> Floats:
        values = np.zeros(len(table))
        for rest, held_out in splits:
            rest = rest[fitted[rest]]
            weights, bias = _ridge(table[rest], answerable[rest], scalars)
            values[held_out] = table[held_out] @ weights + bias
        return values

    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=_SEED)
    apart = predicted(LeaveOneGroupOut().split(table, answerable, questions.author))
    crossed = predicted(folds.split(table, answerable, questions.twin))
    slope, offset = _platt(apart[alone], answerable[alone])
    chances, crossed = (1 / (1 + np.exp(-(slope * values + offset))) for values in (apart, crossed))
    partial, answered = (float(np.quantile(chances[alone & answerable], s)) for s in (FALSE_REFUSALS, UNSURE))
    return Reliability(chances, crossed, slope, offset, partial, answered)


def report(questions: Questions, found: Reliability) -> None:
    """Print how well the fits judge questions that they have not seen."""
    alone, author = ~questions.follows, questions.author
    lines = [
        ("cross-validated", found.crossed, alone),
        ("unseen authors", found.unseen, alone),
        *((f"  {name}", found.unseen, alone & (author == name)) for name in sorted(set(author[alone]))),
        ("follow-ups", found.unseen, ~alone & questions.fitted),
        ("gold's follow-ups", found.unseen, ~questions.fitted),
    ]
    for name, chances, which in lines:
        _report(name, chances[which], questions.answerable[which], found.partial)
    _report_reliability(found.unseen[alone], questions.answerable[alone])


def _table(questions: Questions, views: list[str]) -> Floats:
    """Of shape (questions, scalars and views)."""
    return np.array(
        [
            np.concatenate([list(known.scalars.values()), *(known.views[name] for name in views)])
            for known in questions.features
        ]
    )


def _emphasis(scalars: int, columns: int) -> Floats:
    """Of shape (columns,): all scalars together, and all views, weigh the same however many there are."""
    emphasis = np.full(columns, (_VIEWS / max(1, columns - scalars)) ** 0.5)
    emphasis[:scalars] = (1 / scalars) ** 0.5
    return np.asarray(emphasis / np.linalg.norm(emphasis))


def _ridge(table: Floats, answerable: NDArray[np.bool_], scalars: int) -> tuple[Floats, float]:
    """Weights and bias of ridge regression (Hoerl & Kennard, 1970) of ±1 on the standardised columns."""
    mean = table.mean(axis=0)
    scale = _emphasis(scalars, table.shape[1]) / (table.std(axis=0) + 1e-9)
    model = Ridge(_RIDGE).fit((table - mean) * scale, 2.0 * answerable - 1)
    weights = model.coef_ * scale
    return weights, float(model.intercept_ - weights @ mean)


def _platt(values: Floats, answerable: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make log-odds of `values`."""
    fitted = LogisticRegression(C=1e6).fit(values[:, None], answerable)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _rounded(weights: Floats) -> list[float]:
    return [float(f"{weight:.4g}") for weight in weights]


def _report(name: str, chances: Floats, answerable: NDArray[np.bool_], threshold: float) -> None:
    refused = chances < threshold
    line = f"{name:17} {len(chances):5} questions, at {threshold:.3f} false refusals {refused[answerable].mean():.3f}"
    if not answerable.all():
        area = auroc(chances[answerable].tolist(), chances[~answerable].tolist())
        line += f", false answers {(~refused[~answerable]).mean():.3f}, AUROC {area:.3f}"
    print(line)


def _report_reliability(chances: Floats, answerable: NDArray[np.bool_]) -> None:
    print(f"ECE {ece(chances.tolist(), answerable.tolist()):.3f}\nconfidence  questions  answerable")
    for one in reliability(chances.tolist(), answerable.tolist()):
        print(f"{one.low:.1f}-{one.low + 0.1:.1f}     {one.n:6d}     {one.accuracy:.2f}")


if __name__ == "__main__":
    main()
