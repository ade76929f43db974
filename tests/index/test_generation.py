"""What is built: taken over where nothing changed, refused where anything did."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from corpus.catalogue import read_catalogue
from index.build import build, claims_to_be_current, is_current
from index.errors import GenerationError
from index.generation import load_index
from index.search import search
from index.types import Encoding
from tests.conftest import REPORT, write_corpus
from tests.support.generations import folder_of, seal
from tests.support.tiny import TinyEncoder


def test_a_second_build_embeds_only_what_changed_and_ranks_as_a_fresh_one(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    build(tmp_path / "var", read_catalogue(corpus), TinyEncoder())
    write_corpus(corpus, REPORT.replace("It needs a new staircase.", "It needs a new railing."))
    again = TinyEncoder()
    built = build(tmp_path / "var", read_catalogue(corpus), again)
    fresh = build(tmp_path / "fresh", read_catalogue(corpus), TinyEncoder())
    assert built.embedded == 1
    assert all("railing" in text for text in again.encoded)
    assert fresh.embedded > 1
    one, other = load_index(tmp_path / "var"), load_index(tmp_path / "fresh")
    assert one.manifest.files == other.manifest.files
    question = "Which lighthouse needs a railing?"
    assert search(one, again, question).results == search(other, again, question).results


def test_a_generation_is_current_until_the_corpus_or_the_model_changes(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    var, encoder = tmp_path / "var", TinyEncoder()
    assert not is_current(var, read_catalogue(corpus), encoder.sha256)
    build(var, read_catalogue(corpus), encoder)
    assert is_current(var, read_catalogue(corpus), encoder.sha256)
    assert not is_current(var, read_catalogue(corpus), "1" * 64)
    write_corpus(corpus, REPORT + "\nMore.\n")
    assert not is_current(var, read_catalogue(corpus), encoder.sha256)


def test_a_manifest_says_by_itself_what_it_is_of(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    var, sha256 = tmp_path / "var", TinyEncoder().sha256
    assert not claims_to_be_current(var, read_catalogue(corpus), sha256)
    build(var, read_catalogue(corpus), TinyEncoder())
    assert claims_to_be_current(var, read_catalogue(corpus), sha256)
    assert not claims_to_be_current(var, read_catalogue(corpus), "1" * 64)
    (folder_of(var) / "names.json").write_text("{")
    assert claims_to_be_current(var, read_catalogue(corpus), sha256)
    (folder_of(var) / "manifest.json").write_text("{}")
    assert not claims_to_be_current(var, read_catalogue(corpus), sha256)


@pytest.mark.parametrize(
    "name",
    [
        "tokens/codes.bin",
        "tokens/basis.npy",
        "dense/vectors.bin",
        "names.json",
        "passages.jsonl",
        "passages.npy",
        "sources.txt",
    ],
)
def test_a_flipped_bit_is_refused_by_name(tmp_path: Path, name: str) -> None:
    var = tmp_path / "var"
    build(var, read_catalogue(write_corpus(tmp_path / "corpus")), TinyEncoder())
    damaged = folder_of(var) / name
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(GenerationError, match=r"does not match its hash") as raised:
        load_index(var)
    assert name.rsplit("/", maxsplit=1)[-1] in str(raised.value)
    assert "bali build" in str(raised.value)


def missing(folder: Path) -> None:
    (folder / "names.json").unlink()


def extra(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")


def no_json(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def other_format(folder: Path) -> None:
    seal(folder, json.loads((folder / "manifest.json").read_text()) | {"format": 0})


@pytest.mark.parametrize(
    ("harm", "named"),
    [(missing, "names.json"), (extra, "notes.txt"), (no_json, "manifest.json"), (other_format, "format 0")],
)
def test_whatever_else_is_wrong_is_named(tmp_path: Path, harm: Callable[[Path], None], named: str) -> None:
    var = tmp_path / "var"
    build(var, read_catalogue(write_corpus(tmp_path / "corpus")), TinyEncoder())
    harm(folder_of(var))
    with pytest.raises(GenerationError) as raised:
        load_index(var)
    assert named in str(raised.value)
    assert "bali build" in str(raised.value)


def test_another_model_is_refused(tmp_path: Path) -> None:
    var = tmp_path / "var"
    build(var, read_catalogue(write_corpus(tmp_path / "corpus")), TinyEncoder())
    with pytest.raises(GenerationError, match="BALI_MODEL"):
        load_index(var, "1" * 64)


class Stopping(TinyEncoder):
    """Fails where token vectors are made."""

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        if any("railing" in text for text in texts):
            raise KeyboardInterrupt
        return super().read(texts)


def test_a_stopped_build_leaves_the_old_generation_in_use(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    var = tmp_path / "var"
    before = build(var, read_catalogue(corpus), TinyEncoder()).generation
    write_corpus(corpus, REPORT.replace("staircase", "railing"))
    with pytest.raises(KeyboardInterrupt):
        build(var, read_catalogue(corpus), Stopping())
    assert load_index(var).id == before
    assert [path.name for path in (var / "generations").iterdir()] == [before]
