"""Words in common."""

import json
from pathlib import Path

from index.lexical import FOLDER, LexicalIndex


def test_words_are_numbered_by_the_alphabet_whatever_the_hash_seed(tmp_path: Path) -> None:
    LexicalIndex.build(["tide lighthouse harbour", "keeper harbour anchor"]).save(tmp_path)
    numbers = json.loads((tmp_path / FOLDER / "vocab.index.json").read_text("utf-8"))
    words = [word for word in sorted(numbers, key=numbers.__getitem__) if word]
    assert words == sorted(words) == ["anchor", "harbour", "keeper", "lighthous", "tide"]
