"""Rerankers: models that read a question and a passage together."""

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.encoders.weights import RERANKER, loading, locate, weights_sha256
from index.errors import ModelError

_BATCH = 8


class Reranker(Protocol):
    """Scores how well texts answer a question; safe to call from several threads."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of shape (texts,), each in 0..1 and independent of the other texts."""
        ...


class CrossEncoderReranker:
    """A local sentence-transformers `CrossEncoder` of one label on one CPU thread; nothing is downloaded.

    The score is the sigmoid of the model's output, in 0..1, whatever activation the model sets itself.
    """

    def __init__(self, model: str) -> None:
        weights_sha256(model, RERANKER)
        with loading(model, RERANKER):
            from sentence_transformers import CrossEncoder
            from torch.nn import Sigmoid

            self._model = CrossEncoder(
                str(locate(model, RERANKER)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        if self._model.num_labels != 1:
            raise ModelError(
                f"gives {self._model.num_labels} scores to a question and a text, not one",
                where=model,
                remedy=RERANKER.remedy,
            )
        self._chance = Sigmoid()
        self._lock = threading.Lock()  # fast tokenizers cannot be shared while they truncate or pad

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of shape (texts,), in 0..1; a text longer than the model reads is cut off."""
        if not texts:
            return np.zeros(0, np.float32)
        with self._lock:
            found = self._model.predict(
                [(question, text) for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                activation_fn=self._chance,
            )
        return np.asarray(found, np.float32)
