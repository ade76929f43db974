"""The protocol of embedding models, and what most of them share."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cached_property, lru_cache
from typing import Protocol, TypeVar

import numpy as np

from index.encoders.reranker import Reranker
from index.encoders.tokenizer import ModelInput, Tokenization, WordPieces
from index.storage.files import Files
from index.types import Encoding, Vectors

T = TypeVar("T")
_RECENT = 16  # questions whose vectors are kept
_IN_ONE_THREAD = 8  # up to so many texts, such as the readings of a question, start no threads


class Encoder(Protocol):
    """Turns texts into unit vectors; safe to call from several threads.

    The vectors of a text depend on that text alone, to the last bit, so an updated index equals one built anew.
    `sha256` identifies the weights; of a passage the model reads `max_tokens`.
    """

    name: str
    sha256: str
    dimensions: int
    token_dimensions: int
    max_tokens: int

    @property
    def exported(self) -> Files | None:
        """The files that it runs from, if it was exported, for an index to keep."""
        ...

    @property
    def reranker(self) -> Reranker | None:
        """The reranker of the passages found by its vectors, if there is one."""
        ...

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Pooled vectors of shape (texts, dimensions); calls `advance` with the number of texts newly done."""
        ...

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Pooled and token vectors of passages."""
        ...

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """The same of questions, which some models read in another way."""
        ...

    def pieces(self, texts: Sequence[str]) -> list[Tokenization]:
        """The word pieces of each text, without their vectors."""
        ...

    def vocabulary(self) -> Collection[str]:
        """The whole words among the model's tokens, in the order of their ids."""
        ...


class ReadingEncoder(ABC):
    """An encoder with one forward pass for pooled and token vectors, of questions and passages alike.

    Texts are encoded one by one, since padding and the size of a batch change the last bits; where they are many, each
    core takes the next one.
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
    def forward(self, cut: ModelInput) -> tuple[Vectors, Vectors]:
        """Unit vectors: the pooled one of shape (dimensions,), and those of shape (tokens, token_dimensions)."""

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for n, vector in _each(self._pooled, texts):
            vectors[n] = vector
            if advance:
                advance(1)
        return vectors

    def _pooled(self, text: str) -> Vectors:
        return self.forward(self.word_pieces.cut(text))[0]

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        found = dict(_each(self._read, texts))
        return [found[n] for n in range(len(texts))]

    def _read(self, text: str) -> Encoding:
        cut = self.word_pieces.cut(text)
        pooled, tokens = self.forward(cut)
        return Encoding(pooled, cut.ids[cut.keep].astype(np.int32), cut.spans[cut.keep], tokens[cut.keep])

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """Those of the last questions are kept: one is read to be understood, and again to be searched."""
        return [self._question(text) for text in texts]

    @cached_property
    def _question(self) -> Callable[[str], Encoding]:
        return lru_cache(_RECENT)(self._read)

    def pieces(self, texts: Sequence[str]) -> list[Tokenization]:
        return list(map(self.word_pieces.pieces, texts))

    def vocabulary(self) -> Collection[str]:
        return self.word_pieces.words


def _each(work: Callable[[str], T], texts: Sequence[str]) -> Iterator[tuple[int, T]]:
    """The place of each text and the result of `work` for it, in the order in which they are done.

    With many texts each core takes the longest one left, so that all cores end at about one time.
    """
    if len(texts) <= _IN_ONE_THREAD:
        yield from ((n, work(text)) for n, text in enumerate(texts))
        return
    longest_first = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    try:
        given = {pool.submit(work, texts[n]): n for n in longest_first}
        for done in as_completed(given):
            yield given.pop(done), done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure, or where the caller stops


def unit(vectors: Vectors) -> Vectors:
    """`vectors` scaled to length 1 along the last axis; those of length 0 stay."""
    lengths = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
