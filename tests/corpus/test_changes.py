"""Replacing and removing: the catalogue always describes files that are there, and what was is kept."""

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from corpus.catalogue import FILE, read_catalogue
from corpus.changes import LOCK, RECORD, add, history, remove, replace_document
from corpus.errors import CatalogueError
from corpus.proposals import Proposal, propose
from tests.corpus.made import HARBOUR, Written, as_docx, as_pdf

NEWER = Written("Harbour Rules 2032", [("Ropes", ["Ropes are coiled clockwise after use."])])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with the harbour rules as a PDF, not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / FILE).write_text("# kept by hand\n", "utf-8")
    add(corpus, propose(_file(folder, "rules.pdf", as_pdf(HARBOUR))))
    return corpus


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A corpus of its own for each test."""
    return shutil.copytree(made, tmp_path / "corpus")


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    """Other rules, as a DOCX."""
    return propose(_file(tmp_path_factory.mktemp("newer"), "new.docx", as_docx(NEWER)))


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _texts(folder: Path) -> str:
    return "\n".join(passage.text for passage in read_catalogue(folder).passages())


def test_source_and_extracted_text_are_kept_and_both_are_proved(folder: Path) -> None:
    (document,) = read_catalogue(folder).documents
    assert document.extractor is not None
    assert "pypdfium2" in document.extractor
    assert read_catalogue(folder).source(document) == (folder / str(document.text)).read_text("utf-8")
    for name in (document.file, str(document.text)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data + b" ")
        with pytest.raises(CatalogueError, match=f"{name}: sha256 is"):
            read_catalogue(folder).passages()
        (folder / name).write_bytes(data)
    assert read_catalogue(folder).passages()


@pytest.mark.parametrize("field", ["text", "text_sha256", "extractor"])
def test_extracted_text_is_described_whole_or_not_at_all(folder: Path, field: str) -> None:
    lines = (folder / FILE).read_text("utf-8").splitlines()
    (folder / FILE).write_text(
        "\n".join(line for line in lines if not line.startswith(f"{field} =")), "utf-8"
    )
    with pytest.raises(CatalogueError, match=f"field '{field}' is missing"):
        read_catalogue(folder)


def test_replacing_keeps_the_id_and_the_old_edition(folder: Path, newer: Proposal) -> None:
    (old,) = read_catalogue(folder).documents
    old_data = (folder / old.file).read_bytes()
    replace_document(folder, "rules", newer)
    (document,) = read_catalogue(folder).documents
    assert document.id == "rules"
    assert document.title == "Harbour Rules 2032"
    assert "coiled clockwise" in _texts(folder)
    assert "lighthouse" not in _texts(folder)
    assert (folder / "history" / old.sha256 / Path(old.file).name).read_bytes() == old_data
    assert (folder / FILE).read_text("utf-8").startswith("# kept by hand")
    assert {path.name for path in (folder / "documents").iterdir()} == {
        Path(document.file).name,
        Path(str(document.text)).name,
        Path(str(document.layout)).name,
    }


def test_what_was_removed_can_be_added_again(folder: Path) -> None:
    (old,) = read_catalogue(folder).documents
    remove(folder, "rules")
    assert read_catalogue(folder).documents == ()
    assert list((folder / "documents").iterdir()) == []
    add(folder, propose(folder / "history" / old.sha256 / "rules.pdf"))
    assert "lighthouse" in _texts(folder)
    changes = history(folder)
    assert [(change["action"], change["id"]) for change in changes] == [
        ("added", "rules"),
        ("removed", "rules"),
        ("added", "rules"),
    ]
    assert {change["sha256"] for change in changes} == {old.sha256}


def test_a_line_of_the_record_that_was_cut_short_never_was(folder: Path, newer: Proposal) -> None:
    whole = (folder / RECORD).read_bytes()
    (folder / RECORD).write_bytes(whole + b'{"time": "2031-')
    assert len(history(folder)) == 1
    replace_document(folder, "rules", newer)
    assert (folder / RECORD).read_bytes().startswith(whole)
    assert [change["action"] for change in history(folder)] == ["added", "replaced"]


def test_the_record_only_grows(folder: Path, newer: Proposal) -> None:
    before = (folder / RECORD).read_bytes()
    replace_document(folder, "rules", newer)
    after = (folder / RECORD).read_bytes()
    assert after.startswith(before)
    change = json.loads(after.removeprefix(before))
    assert change["replaces"] == json.loads(before)["sha256"]
    assert change["time"].endswith("+00:00")


def test_an_unknown_id_is_refused(folder: Path, newer: Proposal) -> None:
    with pytest.raises(CatalogueError, match="no document has the id 'nowhere' — use one of rules"):
        remove(folder, "nowhere")
    with pytest.raises(CatalogueError, match="no document has the id 'nowhere' — use one of rules"):
        replace_document(folder, "nowhere", newer)


def test_a_change_waits_for_the_one_that_runs(folder: Path) -> None:
    with ThreadPoolExecutor() as pool:
        with FileLock(folder / LOCK):
            removal = pool.submit(remove, folder, "rules")
            with pytest.raises(TimeoutError):
                removal.result(timeout=0.2)
        assert removal.result(timeout=10).documents == ()


def test_a_folder_without_a_catalogue_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="BALI_CORPUS"):
        remove(tmp_path, "rules")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("action", ["add", "replace", "remove"])
def test_wherever_a_change_stops_the_old_or_the_new_corpus_is_there(
    folder: Path, newer: Proposal, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    before = _texts(folder)
    real_fsync, real_rename, real_replace = os.fsync, Path.rename, Path.replace

    def change() -> None:
        if action == "add":
            add(folder, newer)
        elif action == "replace":
            replace_document(folder, "rules", newer)
        else:
            remove(folder, "rules")

    for stop in range(1, 40):
        calls = 0

        def counted(real: Callable[..., Any], stop: int = stop) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == stop:
                    raise OSError(28, "No space left on device")
                return real(*arguments)

            return call

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", counted(real_fsync))
            patched.setattr(Path, "rename", counted(real_rename))
            patched.setattr(Path, "replace", counted(real_replace))
            try:
                change()
            except OSError:
                done = False
            except CatalogueError:  # the change was made when it was stopped the last time
                break
            else:
                done = True
        texts = _texts(folder)
        assert (texts == before) or ("coiled" in texts) == (action != "remove")
        if done or texts != before:
            break
    else:
        pytest.fail("never came about")
    assert _texts(folder) != before
    assert not list(folder.rglob("*.new"))
