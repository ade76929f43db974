"""How a model's own tokenizer cuts texts into word pieces, and where each stands in the text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_REMEMBERED = 4096  # texts


@dataclass(frozen=True, slots=True)
class Cut:
    """A text as a model reads it: `ids` and `types` of shape (tokens,), special ones included.

    `spans` of shape (tokens, 2) are the characters of each, and `keep` of shape (tokens,) tells the word pieces that
    hold a letter or a digit.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    spans: NDArray[np.int32]
    keep: NDArray[np.bool_]

    def features(self, names: Iterable[str]) -> dict[str, NDArray[np.int64]]:
        """The inputs of these names that a transformer takes, each of shape (1, tokens)."""
        known = {
            "input_ids": self.ids,
            "attention_mask": np.ones_like(self.ids),
            "token_type_ids": self.types,
        }
        return {name: known[name][None] for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """How a text is cut, nothing left off: its `length` in tokens, and of the word pieces that hold a letter or a digit
    `ids` of shape (pieces,) and `spans` of shape (pieces, 2). It is equal to itself alone, so that it can be a key."""

    length: int
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]


class WordPieces:
    """The tokenizer of a model; safe to share between threads, since nothing of it changes after it is made.

    `pieces(text)` cuts all of a text, and remembers the last ones, since a passage is cut whenever it is found.
    `words` are the whole words among its tokens, in the order of their ids, and quick to look one up in.
    """

    def __init__(self, definition: str, max_tokens: int) -> None:
        self._whole, self._cut = Tokenizer.from_str(definition), Tokenizer.from_str(definition)
        for tokenizer in (self._whole, self._cut):
            tokenizer.no_padding()
            tokenizer.no_truncation()
        self._cut.enable_truncation(max_tokens)
        self.pieces = lru_cache(maxsize=_REMEMBERED)(self._pieces)
        special = {
            token.content for token in self._whole.get_added_tokens_decoder().values() if token.special
        }
        tokens = [self._whole.id_to_token(id) or "" for id in range(self._whole.get_vocab_size())]
        self.words = dict.fromkeys(token for token in tokens if token.isalpha() and token not in special)
        self._is_piece = np.array([token not in special and any(map(str.isalnum, token)) for token in tokens])

    def save(self, path: Path) -> None:
        """The definition that a tokenizer is made of again."""
        path.write_text(self._whole.to_str(), "utf-8")

    def cut(self, text: str) -> Cut:
        """`text` up to the limit of the model."""
        return self._of(self._cut, text)

    def _pieces(self, text: str) -> Pieces:
        cut = self._of(self._whole, text)
        return Pieces(len(cut.ids), cut.ids[cut.keep].astype(np.int32), cut.spans[cut.keep])

    def _of(self, tokenizer: Tokenizer, text: str) -> Cut:
        encoded = tokenizer.encode(text)
        ids = np.array(encoded.ids, np.int64)
        spans = np.array(encoded.offsets, np.int32).reshape(len(ids), 2)
        return Cut(ids, np.array(encoded.type_ids, np.int64), spans, self._is_piece[ids])
