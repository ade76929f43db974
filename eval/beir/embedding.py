"""Embeds many texts with the production encoder, on every core: one process a core, one thread a process.

One forward pass gives a text's single vector and its token vectors; these leave the process as codes, of
four bits an axis.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from index.encoders.base import Encoder
from index.encoders.tokenizer import Tokenization
from index.retrieval.quantizer import Codes, Quantizer
from index.types import Vectors

WORTHWHILE = 2000
"""Below so many texts, loading the model again in each process costs more than it saves."""

CHUNK = 64

_worker: tuple[Encoder, Quantizer]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the model made of texts: vectors of shape (texts, dimensions), and the codes of each."""

    vectors: Vectors
    codes: Sequence[Codes]
    quantizer: Quantizer


def embed(
    texts: Sequence[str],
    pieces: Sequence[Tokenization],
    encoder: Encoder,
    load: Callable[[], Encoder],
    advance: Callable[[int], None] = lambda _: None,
) -> Embedded:
    """The texts embedded; `pieces` are `encoder.pieces(texts)`, and `load` loads the encoder once more.

    The texts of most tokens go first, so that no core is left with the longest at the end.
    """
    quantizer = Quantizer.of(encoder)
    order = sorted(range(len(texts)), key=lambda n: (-min(pieces[n].length, encoder.max_tokens), n))
    chunks = [order[begin : begin + CHUNK] for begin in range(0, len(order), CHUNK)]
    vectors = np.zeros((len(texts), encoder.dimensions), np.float32)
    codes: dict[int, Codes] = {}

    def take(chunk: list[int], found: tuple[Vectors, list[Codes]]) -> None:
        vectors[chunk] = found[0]
        codes.update(zip(chunk, found[1], strict=True))
        advance(len(chunk))

    if len(texts) < WORTHWHILE:
        for chunk in chunks:
            take(chunk, _read(encoder, quantizer, [texts[n] for n in chunk]))
    else:
        cores = len(os.sched_getaffinity(0))
        with ProcessPoolExecutor(cores, get_context("spawn"), _load, (load, quantizer)) as pool:
            read = pool.map(_read_here, ([texts[n] for n in chunk] for chunk in chunks))
            for chunk, found in zip(chunks, read, strict=True):
                take(chunk, found)
    return Embedded(vectors, [codes[n] for n in range(len(texts))], quantizer)


def _load(load: Callable[[], Encoder], quantizer: Quantizer) -> None:
    global _worker
    _worker = load(), quantizer


def _read_here(texts: list[str]) -> tuple[Vectors, list[Codes]]:
    return _read(*_worker, texts)


def _read(encoder: Encoder, quantizer: Quantizer, texts: list[str]) -> tuple[Vectors, list[Codes]]:
    encodings = encoder.read(texts)
    pooled = np.array([encoding.pooled for encoding in encodings], np.float32)
    return pooled, [quantizer.encode(encoding.tokens) for encoding in encodings]
