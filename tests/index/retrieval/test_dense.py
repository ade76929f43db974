"""The index of single vectors: exact while small, near enough when large, exact under filters always."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from index.encoders.base import unit
from index.errors import GenerationError
from index.retrieval.dense import LISTS, DenseIndex, VectorsWriter
from index.storage.drafts import Draft
from index.storage.files import Files
from index.types import Vectors

COUNT = 4000


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    random = np.random.default_rng(7)
    centres = random.normal(size=(60, 32))
    return unit((centres[random.integers(0, 60, COUNT)] + random.normal(size=(COUNT, 32))).astype(np.float32))


def nearest(vectors: Vectors, query: Vectors, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> set[int]:
    return set(rows[np.argsort(-(vectors[rows] @ query))[:10]].tolist())


def saved(folder: Path, vectors: Vectors, index: DenseIndex) -> DenseIndex:
    draft = Draft(folder / "draft")
    writer = VectorsWriter(draft, vectors.shape[1])
    writer.add(vectors)
    writer.finish()
    index.save_lists(draft)
    return DenseIndex.load(Files(draft.folder, draft.written), vectors.shape[1])


@pytest.mark.parametrize("exact_up_to", [COUNT, 100])
def test_an_index_saved_and_loaded_finds_what_it_found(
    tmp_path: Path, vectors: Vectors, exact_up_to: int
) -> None:
    built = DenseIndex.build(vectors, exact_up_to)
    loaded = saved(tmp_path, vectors, built)
    rows = np.arange(COUNT)
    assert loaded.kind == built.kind
    assert (len(loaded), loaded.dimensions) == vectors.shape
    assert set(loaded.nearest(vectors[5], rows, 10)) == set(built.nearest(vectors[5], rows, 10))
    np.testing.assert_array_equal(loaded.vectors(), vectors)
    np.testing.assert_allclose(loaded.scores(vectors[5], rows[:9]), vectors[:9] @ vectors[5], rtol=1e-6)


def test_a_large_index_is_inverted_and_keeps_its_recall(vectors: Vectors) -> None:
    assert DenseIndex.build(vectors, COUNT).kind == "flat"
    large = DenseIndex.build(vectors, COUNT - 1)
    assert large.kind.startswith("IVF")
    assert large.recall(vectors[::15]) >= 0.99


def otherwise(index: faiss.IndexIVFScalarQuantizer, _: Vectors) -> Any:
    index.metric_type = faiss.METRIC_L2
    return index


def without_one(index: faiss.IndexIVFScalarQuantizer, vectors: Vectors) -> Any:
    index.reset()
    index.add_with_ids(vectors, np.r_[1, 1 : len(vectors)])
    return index


def beyond(index: faiss.IndexIVFScalarQuantizer, vectors: Vectors) -> Any:
    index.reset()
    index.add_with_ids(vectors, np.r_[len(vectors), 1 : len(vectors)])
    return index


def of_fewer(index: faiss.IndexIVFScalarQuantizer, vectors: Vectors) -> Any:
    index.reset()
    index.add(vectors[1:])
    return index


def flat(index: faiss.IndexIVFScalarQuantizer, _: Vectors) -> Any:
    return index.quantizer


@pytest.mark.parametrize("change", [otherwise, without_one, beyond, of_fewer, flat])
def test_lists_that_do_not_go_with_the_vectors_are_refused(
    tmp_path: Path, vectors: Vectors, change: Callable[[Any, Vectors], Any]
) -> None:
    draft = Draft(tmp_path / "draft")
    writer = VectorsWriter(draft, vectors.shape[1])
    writer.add(vectors)
    writer.finish()
    DenseIndex.build(vectors, 100).save_lists(draft)
    lists: Any = faiss.read_index(str(draft.folder / LISTS))
    draft.write(LISTS, faiss.serialize_index(change(lists, vectors)).data)
    with pytest.raises(GenerationError, match=r"lists\.faiss: is damaged"):
        DenseIndex.load(Files(draft.folder, draft.written), vectors.shape[1])


@pytest.mark.parametrize("exact_up_to", [COUNT, 100])
@pytest.mark.parametrize("every", [1, 2, 50, 300])
def test_nearest_of_a_filter_are_among_the_rows_and_right(
    vectors: Vectors, exact_up_to: int, every: int
) -> None:
    index = DenseIndex.build(vectors, exact_up_to)
    rows = np.arange(0, COUNT, every)
    found, right = 0, 0
    for query in vectors[::400]:
        got = {int(row) for row in index.nearest(query, rows, 10)}
        assert got <= set(rows.tolist())
        found += len(got)
        right += len(got & nearest(vectors, query, rows))
    assert right >= 0.99 * found
    assert found == 10 * len(vectors[::400])
