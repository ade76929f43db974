"""Embeds many texts with the production encoder, on every core: one process a core, one thread a process."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from index.encoder import Encoder, Vectors

WORTHWHILE = 2000
"""Below so many texts, loading the model again in each process costs more than it saves."""

CHUNK = 64

_worker: Encoder


def embed(
    texts: Sequence[str],
    encoder: Encoder,
    load: Callable[[], Encoder],
    advance: Callable[[int], None] | None = None,
) -> Vectors:
    """Vectors of shape (len(texts), dimensions), as `encoder.encode` gives; `load` loads it once more.

    The longest texts go first, in chunks of like length, so that batches need little padding and no core is
    left with the longest at the end.
    """
    if len(texts) < WORTHWHILE:
        return encoder.encode(texts, advance)
    order = sorted(range(len(texts)), key=lambda n: (-len(texts[n]), n))
    chunks = [order[begin : begin + CHUNK] for begin in range(0, len(order), CHUNK)]
    vectors = np.zeros((len(texts), encoder.dimensions), np.float32)
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, get_context("spawn"), _load, (load,)) as pool:
        encoded = pool.map(_encode, ([texts[n] for n in chunk] for chunk in chunks))
        for chunk, found in zip(chunks, encoded, strict=True):
            vectors[chunk] = found
            if advance:
                advance(len(chunk))
    return vectors


def _load(load: Callable[[], Encoder]) -> None:
    global _worker
    _worker = load()


def _encode(texts: Sequence[str]) -> Vectors:
    return _worker.encode(texts)
