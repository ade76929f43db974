"""The word pieces of texts, cut by the model's own tokenizer, with their places."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_CACHED = 4096  # texts


@dataclass(frozen=True, slots=True)
class ModelInput:
    """The tokens of a text as a model reads them, special ones included.

    `ids` and `types` have shape (tokens,), `spans` has the characters of each, of shape (tokens, 2), and `keep` of
    shape (tokens,) marks the word pieces with a letter or a digit.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    spans: NDArray[np.int32]
    keep: NDArray[np.bool_]

    def features(self, names: Iterable[str]) -> dict[str, NDArray[np.int64]]:
        """The named inputs of a transformer, each of shape (1, tokens)."""
        known = {
            "input_ids": self.ids,
            "attention_mask": np.ones_like(self.ids),
            "token_type_ids": self.types,
        }
        return {name: known[name][None] for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class Tokenization:
    """The word pieces of a whole text that have a letter or a digit, and its `length` in tokens.

    `ids` have shape (pieces,), `spans` shape (pieces, 2). Compares by identity, so that it can be a key.
    """

    length: int
    ids: NDArray[np.int32]
    spans: NDArray[np.int32]


class WordPieces:
    """The tokenizer of a model; never changed once made, so threads may share it.

    `pieces(text)` cuts a whole text; results are cached, since a passage is cut whenever it is found. `words` are the
    whole words among the tokens, in the order of their ids, with quick look-up.
    """

    def __init__(self, definition: str, max_tokens: int) -> None:
        self._whole, self._cut = Tokenizer.from_str(definition), Tokenizer.from_str(definition)
        for tokenizer in (self._whole, self._cut):
            tokenizer.no_padding()
            tokenizer.no_truncation()
        self._cut.enable_truncation(max_tokens)
        self.pieces = lru_cache(maxsize=_CACHED)(self._pieces)
        special = {
            token.content for token in self._whole.get_added_tokens_decoder().values() if token.special
        }
        tokens = [self._whole.id_to_token(id) or "" for id in range(self._whole.get_vocab_size())]
        self.words = dict.fromkeys(token for token in tokens if token.isalpha() and token not in special)
        self._is_piece = np.array([token not in special and any(map(str.isalnum, token)) for token in tokens])

    def save(self, path: Path) -> None:
        """Write the definition that the constructor takes."""
        path.write_text(self._whole.to_str(), "utf-8")

    def cut(self, text: str) -> ModelInput:
        """The tokens of `text` up to the limit of the model."""
        return self._of(self._cut, text)

    def _pieces(self, text: str) -> Tokenization:
        cut = self._of(self._whole, text)
        return Tokenization(len(cut.ids), cut.ids[cut.keep].astype(np.int32), cut.spans[cut.keep])

    def _of(self, tokenizer: Tokenizer, text: str) -> ModelInput:
        encoded = tokenizer.encode(text)
        ids = np.array(encoded.ids, np.int64)
        spans = np.array(encoded.offsets, np.int32).reshape(len(ids), 2)
        return ModelInput(ids, np.array(encoded.type_ids, np.int64), spans, self._is_piece[ids])
