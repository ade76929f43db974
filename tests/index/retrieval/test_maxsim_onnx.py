"""The product of word pieces: that of NumPy, whatever is asked beside, and however the passages are filtered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoders.base import unit
from index.retrieval import late_interaction as tokens
from index.retrieval.late_interaction import TokenIndex
from index.retrieval.maxsim_onnx import Product, model
from index.retrieval.quantizer import Quantizer
from index.types import Encoding

DIMENSIONS, AXES = 24, 16


@settings(max_examples=40)
@given(st.integers(0, 40), st.integers(1, 600), st.integers(0, 1000))
def test_it_is_the_one_of_numpy(asked: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors, questions, basis = (
        random.normal(size=shape).astype(np.float32)
        for shape in ((count, AXES), (asked, DIMENSIONS), (DIMENSIONS, AXES))
    )
    quantizer = Quantizer(basis)
    codes = quantizer.encode(vectors @ np.linalg.pinv(basis))
    cosines = Product(model(quantizer, count), quantizer, codes).of(questions)
    assert cosines.shape == (asked, count)
    assert np.allclose(cosines, unit(questions @ basis) @ quantizer.decode(codes).T, atol=1e-6)


def test_what_has_no_length_is_like_nothing() -> None:
    quantizer = Quantizer(np.eye(AXES, dtype=np.float32))
    product = Product(model(quantizer, AXES), quantizer, quantizer.encode(np.eye(AXES, dtype=np.float32)))
    assert (product.of(np.zeros((2, AXES), np.float32)) == 0).all()


def test_vectors_of_another_number_are_refused() -> None:
    quantizer = Quantizer(np.eye(AXES, dtype=np.float32))
    with pytest.raises(Exception, match="dimensions"):
        Product(model(quantizer, 3), quantizer, np.zeros((4, AXES // 2), np.uint8))


def index(pieces: int, seed: int = 1) -> tuple[TokenIndex, Encoding]:
    """An index of twelve passages, and a question."""
    random = np.random.default_rng(seed)
    quantizer = Quantizer(np.eye(AXES, dtype=np.float32))
    passages = [unit(random.normal(size=(pieces, AXES)).astype(np.float32)) for _ in range(12)]
    ids = [np.arange(pieces, dtype=np.int32) for _ in passages]
    asked = unit(random.normal(size=(5, AXES)).astype(np.float32))
    encoding = Encoding(asked[0], np.arange(5, dtype=np.int32), np.zeros((5, 2), np.int32), asked)
    return TokenIndex.of(quantizer, [quantizer.encode(one) for one in passages], ids), encoding


@given(st.lists(st.integers(0, 11), min_size=1, unique=True).map(sorted))
def test_a_passage_comes_as_near_whichever_are_compared_with_it(rows: list[int]) -> None:
    found, asked = index(9)
    every = found.nearest(asked, np.arange(12))
    assert np.array_equal(found.nearest(asked, np.array(rows)), every[rows])


def test_a_corpus_too_large_to_be_unpacked_comes_as_near(monkeypatch: pytest.MonkeyPatch) -> None:
    few, asked = index(9)
    monkeypatch.setattr(tokens, "_UNPACKED_UP_TO", 10)
    many, _ = index(9)
    rows = np.arange(12)
    assert np.allclose(few.nearest(asked, rows), many.nearest(asked, rows), atol=1e-6)
