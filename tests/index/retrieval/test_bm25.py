"""Words in common."""

import json
import tempfile
from pathlib import Path

import bm25s
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.retrieval.bm25 import BM25Index, BM25Writer
from index.storage.drafts import Draft
from index.storage.files import Files
from index.terms import terms

WORDS = "tide lighthouse harbour keeper anchor the".split()
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=12)


def written(folder: Path, texts: list[str]) -> Files:
    draft, writer = Draft(folder), BM25Writer()
    for text in texts:
        writer.add([text])
    writer.finish(draft)
    return Files(draft.folder, draft.written)


def test_words_are_numbered_by_the_alphabet_whatever_the_hash_seed(tmp_path: Path) -> None:
    written(tmp_path / "draft", ["tide lighthouse harbour", "keeper harbour anchor"])
    words = json.loads((tmp_path / "draft" / "lexical" / "terms.json").read_text("utf-8"))["terms"]
    assert words == sorted(words) == ["anchor", "harbour", "keeper", "lighthous", "tide"]


@settings(max_examples=40)
@given(TEXTS.filter(lambda texts: any(map(terms, texts))), st.lists(st.sampled_from(WORDS), max_size=5))
def test_scores_are_those_of_bm25s_to_the_last_bit(texts: list[str], query: list[str]) -> None:
    rows = [n for n, text in enumerate(texts) if terms(text)]  # texts without words count for nothing
    words = [terms(texts[n]) for n in rows]
    numbers = {term: n for n, term in enumerate(sorted({term for several in words for term in several}))}
    known = bm25s.BM25()
    known.index(([[numbers[term] for term in several] for several in words], numbers), show_progress=False)
    with tempfile.TemporaryDirectory() as folder:
        index = BM25Index.load(written(Path(folder) / "draft", texts))
    asked = [term for term in terms(" ".join(query)) if term in numbers]
    assert [index.frequency(term) for term in numbers] == [sum(t in w for w in words) for t in numbers]
    if not asked:
        assert not index.scores(" ".join(query)).any()
        return
    best = [max(float(known.get_scores([term]).max()), 0) for term in asked]
    scores = index.scores(" ".join(query))
    np.testing.assert_array_equal(scores[rows], known.get_scores(asked) / sum(best))
    assert not np.delete(scores, rows).any()
