"""The embedding model, behind one small protocol."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

import numpy as np

from index.encoders.reranker import Reranker
from index.encoders.tokenizer import Cut, Pieces, WordPieces
from index.storage.files import Files
from index.types import Encoding, Vectors

T = TypeVar("T")
_FEW = 8  # texts, as the readings of one question, for which no threads are begun


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


def unit(vectors: Vectors) -> Vectors:
    """`vectors` scaled to length 1 along the last axis; those of length 0 stay."""
    lengths = np.sqrt(np.add.reduce(vectors * vectors, axis=-1, keepdims=True))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
