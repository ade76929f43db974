"""The probability that an answer is right: a logistic model over `service.answering.features`.

`python -m eval.training.confidence --write` fits it and writes `confidence.json`, with two fits: one with views of the
question, for the encoder it was fitted with; one without, for every other encoder.
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
class ConfidenceModel:
    """Log-odds are `bias`, the weighted scalars, and the product of each view with its vector.

    From a probability of `partial` on there is an answer, from `answered` on it is sure.
    """

    bias: float
    scalars: Mapping[str, float]
    views: Mapping[str, Vectors]
    partial: float
    answered: float

    def probability(self, known: Features) -> float:
        """The probability that the documents answer the question."""
        odds = self.bias + sum(weight * known.scalars[name] for name, weight in self.scalars.items())
        odds += sum(float(vector @ known.views[name]) for name, vector in self.views.items())
        return 1 / (1 + exp(-odds))


@dataclass(frozen=True, slots=True)
class Confidence:
    """The probability that the documents answer, and its consequences."""

    value: float
    refused: bool
    sure: bool


def confidence(index: Index, question: QuestionAnalysis, standalone: str, found: SearchResults) -> Confidence:
    """The confidence that `found` answers `question`, in the user's own words.

    No answer is given where the index knows no word of `standalone`, the same question with its context.
    """
    known_words = any(index.lexical.frequency(term) for term in terms(standalone))
    if not found.results or not (known_words or found.interpretation.corrected):
        return Confidence(0.0, refused=True, sure=False)
    fit = fit_for(index.manifest.model_sha256)
    value = fit.probability(features(index, question, found))
    return Confidence(round(value, 4), refused=value < fit.partial, sure=value >= fit.answered)


@cache
def fit_for(encoder: str) -> ConfidenceModel:
    """The model for an encoder, given by the SHA-256 of its weights."""
    data = json.loads(MODEL.read_text("utf-8"))
    fit = data["seen" if family(encoder) == family(data["encoder"]) else "unseen"]
    fit["views"] = {name: np.array(vector, np.float32) for name, vector in fit["views"].items()}
    return ConfidenceModel(**fit)
