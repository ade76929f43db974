"""A tiny deterministic encoder: hashed character trigrams. Similar words get similar vectors; nothing is loaded."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import numpy as np

from index.encoders.reranker import Reranker
from index.encoders.tokenizer import Tokenization
from index.types import Encoding, Vectors

_SIZE = 160


class TinyEncoder:
    """Remembers what it encodes, so that tests see what was computed again."""

    name = "tiny"
    dimensions = token_dimensions = _SIZE
    max_tokens = 400
    exported = None

    def __init__(self, sha256: str = "0" * 64, reranker: Reranker | None = None) -> None:
        self.sha256 = sha256
        self.reranker = reranker
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions)."""
        self.encoded.extend(texts)
        if advance:
            advance(len(texts))
        return np.array([_vector(text) for text in texts], np.float32).reshape(len(texts), _SIZE)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """A word is a token."""
        self.encoded.extend(texts)
        return [_encoding(text) for text in texts]

    def read_questions(self, texts: Sequence[str]) -> list[Encoding]:
        """A question is read as a passage is."""
        return self.read(texts)

    def pieces(self, texts: Sequence[str]) -> list[Tokenization]:
        """The words of each text."""
        return [Tokenization(len(found.ids), found.ids, found.spans) for found in map(_encoding, texts)]

    def vocabulary(self) -> list[str]:
        """Words enough to learn axes from."""
        return ["".join(letters) for letters in product("aeiou", "bdglmnrst", "aeiou", "bdglmnrst")]


def _encoding(text: str) -> Encoding:
    words = list(re.finditer(r"\w+", text))
    return Encoding(
        pooled=_vector(text),
        ids=np.array([_hash(word.group().lower()) % 30_000 for word in words], np.int32),
        spans=np.array([word.span() for word in words], np.int32).reshape(len(words), 2),
        tokens=np.array([_vector(word.group()) for word in words], np.float32).reshape(len(words), _SIZE),
    )


@cache
def _vector(text: str) -> Vectors:
    vector = np.full(_SIZE, 1e-6, np.float32)
    padded = f"  {text.lower()} "
    for n in range(len(padded) - 2):
        vector[_hash(padded[n : n + 3]) % _SIZE] += 1
    vector = np.asarray(vector / np.linalg.norm(vector), np.float32)
    vector.setflags(write=False)  # it is given out again
    return vector


@cache
def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
