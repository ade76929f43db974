"""Linear heads that tell what a message asks for, from its vector and its short runs of words.

`python -m eval.training.understanding --write` fits them on messages of several authors, one fit for an encoder and one
on words alone for every other encoder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from index.encoders.base import unit
from index.encoders.weights import family
from index.terms import FUNCTION_WORDS, terms
from index.types import Encoding, Vectors
from service.understanding.words import words_of

FOLDER = Path(__file__).with_name("heads")
HEADS = ("intent", "wanted", "field", "command", "needs_context")
_TELLING = 0.8  # weight of a word from which it tells that a column is asked for
_FADING = 4.0  # decay of the weight of a beginning: exp(-4) at the end of a message
_BY_WORDS = "words"  # the fit for encoders that none was made for


@dataclass(frozen=True)
class HeadModel:
    """`runs` are the runs of words that count; of each head, `labels` and weights of shape (features + 1, labels).

    The features are the views of a message, if `vectors`, and which runs it has; the last row is the bias.
    `asking` are the terms that many messages about anything have, and so are no topic; `perhaps` are those that some have,
    which are none where no passage has them.
    """

    vectors: bool
    runs: Mapping[str, int]
    asking: frozenset[str]
    perhaps: frozenset[str]
    labels: Mapping[str, Sequence[str]]
    weights: Mapping[str, Vectors]

    @cached_property
    def telling_fields(self) -> frozenset[str]:
        """The terms that tell that a column is asked for, and so are no topic beside it."""
        columns = [n for n, label in enumerate(self.labels["field"]) if label != "none"]
        weights = self.weights["field"][-1 - len(self.runs) : -1, columns].max(axis=1)
        return frozenset(
            term
            for run, n in self.runs.items()
            if weights[n] >= _TELLING and " " not in run
            for term in terms(run)
        )

    def chances(self, message: str, encoding: Encoding) -> Mapping[str, Mapping[str, float]]:
        """Of each head the probability of each label."""
        vector = views(message, encoding) if self.vectors else np.zeros(0, np.float32)
        known = sorted({self.runs[run] for run in runs_of(message) if run in self.runs})
        return {head: self._chances(head, vector, known) for head in HEADS}

    def _chances(self, head: str, vector: Vectors, known: Sequence[int]) -> Mapping[str, float]:
        weights = self.weights[head]
        size = len(weights) - 1 - len(self.runs)
        odds = weights[-1] + scaled(len(known)) * weights[size:-1][known].sum(axis=0)
        odds = odds + vector @ weights[:size]
        chances = np.exp(odds - odds.max())
        return dict(zip(self.labels[head], (chances / chances.sum()).tolist(), strict=True))


def views(message: str, encoding: Encoding) -> Vectors:
    """What the vectors of a message and of its word pieces say, of shape (6 * dimensions,).

    One after the other, each of unit length: the pooled vector, the first piece, the pieces weighted by how near the
    beginning they are, the last two, those of function words, and all others. A question's form shows at its ends and in
    its small words, what it is about in the rest.
    """
    pieces = encoding.tokens
    if not len(pieces):
        return np.concatenate([encoding.pooled, np.zeros(5 * len(encoding.pooled), np.float32)])
    small = np.array([message[a:b].lower() in FUNCTION_WORDS for a, b in encoding.spans.tolist()])
    nearness = np.exp(-_FADING * np.linspace(0, 1, len(pieces), dtype=np.float32))
    sums = np.stack(
        [
            pieces[0],
            nearness @ pieces,
            pieces[-2:].sum(axis=0),
            pieces[small].sum(axis=0),
            pieces[~small].sum(axis=0),
        ]
    )
    return np.concatenate([encoding.pooled, unit(sums).ravel()])


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
            perhaps=frozenset(map(str, data["perhaps"])),
            labels=labels,
            weights={head: data[head].astype(np.float32) for head in HEADS},
        )
