"""Weights in 8 bits: what they find is what the exact ones find, neither is asked of the other's index, or it is refused."""

from pathlib import Path

import numpy as np
import pytest

from corpus.catalogue import Catalogue
from index.build import build, indexed_texts
from index.encoders.base import Encoder
from index.encoders.loading import Models
from index.encoders.onnx import OnnxEncoder
from index.encoders.quantization import quantized
from index.errors import ModelError, StaleError
from index.opening import encoder_to_build_with, open_index
from index.retrieval.quantizer import Quantizer
from index.search import search
from service.answering.confidence import fit_for
from tests.support.generations import catalogue
from tests.support.local_models import bare_model

QUESTIONS = ("Which lighthouse needs a staircase?", "Who trains buoy inspectors?", "tide calendar 2021")
EIGHT = Models(eight_bit=True)


@pytest.fixture(scope="module")
def eight(real_encoder: Encoder, shipped: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    """The packaged model in 8 bits, proved on the shipped passages."""
    assert isinstance(real_encoder, OnnxEncoder)
    return quantized(real_encoder, tmp_path_factory.mktemp("made") / "eight", indexed_texts(shipped))


@pytest.fixture(scope="module")
def var(eight: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generation of the harbour corpus in 8 bits."""
    folder = tmp_path_factory.mktemp("harbour")
    build(folder / "var", catalogue(folder, 1), eight)
    return folder / "var"


def test_an_index_in_8_bits_finds_what_the_exact_one_finds(
    var: Path, real_encoder: Encoder, tmp_path: Path
) -> None:
    build(tmp_path / "var", catalogue(tmp_path, 1), real_encoder)
    exact, found = open_index(tmp_path / "var", Models()), open_index(var, EIGHT)
    for question in QUESTIONS:
        tops = [search(*pair, question, 3).results for pair in (exact, found)]
        assert [r.passage.id for r in tops[0]] == [r.passage.id for r in tops[1]]
        np.testing.assert_allclose([r.score for r in tops[0]], [r.score for r in tops[1]], atol=0.01)
        assert [r.score for r in tops[0]] != [r.score for r in tops[1]]


def test_neither_is_asked_of_the_others_index(var: Path, real_var: Path) -> None:
    for folder, models in ((var, Models()), (real_var, EIGHT)):
        with pytest.raises(StaleError, match="BALI_EIGHT_BIT"):
            open_index(folder, models)


def test_the_next_build_takes_it_over_and_reads_the_same_to_the_last_bit(
    var: Path, eight: OnnxEncoder, tmp_path: Path
) -> None:
    again, _ = encoder_to_build_with(var, EIGHT, tmp_path, ())
    assert list(tmp_path.iterdir()) == []
    assert (again.name, again.sha256) == (eight.name, EIGHT.sha256())
    one, other = again.read(QUESTIONS), eight.read(QUESTIONS)
    assert all(np.array_equal(a.tokens, b.tokens) for a, b in zip(one, other, strict=True))


def test_what_was_learned_for_the_weights_holds_for_their_8_bits() -> None:
    exact, found = Quantizer.trained(Models().sha256()), Quantizer.trained(EIGHT.sha256())
    assert exact
    assert found
    np.testing.assert_array_equal(exact.basis, found.basis)
    assert fit_for(EIGHT.sha256()).views.keys() == fit_for(Models().sha256()).views.keys() != set()


@pytest.mark.parametrize(("seed", "problem"), [(1, "gives other vectors"), (2, "ranks otherwise")])
def test_a_model_that_8_bits_do_not_hold_is_refused_by_name(tmp_path: Path, seed: int, problem: str) -> None:
    """Random weights lose more than trained ones do."""
    model = Models(str(bare_model(tmp_path / "model", seed)), eight_bit=True)
    alike = [f"lamp {number * 7919 % 10007}" for number in range(120)]  # whose order hangs on little
    (tmp_path / "exported").mkdir()
    with pytest.raises(ModelError, match=rf"{problem} in 8 bits .*BALI_EIGHT_BIT=false"):
        model.export(tmp_path / "exported", alike)
