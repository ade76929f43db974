"""Linear heads that tell what a message asks for, from its vector and its short runs of words.

`python -m eval.training.understanding --write` fits them on messages of several authors, one fit for an encoder and one
on words alone for every other encoder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.encoders.weights import family
from index.types import Vectors
from service.understanding.words import words_of

FOLDER = Path(__file__).with_name("heads")
HEADS = ("intent", "wanted", "field", "command", "needs_context")
_BY_WORDS = "words"  # the fit for encoders that none was made for


@dataclass(frozen=True, slots=True)
class HeadModel:
    """`runs` are the runs of words that count; of each head, `labels` and weights of shape (features + 1, labels).

    The features are the vector, if `vectors`, and which runs a message has; the last row is the bias.
    `asking` are the stemmed words that ask in many messages about anything, and so are no topic.
    """

    vectors: bool
    runs: Mapping[str, int]
    asking: frozenset[str]
    labels: Mapping[str, Sequence[str]]
    weights: Mapping[str, Vectors]

    def chances(self, message: str, vector: Vectors) -> Mapping[str, Mapping[str, float]]:
        """Of each head the probability of each label."""
        known = sorted({self.runs[run] for run in runs_of(message) if run in self.runs})
        return {head: self._chances(head, vector, known) for head in HEADS}

    def _chances(self, head: str, vector: Vectors, known: Sequence[int]) -> Mapping[str, float]:
        weights = self.weights[head]
        size = len(weights) - 1 - len(self.runs)
        odds = weights[-1] + scaled(len(known)) * weights[size:-1][known].sum(axis=0)
        if self.vectors:
            odds = odds + vector @ weights[:size]
        chances = np.exp(odds - odds.max())
        return dict(zip(self.labels[head], (chances / chances.sum()).tolist(), strict=True))


def scaled(count: int) -> float:
    """What each of `count` runs weighs, so that long messages have no more to say than short ones."""
    return float(1 / np.sqrt(max(1, count)))


def runs_of(message: str) -> Iterator[str]:
    """Words, pairs of words, and both at the beginning and the end of a message; numbers as 0."""
    said = words_of(message)
    marked = ["^", *said, "$"]
    yield from said
    for length in (2, 3):
        yield from (" ".join(marked[n : n + length]) for n in range(len(marked) - length + 1))
    if message.rstrip().endswith("?"):
        yield "?"


@cache
def heads_for(encoder: str) -> HeadModel:
    """The heads for an encoder, given by the SHA-256 of its weights."""
    path = heads_path(encoder)
    return load(path if path.is_file() else FOLDER / f"{_BY_WORDS}.npz")


def heads_path(encoder: str | None) -> Path:
    """Where the heads for an encoder are kept; of words alone without one."""
    return FOLDER / f"{family(encoder) if encoder else _BY_WORDS}.npz"


def load(path: Path) -> HeadModel:
    with np.load(path, allow_pickle=False) as data:
        labels = {head: tuple(map(str, data[f"{head} labels"])) for head in HEADS}
        return HeadModel(
            vectors=bool(data["vectors"]),
            runs={str(run): place for place, run in enumerate(data["runs"])},
            asking=frozenset(map(str, data["asking"])),
            labels=labels,
            weights={head: data[head].astype(np.float32) for head in HEADS},
        )
