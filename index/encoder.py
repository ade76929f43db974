"""The embedding model, behind one small protocol."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.reranker import Reranker
from index.weights import EMBEDDING, PACKAGED, loading, locate, weights_sha256

Vectors = NDArray[np.float32]

_TOKEN_LAYERS = 3  # token vectors are the mean of the last three layers, better than any one of them


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the model gives for a text.

    `pooled` is a unit vector of shape (dimensions,). For each word piece that holds a letter or a digit, in
    order, `ids` of shape (pieces,) has its id in the vocabulary, `spans` of shape (pieces, 2) its characters
    in the text, and `tokens` of shape (pieces, token_dimensions) its contextual vector, of length 1. A model that
    was trained for late interaction chooses its pieces itself, and they are all to count `alike`.
    """

    pooled: Vectors
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]
    tokens: Vectors
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a text is cut, nothing left off: its `length` in tokens, and `ids` and `spans` as in `Encoding`."""

    length: int
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]


class Encoder(Protocol):
    """Turns texts into unit vectors; safe to call from several threads.

    What a text gives depends on that text alone, to the last bit: an index that grew is the one built from scratch.
    `sha256` identifies the weights, `max_tokens` is how many tokens it reads of a passage.
    """

    name: str
    sha256: str
    dimensions: int
    token_dimensions: int
    max_tokens: int

    @property
    def reranker(self) -> Reranker | None:
        """What judges the passages found by its vectors, if anything does."""
        ...

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Pooled vectors of shape (len(texts), dimensions); `advance` hears how many texts are done."""
        ...

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Pooled and token vectors of passages."""
        ...

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """The same of questions, which some models read otherwise."""
        ...

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """The word pieces of each text, without their vectors."""
        ...

    def vocabulary(self) -> Sequence[str]:
        """The whole words among the model's tokens, in the order of their ids."""
        ...


class SentenceTransformerEncoder:
    """A local sentence-transformers model on one CPU thread; nothing is downloaded.

    One forward pass gives the pooled and the token vectors; questions are read as passages are. Texts go one by one,
    since padding and the size of a batch change the last bits.
    """

    def __init__(self, model: str = PACKAGED, reranker: Reranker | None = None) -> None:
        self.name = model if model == PACKAGED else Path(model).name
        self.sha256 = weights_sha256(model)
        self.reranker = reranker
        with loading(model, EMBEDDING):
            from sentence_transformers import SentenceTransformer
            from torch import inference_mode

            self._model = SentenceTransformer(
                str(locate(model, EMBEDDING)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
                config_kwargs={"output_hidden_states": True},
            )
        self._model.eval()
        self._inference = inference_mode
        self._lock = threading.Lock()  # fast tokenizers cannot be shared while they truncate or pad
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.token_dimensions = int(cast(Any, self._model[0]).get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length or 512)
        tokens = self._model.tokenizer.convert_ids_to_tokens(range(len(self._model.tokenizer)))
        special = set(self._model.tokenizer.all_special_tokens)
        self._words = [token for token in tokens if token.isalpha() and token not in special]
        self._is_piece = np.array([token not in special and any(map(str.isalnum, token)) for token in tokens])

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """As `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for n, text in enumerate(texts):
            vectors[n] = self._forward(text).pooled
            if advance:
                advance(1)
        return vectors

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read`."""
        return [self._forward(text) for text in texts]

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read_questions`."""
        return self.read(texts)

    def _forward(self, text: str) -> Encoding:
        with self._lock, self._inference():
            features = self._model.tokenizer(
                [text],
                truncation=True,
                max_length=self.max_tokens,
                return_tensors="pt",
                return_offsets_mapping=True,
            )
            spans = features.pop("offset_mapping")[0].numpy().astype(np.int32)
            output = self._model.forward(dict(features))
            layers = [layer[0].float().numpy() for layer in output["all_layer_embeddings"][-_TOKEN_LAYERS:]]
            pooled = unit(output["sentence_embedding"][0].float().numpy())
        hidden = np.sum([unit(layer) for layer in layers], axis=0)
        ids = features["input_ids"][0].numpy().astype(np.int32)
        keep = self._is_piece[ids]
        return Encoding(pooled, ids[keep], spans[keep], unit(hidden[keep]))

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
