"""A corpus made larger is one as any other, and the same every time."""

from pathlib import Path

from bench.scale.copies import enlarge
from index.generation import load_index
from index.search import search
from service.settings import Settings
from tests.support.tiny import TinyEncoder


def test_copies_are_passages_of_documents_of_their_own(harbour: Settings, tmp_path: Path) -> None:
    encoder = TinyEncoder()
    small = load_index(harbour.var)
    size = 3 * len(small.passages) + 2
    made: list[int] = []
    large = enlarge(tmp_path, small, encoder, size, made.append)
    assert not encoder.encoded
    assert len(large.passages) == len(large.positions) == size == len(small.passages) + sum(made)
    assert large.passages[: len(small.passages)] == list(small.passages)
    assert len(large.documents) == 3 * len(small.documents) + 1
    copies = large.passages[len(small.passages) : 2 * len(small.passages)]
    assert [(p.kind, p.fields, p.context) for p in copies] == [
        (p.kind, p.fields, p.context) for p in small.passages
    ]
    assert any(copy.text != passage.text for copy, passage in zip(copies, small.passages, strict=True))
    assert len(search(large, encoder, "Which lighthouse needs a staircase?").results) == 10


def test_the_same_size_gives_the_same_files(harbour: Settings, tmp_path: Path) -> None:
    small = load_index(harbour.var)
    one, other = (enlarge(tmp_path / name, small, TinyEncoder(), 50) for name in ("one", "other"))
    assert one.manifest.files == other.manifest.files
