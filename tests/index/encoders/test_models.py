"""Other models by a setting: each kind is read as it was trained to be, found wanting in words, and never guessed at.

They are run by `make robustness`: the libraries that make models take seconds to load.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.catalogue import read_catalogue
from index.build import build, is_current
from index.encoders.base import unit
from index.encoders.colbert import LateInteractionEncoder
from index.encoders.models import Models
from index.encoders.reranker import CrossEncoderReranker
from index.encoders.weights import TOKENS, joined, weights_sha256
from index.errors import GenerationError, ModelError
from index.generation import Index, load_index
from index.passages.store import indexed_text
from index.search import EvidenceWeights, search
from tests.conftest import write_corpus
from tests.support import local_models
from tests.support.tiny import TinyEncoder

pytestmark = pytest.mark.robustness
QUESTION = "Who repairs the northern lighthouse?"
PASSAGE = "Repair the lighthouse, please: today!"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "bare": local_models.bare_model(folder / "bare"),
        "tokens": local_models.token_model(folder / "tokens"),
        "other tokens": local_models.token_model(folder / "other", 7),
        "pooled tokens": local_models.token_model(folder / "pooled", pooled=True),
        "judge": local_models.cross_encoder(folder / "judge"),
        "classifier": local_models.cross_encoder(folder / "classifier", 3),
    }


@pytest.fixture(scope="module")
def encoder(folders: dict[str, Path]) -> LateInteractionEncoder:
    return LateInteractionEncoder(TinyEncoder(), str(folders["tokens"]))


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory, encoder: LateInteractionEncoder) -> Path:
    folder = tmp_path_factory.mktemp("late")
    build(folder / "var", read_catalogue(write_corpus(folder / "corpus")), encoder)
    return folder / "var"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("judged")
    build(folder / "var", read_catalogue(write_corpus(folder / "corpus")), TinyEncoder())
    return load_index(folder / "var")


def test_token_vectors_are_those_that_the_model_scores(
    encoder: LateInteractionEncoder, folders: dict[str, Path]
) -> None:
    from sentence_transformers import MultiVectorEncoder

    model = MultiVectorEncoder(str(folders["tokens"]), device="cpu", local_files_only=True)
    asked, passage = encoder.read_questions([QUESTION])[0], encoder.read([PASSAGE])[0]
    vectors = model.encode_query([QUESTION])[0], model.encode_document([PASSAGE])[0]
    np.testing.assert_allclose(asked.tokens, unit(vectors[0].numpy()), atol=1e-5)
    np.testing.assert_allclose(passage.tokens, unit(vectors[1].numpy()), atol=1e-5)
    assert len(asked.tokens) == local_models.EXPANDED
    np.testing.assert_array_equal(asked.pooled, TinyEncoder().encode([QUESTION])[0])


def test_a_model_as_pylate_saves_it_drops_in(encoder: LateInteractionEncoder, tmp_path: Path) -> None:
    folder = local_models.as_pylate_saved(local_models.token_model(tmp_path))
    saved = LateInteractionEncoder(TinyEncoder(), str(folder))
    assert (saved.sha256, saved.max_tokens) == (encoder.sha256, local_models.LONGEST)
    for one, other in (
        (saved.read([PASSAGE]), encoder.read([PASSAGE])),
        (saved.read_questions([QUESTION]), encoder.read_questions([QUESTION])),
    ):
        np.testing.assert_allclose(one[0].tokens, other[0].tokens, atol=1e-5)
        np.testing.assert_array_equal(one[0].spans, other[0].spans)


def test_each_token_has_its_place_and_those_that_have_none_say_so(encoder: LateInteractionEncoder) -> None:
    passage = encoder.read([PASSAGE])[0]
    placed = [PASSAGE[begin:end] for begin, end in passage.spans.tolist() if begin >= 0]
    assert "".join(placed) == "Repairthelighthousepleasetoday"
    assert len(passage.spans) == len(placed) + 3  # [CLS], [D], [SEP]
    pieces = encoder.pieces([PASSAGE, "a"])[0]
    np.testing.assert_array_equal(pieces.ids, passage.ids)
    np.testing.assert_array_equal(pieces.spans, passage.spans)
    assert pieces.length == len(passage.ids) + PASSAGE.count(",") + PASSAGE.count(":") + PASSAGE.count("!")


def test_build_and_search_with_another_token_model(var: Path, encoder: LateInteractionEncoder) -> None:
    index = load_index(var, encoder.sha256)
    basis = index.tokens.quantizer.basis
    assert basis.shape == (local_models.DIMENSIONS, local_models.DIMENSIONS)
    assert index.manifest.model == "tiny + model"
    found = search(index, encoder, QUESTION)
    assert found.results == search(index, encoder, QUESTION).results
    assert all(-1 <= result.score <= 1 for result in found.results)
    assert any(result.highlights for result in found.results)
    for result in found.results:
        for mark in result.highlights:
            assert 0 <= mark.start < mark.end <= len(result.passage.text)


def test_late_interaction_is_the_model_s_own_maxsim(
    var: Path, encoder: LateInteractionEncoder, folders: dict[str, Path]
) -> None:
    index = load_index(var, encoder.sha256)
    from sentence_transformers import MultiVectorEncoder

    model = MultiVectorEncoder(str(folders["tokens"]), device="cpu", similarity_fn_name="meanmaxsim")
    texts = [indexed_text(passage) for passage in index.passages]
    own = model.similarity(model.encode_query([QUESTION]), model.encode_document(texts))[0].numpy()
    asked = encoder.read_questions([QUESTION])[0]
    weights = index.tokens.weights(QUESTION, asked)
    here = index.tokens.compare([asked], np.arange(len(texts))).scores([weights])
    np.testing.assert_allclose(here, own, atol=0.02)  # four bits a coordinate


def test_another_token_model_is_refused_until_it_is_built(var: Path, folders: dict[str, Path]) -> None:
    other = joined(TinyEncoder().sha256, weights_sha256(str(folders["other tokens"]), TOKENS))
    for sha256 in (other, TinyEncoder().sha256):
        with pytest.raises(GenerationError, match="BALI_TOKEN_MODEL"):
            load_index(var, sha256)
        assert not is_current(var, read_catalogue(var.parent / "corpus"), sha256)


def test_models_know_their_weights_without_being_loaded(folders: dict[str, Path]) -> None:
    tokens = str(folders["tokens"])
    both = Models(tokens=tokens, reranker="not looked at")
    assert both.sha256() == joined(weights_sha256(Models().embedding), weights_sha256(tokens, TOKENS))
    assert both.sha256() != Models().sha256()


@pytest.mark.parametrize(
    ("load", "setting"),
    [
        (lambda model: LateInteractionEncoder(TinyEncoder(), model), "BALI_TOKEN_MODEL"),
        (CrossEncoderReranker, "BALI_RERANKER"),
    ],
)
@pytest.mark.parametrize("wrong", ["nowhere", "bare", "pooled tokens", "classifier"])
def test_what_is_no_such_model_is_named_with_its_setting(
    load: Callable[[str], object], setting: str, wrong: str, folders: dict[str, Path]
) -> None:
    model = str(folders.get(wrong, folders["bare"].parent / wrong))
    with pytest.raises(ModelError, match=setting) as raised:
        load(model)
    assert model in str(raised.value)
    assert "\n" not in str(raised.value)


def test_weights_in_a_format_that_runs_code_are_refused(tmp_path: Path) -> None:
    folder = local_models.token_model(tmp_path)
    (folder / "1_Dense" / "model.safetensors").rename(folder / "1_Dense" / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin, not \.safetensors"):
        weights_sha256(str(folder), TOKENS)


def test_the_order_is_that_of_the_cross_encoder(index: Index, folders: dict[str, Path]) -> None:
    reranker = CrossEncoderReranker(str(folders["judge"]))
    encoder = TinyEncoder(reranker=reranker)
    nothing_else = EvidenceWeights(late=0, lexical=0, dense=0, beside=0, wishes=0)
    found = search(index, encoder, QUESTION, 100, evidence=nothing_else).results
    from sentence_transformers import CrossEncoder
    from torch.nn import Sigmoid

    model = CrossEncoder(str(folders["judge"]), device="cpu", local_files_only=True)
    ranked = [passage for passage in index.passages if passage.kind != "heading"]
    pairs = [(QUESTION, indexed_text(passage)) for passage in ranked]
    known = np.round(model.predict(pairs, activation_fn=Sigmoid()), 6)
    assert np.ptp(known) > 0.1
    expected = [ranked[n] for n in np.lexsort((np.arange(len(known)), -known))]
    assert [result.passage for result in found] == expected
    assert not len(reranker.scores(QUESTION, []))
    assert [result.score for result in found] == pytest.approx(sorted(known.tolist(), reverse=True), abs=2e-6)
