"""Ellipsis: a fragment takes the place of the most similar phrase of the last question, "and men?" of the women in it.

The encoder gives the similarity, so no list of countries, bodies or documents is needed.
"""

from collections.abc import Sequence

import numpy as np

from index.encoders.base import Encoder, unit
from index.types import Encoding, Vectors
from service.understanding.request import Span


def most_similar(encoder: Encoder, fragment: str, question: str, phrases: Sequence[Span]) -> Span | None:
    """The one of `phrases` of `question` that `fragment` replaces; None where there is none."""
    if not phrases:
        return None
    whole, part = encoder.read([question, fragment])
    sought = _mean(part, (0, len(fragment)))
    alike = [float(_mean(whole, span) @ sought) for span in phrases]
    best = max(range(len(phrases)), key=alike.__getitem__)
    return phrases[best]


def _mean(encoding: Encoding, span: Span) -> Vectors:
    inside = (encoding.spans[:, 0] < span[1]) & (encoding.spans[:, 1] > span[0])
    return np.asarray(unit(encoding.tokens[inside].sum(axis=0, keepdims=True))[0], np.float32)
