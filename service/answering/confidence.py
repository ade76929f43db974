"""How sure an answer is: a logistic model over `service.signals`, in plain numbers.

`python -m eval.training.confidence --write` fits it and keeps it in `confidence.json`, in two fits: one reads the views of a
question too and holds for the encoder it was fitted with, the other does without and serves every other encoder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

import numpy as np

from index.encoders.weights import family
from index.generation import Index
from index.search import SearchResults
from index.terms import terms
from index.types import Vectors
from service.answering.features import Features, features
from service.questions.analysis import QuestionAnalysis

MODEL = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True, slots=True)
class Fit:
    """Log-odds are `bias`, the scalars times their weights, and each view's product with its vector.

    An answer is given from a probability of `partial` on, and called answered from `answered` on.
    """

    bias: float
    scalars: Mapping[str, float]
    views: Mapping[str, Vectors]
    partial: float
    answered: float

    def probability(self, known: Features) -> float:
        """That the documents answer the question, by its signals."""
        odds = self.bias + sum(weight * known.scalars[name] for name, weight in self.scalars.items())
        odds += sum(float(vector @ known.views[name]) for name, vector in self.views.items())
        return 1 / (1 + exp(-odds))


@dataclass(frozen=True, slots=True)
class Confidence:
    """A probability that the documents answer, and what it is enough for."""

    value: float
    refused: bool
    sure: bool


def confidence(index: Index, question: QuestionAnalysis, standalone: str, found: SearchResults) -> Confidence:
    """How sure it is that the documents answer `question`, as it was asked, with what was `found`.

    `standalone` says the question with what it leans on: where nothing of it is known, nothing answers.
    """
    known_words = any(index.lexical.frequency(term) for term in terms(standalone))
    if not found.results or not (known_words or found.interpretation.corrected):
        return Confidence(0.0, refused=True, sure=False)
    fit = fit_for(index.manifest.model_sha256)
    value = fit.probability(features(index, question, found))
    return Confidence(round(value, 4), refused=value < fit.partial, sure=value >= fit.answered)


@cache
def fit_for(encoder: str) -> Fit:
    """The fit for an encoder, known by the SHA-256 of its weights."""
    data = json.loads(MODEL.read_text("utf-8"))
    fit = data["seen" if family(encoder) == family(data["encoder"]) else "unseen"]
    fit["views"] = {name: np.array(vector, np.float32) for name, vector in fit["views"].items()}
    return Fit(**fit)
