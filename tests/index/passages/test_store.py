"""What is read back when it is asked for is what was written."""

import gc
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.types import Document, Passage
from index.generation import load_index
from index.passages.store import load_passages
from index.passages.table import KINDS
from index.passages.writer import PassagesWriter
from index.storage.drafts import Draft
from index.storage.files import Files
from service.settings import Settings

DOCUMENT = Document("d", "Title", "issuer", "kind", (2020, 2021), "d.txt", "0" * 64)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PLACE = st.tuples(
    st.integers(0, 30), st.integers(0, 30), st.sampled_from(KINDS), TEXT, st.lists(TEXT, max_size=2)
)


def made(number: int, source: str, places: list[tuple[int, int, str, str, list[str]]]) -> list[Passage]:
    document = replace(DOCUMENT, id=f"d{number}")
    passages = []
    for n, (one, other, kind, context, section) in enumerate(places):
        start, end = sorted((min(one, len(source)), min(other, len(source))))
        known = next(known for known in KINDS if known == kind)
        passages.append(
            Passage(
                f"{document.id}-{n}", document, source[start:end], start, end, tuple(section), known,
                {context: source[start:end]}, context, n or None,
            )
        )  # fmt: skip
    return passages


@given(st.lists(st.tuples(TEXT, st.lists(PLACE, max_size=4)), min_size=1, max_size=4))
def test_passages_and_texts_are_as_they_were(
    given_documents: list[tuple[str, list[tuple[int, int, str, str, list[str]]]]],
) -> None:
    parts = [(made(n, text, places), text) for n, (text, places) in enumerate(given_documents)]
    expected = [passage for passages, _ in parts for passage in passages]
    if not expected:
        return
    with tempfile.TemporaryDirectory() as folder:
        draft = Draft(Path(folder) / "draft")
        writer = PassagesWriter(draft)
        for n, (passages, text) in enumerate(parts):
            writer.add(replace(DOCUMENT, id=f"d{n}"), text, passages)
        writer.finish()
        known = {document.id: document.sha256 for document in writer.documents}
        files = Files(draft.folder, draft.written)
        found = load_passages(files, known, writer.sha256)
        assert list(found.documents) == list(found.sources)
        assert [found.sources[id] for id in found.documents] == [text for _, text in parts]
        assert list(found) == expected
        assert found[len(expected) - 1] == found[-1] == expected[-1]
        assert [found.positions[passage.id] for passage in expected] == list(range(len(expected)))
        for n, (own, _) in enumerate(parts):
            assert [found[row] for row in found.of_document(f"d{n}")] == own
        with pytest.raises(KeyError):
            found.positions["another"]
        with pytest.raises(IndexError):
            found[len(expected)]


def test_a_generation_that_nobody_has_goes_at_once(harbour: Settings) -> None:
    index = load_index(harbour.var)
    assert index.passages[0].text in index.sources[index.passages[0].document.id]
    passages = weakref.ref(index.passages)
    gc.disable()
    try:
        del index
        assert passages() is None  # its maps would stay open else, until something collects cycles
    finally:
        gc.enable()
