"""Words in common."""

import json
from pathlib import Path

from index.drafts import Draft
from index.lexical import LexicalIndex


def test_words_are_numbered_by_the_alphabet_whatever_the_hash_seed(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "draft")
    LexicalIndex.build(["tide lighthouse harbour", "keeper harbour anchor"]).save(draft)
    words = json.loads((draft.folder / "lexical" / "terms.json").read_text("utf-8"))["terms"]
    assert words == sorted(words) == ["anchor", "harbour", "keeper", "lighthous", "tide"]
