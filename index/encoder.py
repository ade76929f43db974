"""The embedding model, behind one small protocol."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.files import Files
from index.reranker import Reranker
from index.weights import EMBEDDING, PACKAGED, loading, locate, weights_sha256
from index.wordpieces import Cut, Pieces, WordPieces

Vectors = NDArray[np.float32]
T = TypeVar("T")

_FEW = 8  # texts, as the readings of one question, for which no threads are begun
_LEAST_LENGTH = 1e-12  # of a vector, when it is divided by it
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
    def exported(self) -> Files | None:
        """What it runs from, if it was exported, for a generation to keep."""
        ...

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

    def vocabulary(self) -> Collection[str]:
        """The whole words among the model's tokens, in the order of their ids."""
        ...


class ReadingEncoder(ABC):
    """What encoders that give pooled and token vectors in one forward pass have in common.

    Questions are read as passages are. Texts go one by one, since padding and the size of a batch change the last bits;
    where they are many, each core takes the next one.
    """

    name: str
    sha256: str
    dimensions: int
    token_dimensions: int
    max_tokens: int
    reranker: Reranker | None
    exported: Files | None = None
    word_pieces: WordPieces

    @abstractmethod
    def forward(self, cut: Cut) -> tuple[Vectors, Vectors]:
        """Unit vectors: the pooled one of shape (dimensions,), and those of shape (tokens, token_dimensions)."""

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """As `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for n, vector in _each(self._pooled, texts):
            vectors[n] = vector
            if advance:
                advance(1)
        return vectors

    def _pooled(self, text: str) -> Vectors:
        return self.forward(self.word_pieces.cut(text))[0]

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read`."""
        found = dict(_each(self._read, texts))
        return [found[n] for n in range(len(texts))]

    def _read(self, text: str) -> Encoding:
        cut = self.word_pieces.cut(text)
        pooled, tokens = self.forward(cut)
        return Encoding(pooled, cut.ids[cut.keep].astype(np.int32), cut.spans[cut.keep], tokens[cut.keep])

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """As `Encoder.read_questions`."""
        return self.read(texts)

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """As `Encoder.pieces`."""
        return list(map(self.word_pieces.pieces, texts))

    def vocabulary(self) -> Collection[str]:
        """As `Encoder.vocabulary`."""
        return self.word_pieces.words


def _each(work: Callable[[str], T], texts: Sequence[str]) -> Iterator[tuple[int, T]]:
    """The place of each text and what `work` gives for it, as they are done.

    A few are worked on here. Of many, each core takes the next one, the longest first, so that all end at about one time.
    """
    if len(texts) <= _FEW:
        yield from ((n, work(text)) for n, text in enumerate(texts))
        return
    longest_first = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    try:
        given = {pool.submit(work, texts[n]): n for n in longest_first}
        for done in as_completed(given):
            yield given.pop(done), done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # where one has failed, or the rest is not wanted


class SentenceTransformerEncoder(ReadingEncoder):
    """A local sentence-transformers model on one CPU thread; nothing is downloaded."""

    def __init__(self, model: str = PACKAGED, reranker: Reranker | None = None) -> None:
        self.name = model if model == PACKAGED else Path(model).name
        self.sha256 = weights_sha256(model)
        self.reranker = reranker
        with loading(model, EMBEDDING):
            import torch
            from sentence_transformers import SentenceTransformer

            self.model = SentenceTransformer(
                str(locate(model, EMBEDDING)),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
                config_kwargs={"output_hidden_states": True},
            ).eval()
            self.max_tokens = int(self.model.max_seq_length or 512)
            definition = self.model.tokenizer.backend_tokenizer.to_str()
            self.word_pieces = WordPieces(definition, self.max_tokens)
        self._torch = torch
        self.inputs = tuple(self.model.tokenizer.model_input_names)
        self.dimensions = int(self.model.get_embedding_dimension() or 0)
        self.token_dimensions = int(cast(Any, self.model[0]).get_embedding_dimension())

    def vectors(self, features: dict[str, Any]) -> tuple[Any, Any]:
        """What `forward` gives, as tensors of shapes (1, dimensions) and (1, tokens, token_dimensions), for tensors of
        shape (1, tokens)."""
        return self.scaled(self.model.forward(features))

    def scaled(self, output: Any) -> tuple[Any, Any]:
        """The same of what the model gives."""
        layers = map(self._unit, output["all_layer_embeddings"][-_TOKEN_LAYERS:])
        return self._unit(output["sentence_embedding"]), self._unit(reduce(add, layers))

    def _unit(self, vectors: Any) -> Any:
        """As `unit`; written so that it is exported as a few operations without copies."""
        lengths = self._torch.linalg.vector_norm(vectors.float(), dim=-1, keepdim=True)
        return vectors.float() / lengths.clamp_min(_LEAST_LENGTH)

    def forward(self, cut: Cut) -> tuple[Vectors, Vectors]:
        """As `ReadingEncoder.forward`."""
        with self._torch.inference_mode():
            features = {name: self._torch.from_numpy(row) for name, row in cut.features(self.inputs).items()}
            pooled, tokens = self.vectors(features)
            return pooled[0].numpy(), tokens[0].numpy()


def unit(vectors: Vectors) -> Vectors:
    """`vectors` scaled to length 1 along the last axis; those of length 0 stay."""
    lengths = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
