"""Fit the heads that tell what a message asks for (`service.understanding.heads`), and report them for unseen authors.

`python -m eval.training.understanding [--write]`: logistic regressions on `eval/gold/messages/*.jsonl`, messages of one
author a file. Each author's messages are judged by a fit on those of the others.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from index.encoders.base import Encoder
from index.terms import FUNCTION_WORDS, terms
from index.types import Vectors
from service.settings import Settings
from service.understanding.heads import HEADS, heads_path, runs_of, scaled, views
from service.understanding.words import with_question_mark

GOLD = Path(__file__).parents[1] / "gold" / "messages"
_RARE = 3  # messages in which a run of words must occur, of two authors at least
_RUN_WEIGHT = 1.5  # of runs beside the vector
_LOOSENESS = 3.0  # inverse of the penalty
_ASKING, _PERHAPS = 0.01, 0.002  # shares of an author's messages that have a term which only asks, or may

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message, who wrote it, and the label of each head."""

    author: str
    text: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What `service.understanding.heads.load` reads."""

    vectors: bool
    runs: Sequence[str]
    asking: Sequence[str]
    perhaps: Sequence[str]
    labels: Mapping[str, Sequence[str]]
    weights: Mapping[str, Vectors]


def main() -> None:
    """Print the figures for authors left out; with --write, keep the fits on all authors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the models fitted on all authors")
    write = parser.parse_args().write
    encoder = Settings().models.load()
    messages = read_messages(GOLD)
    read = encoder.read_questions([with_question_mark(message.text) for message in messages])
    vectors = np.stack([views(message.text, one) for message, one in zip(messages, read, strict=True)])
    for known in (vectors, None):
        print("\nwith the vectors" if known is not None else "\nby words alone")
        _report(messages, known)
        if write:
            _write(fit(messages, known), encoder if known is not None else None)


def read_messages(folder: Path) -> list[LabelledMessage]:
    """The messages of every file of a folder, in order."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            said = json.loads(line)
            labels = {head: said[head] for head in HEADS if head != "needs_context"}
            labels["needs_context"] = "yes" if said["follow_up"] else "no"
            found.append(LabelledMessage(path.stem, said["text"], labels))
    return found


def fit(messages: Sequence[LabelledMessage], vectors: Vectors | None) -> Fitted:
    """The heads fitted on some messages; `vectors` are their views, of shape (messages, 6 * dimensions)."""
    runs = _runs(messages)
    table = _features(messages, vectors, runs)
    labels, weights = {}, {}
    for head in HEADS:
        truth = [message.labels[head] for message in messages]
        model = LogisticRegression(C=_LOOSENESS, max_iter=300).fit(table, truth)
        labels[head] = list(map(str, model.classes_))
        weights[head] = _weights(model, len(runs))
    return Fitted(
        vectors is not None,
        runs,
        _asking(messages, _ASKING, _authors(messages)),
        _asking(messages, _PERHAPS, 2),
        labels,
        weights,
    )


def _weights(model: LogisticRegression, runs: int) -> Vectors:
    """Of shape (features + 1, labels)."""
    coefficients, bias = model.coef_, model.intercept_
    if len(coefficients) == 1:  # of two labels
        coefficients, bias = (
            np.vstack([-coefficients / 2, coefficients / 2]),
            np.array([-bias[0] / 2, bias[0] / 2]),
        )
    coefficients = coefficients.T.copy()
    coefficients[len(coefficients) - runs :] *= _RUN_WEIGHT
    return np.vstack([coefficients, bias]).astype(np.float32)


def _features(messages: Sequence[LabelledMessage], vectors: Vectors | None, runs: Sequence[str]) -> Vectors:
    place = {run: n for n, run in enumerate(runs)}
    table = np.zeros((len(messages), len(runs)), np.float32)
    for row, message in enumerate(messages):
        known = sorted({place[run] for run in runs_of(message.text) if run in place})
        table[row, known] = _RUN_WEIGHT * scaled(len(known))
    return table if vectors is None else np.hstack([vectors, table])


def _runs(messages: Sequence[LabelledMessage]) -> list[str]:
    """The runs of words that several messages of two authors or more have, in order."""
    counts, authors = Counter[str](), dict[str, set[str]]()
    for message in messages:
        for run in set(runs_of(message.text)):
            counts[run] += 1
            authors.setdefault(run, set()).add(message.author)
    most = len({message.author for message in messages})
    return sorted(run for run, n in counts.items() if n >= _RARE and len(authors[run]) >= min(2, most))


def _asking(messages: Sequence[LabelledMessage], share: float, authors: int) -> list[str]:
    """The terms that so large a share of the messages of so many authors have, about whatever they ask."""
    found: Counter[str] = Counter()
    for author in sorted({message.author for message in messages}):
        own = [message for message in messages if message.author == author]
        counts = Counter(term for message in own for term in set(terms(message.text)))
        found.update(term for term, n in counts.items() if n >= max(2, share * len(own)))
    return sorted({term for term, n in found.items() if n >= authors} - FUNCTION_WORDS)


def _authors(messages: Sequence[LabelledMessage]) -> int:
    return len({message.author for message in messages})


def _report(messages: Sequence[LabelledMessage], vectors: Vectors | None) -> None:
    authors = np.array([message.author for message in messages])
    said: dict[str, list[str]] = {head: [""] * len(messages) for head in HEADS}
    for author in sorted(set(authors)) if len(set(authors)) > 1 else ():
        rest, own = np.flatnonzero(authors != author).tolist(), np.flatnonzero(authors == author).tolist()
        model = fit([messages[n] for n in rest], None if vectors is None else vectors[rest])
        table = _features([messages[n] for n in own], None if vectors is None else vectors[own], model.runs)
        for head in HEADS:
            odds = table @ _unscaled(model.weights[head], len(model.runs)) + model.weights[head][-1]
            for n, best in zip(own, odds.argmax(axis=1), strict=True):
                said[head][n] = model.labels[head][best]
    for head in HEADS:
        truth = [message.labels[head] for message in messages]
        right = Counter(author for author, a, b in zip(authors, truth, said[head], strict=True) if a == b)
        shares = {author: right[author] / int((authors == author).sum()) for author in sorted(set(authors))}
        print(f"{head:14} {sum(right.values()) / len(messages):.3f}  {shares}")
        if head in ("intent", "wanted"):
            wrong = Counter((a, b) for a, b in zip(truth, said[head], strict=True) if a != b)
            print("   ", ", ".join(f"{a}→{b} {n}" for (a, b), n in wrong.most_common(14)))


def _unscaled(weights: Vectors, runs: int) -> Vectors:
    """Weights for a table whose runs have their weight already."""
    found = weights[:-1].copy()
    found[len(found) - runs :] /= _RUN_WEIGHT
    return found


def _write(model: Fitted, encoder: Encoder | None) -> None:
    path = heads_path(encoder.sha256 if encoder else None)
    path.parent.mkdir(exist_ok=True)
    arrays: dict[str, Any] = {
        "vectors": np.array(model.vectors),
        "runs": np.array(model.runs),
        "asking": np.array(model.asking),
        "perhaps": np.array(model.perhaps),
    }
    for head in HEADS:
        arrays[head] = model.weights[head].astype(np.float16)
        arrays[f"{head} labels"] = np.array(model.labels[head])
    np.savez_compressed(path, **arrays)
    print(f"wrote {path.name}: {len(model.runs)} runs, {path.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
