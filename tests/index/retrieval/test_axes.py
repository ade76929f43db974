"""The axes of token vectors: those trained for a model come with the project, and a change of them is built anew."""

from pathlib import Path

import numpy as np
import pytest

import index.retrieval.quantizer
from corpus.catalogue import read_catalogue
from index.build import build, is_current
from index.encoders.models import Models
from index.generation import load_index
from index.retrieval.quantizer import AXES, Quantizer
from tests.conftest import write_corpus
from tests.support.tiny import TinyEncoder


@pytest.fixture
def axes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which trained axes are looked for."""
    folder = tmp_path / "axes"
    folder.mkdir()
    monkeypatch.setattr(index.retrieval.quantizer, "_TRAINED", folder)
    return folder


def keep(folder: Path, encoder: TinyEncoder, seed: int) -> None:
    drawn = np.random.default_rng(seed).normal(size=(encoder.token_dimensions, AXES))
    np.save(folder / f"{encoder.sha256[:16]}.npy", drawn.astype(np.float16))


def test_the_packaged_model_has_trained_axes_that_keep_like_near_to_like() -> None:
    quantizer = Quantizer.trained(Models().sha256())
    assert quantizer is not None
    vectors = np.random.default_rng(1).normal(size=(20, quantizer.basis.shape[0])).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = quantizer.cosines(vectors, quantizer.encode(vectors))
    assert (cosines.argmax(axis=1) == np.arange(20)).all()
    assert cosines.diagonal().min() > 0.97


def test_axes_trained_since_make_a_build_stale_and_are_taken_up_by_the_next(
    tmp_path: Path, axes: Path
) -> None:
    catalogue, var = read_catalogue(write_corpus(tmp_path / "corpus")), tmp_path / "var"
    encoder = TinyEncoder()
    before = build(var, catalogue, encoder).generation
    assert is_current(var, catalogue, encoder.sha256)
    for seed in (1, 2):
        keep(axes, encoder, seed)
        assert not is_current(var, catalogue, encoder.sha256)
        built = build(var, catalogue, encoder)
        assert built.embedded == built.passages
        assert built.generation != before
        assert is_current(var, catalogue, encoder.sha256)
        trained = Quantizer.trained(encoder.sha256)
        assert trained is not None
        assert np.array_equal(load_index(var).tokens.quantizer.basis, trained.basis)
        before = built.generation
    assert build(var, catalogue, encoder).embedded == 0


def test_the_share_of_own_text_falls_with_the_context(tmp_path: Path) -> None:
    build(tmp_path / "var", read_catalogue(write_corpus(tmp_path / "corpus")), TinyEncoder())
    index = load_index(tmp_path / "var")
    ranked = [passage for passage in index.passages if passage.kind != "heading"]
    own = sum(len(passage.text) for passage in ranked)
    context = sum(len(passage.context) + 1 for passage in ranked)
    assert index.own_share == pytest.approx(own / (own + context))
    assert 0 < index.own_share < 1
