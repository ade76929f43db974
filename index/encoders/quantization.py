"""The exported model with the weights of its matrix products in 8 bits, made from the exact one and proved to rank as it does."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.encoders.onnx import MODEL, TOKENIZER, WEIGHTS, Description, OnnxEncoder, drawn_texts
from index.encoders.weights import in_eight_bits
from index.errors import ModelError
from index.storage.files import Files
from index.types import Encoding, Vectors

_BITS, _BLOCK, _LEVEL = (
    8,
    32,
    4,
)  # level 4: activations are rounded to 8 bits too, else it takes thrice the time
_LEAST_COSINE, _LEAST_OVERLAP, _TOP = 0.99, 0.97, 10
_SAMPLE, _SEED = 100, 20020228
_REMEDY = "set BALI_EIGHT_BIT=false"


def quantized(exact: OnnxEncoder, folder: Path, passages: Iterable[str]) -> OnnxEncoder:
    """`exact` in 8 bits, written into the new `folder` and opened from there.

    Raises `ModelError` where it cannot be written so, gives a vector whose cosine with the exact one is below 0.99, or
    where of the ten most like each of a sample of `passages` fewer than 97 % are the same.
    """
    files = exact.exported
    assert files is not None
    said = replace(Description.read(files), name=f"{exact.name}, 8 bits", sha256=in_eight_bits(exact.sha256))
    try:
        folder.mkdir()
        said.write(folder)
        (folder / TOKENIZER).write_bytes(files.read(TOKENIZER))
        _write_model(files.path / MODEL, folder / MODEL)
        encoder = OnnxEncoder(Files.of(folder), exact.reranker)
    except Exception as error:  # whatever the quantizer cannot do fails anywhere below
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"cannot be put in 8 bits ({reason})", where=exact.name, remedy=_REMEDY) from error
    _prove(exact, encoder, sorted(set(passages)))
    return encoder


def _write_model(exact: Path, path: Path) -> None:
    """The graph of `exact`, each product with constant weights as onnxruntime's MatMulNBits."""
    import onnx

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    from onnxruntime.quantization import matmul_nbits_quantizer as library

    root.handlers[:] = handlers  # importing it has set up logging for everybody
    root.setLevel(level)
    settings = library.DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK,
        is_symmetric=True,
        accuracy_level=_LEVEL,
        bits=_BITS,
        op_types_to_quantize=("MatMul",),
    )
    quantizer = library.MatMulNBitsQuantizer(onnx.load(str(exact)), algo_config=settings)
    quantizer.process()
    onnx.save_model(
        quantizer.model.model, str(path), save_as_external_data=True, location=WEIGHTS, size_threshold=1024
    )


def _prove(exact: OnnxEncoder, encoder: OnnxEncoder, passages: Sequence[str]) -> None:
    drawn = drawn_texts(exact)
    cosine = min(_cosine(*pair) for pair in zip(exact.read(drawn), encoder.read(drawn), strict=True))
    if not cosine >= _LEAST_COSINE:
        raise ModelError(
            f"gives other vectors in 8 bits (a cosine of {cosine:.4f}, not {_LEAST_COSINE})",
            where=exact.name,
            remedy=_REMEDY,
        )
    order = np.random.default_rng(_SEED).permutation(len(passages))[:_SAMPLE]
    sample = [passages[n] for n in sorted(order)]
    overlap = _overlap(exact.read(sample), encoder.read(sample))
    if not overlap >= _LEAST_OVERLAP:
        raise ModelError(
            f"ranks otherwise in 8 bits (of each {_TOP} passages {overlap:.3f} are the same, not {_LEAST_OVERLAP})",
            where=exact.name,
            remedy=_REMEDY,
        )


def _cosine(one: Encoding, other: Encoding) -> float:
    """The least of the pooled vectors and of those of each word piece."""
    tokens = np.einsum("ij,ij->i", one.tokens, other.tokens)
    return float(min(one.pooled @ other.pooled, tokens.min(initial=1)))


def _overlap(one: Sequence[Encoding], other: Sequence[Encoding]) -> float:
    """Which share of the passages most like each passage is the same, by single vector or by MaxSim: the lesser."""
    worded = [n for n, encoding in enumerate(one) if len(encoding.tokens)]
    if len(worded) < 2:
        return 1.0
    shares = []
    for rank in (_by_pooled, _by_tokens):
        tops = [rank([side[n] for n in worded]) for side in (one, other)]
        shares.append(np.mean([len(a & b) / len(a) for a, b in zip(*tops, strict=True)]))
    return float(min(shares))


def _by_pooled(encodings: Sequence[Encoding]) -> list[set[int]]:
    vectors = np.array([encoding.pooled for encoding in encodings])
    return _best(vectors @ vectors.T)


def _by_tokens(encodings: Sequence[Encoding]) -> list[set[int]]:
    every = np.concatenate([encoding.tokens for encoding in encodings])
    begins = np.cumsum([0, *(len(encoding.tokens) for encoding in encodings[:-1])])
    rows = [np.maximum.reduceat(e.tokens @ every.T, begins, axis=1).mean(axis=0) for e in encodings]
    return _best(np.array(rows))


def _best(scores: Vectors) -> list[set[int]]:
    """Of each row, which other ones score best."""
    np.fill_diagonal(scores, -np.inf)
    return [
        set(row[: min(_TOP, len(row) - 1)].tolist()) for row in np.argsort(-scores, axis=1, kind="stable")
    ]
