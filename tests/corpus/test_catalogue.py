"""The catalogue: what is wrong is said with the place and the remedy, and adding a document harms none."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from corpus.catalogue import FILE, read_catalogue
from corpus.changes import LOCK, RECORD, add
from corpus.errors import BaliError, CatalogueError, ReadError
from corpus.proposals import propose
from tests.golden import CORPUS

_TEXT = "HARBOUR PLAN 2030-31\n\nThe lamps are lit.\n"
_RECORD = {
    "id": '"harbour-plan"',
    "title": '"Harbour Plan 2030-31"',
    "issuer": '"Harbour Group"',
    "kind": '"plan"',
    "period": "[2030, 2031]",
    "file": '"documents/harbour-plan.txt"',
    "sha256": f'"{hashlib.sha256(_TEXT.encode()).hexdigest()}"',
}


def _write(folder: Path, *records: dict[str, str]) -> Path:
    """A corpus folder with the harbour plan in it and a catalogue of these records."""
    (folder / "documents").mkdir()
    (folder / "documents" / "harbour-plan.txt").write_text(_TEXT, "utf-8")
    tables = ["\n".join(["[[document]]", *(f"{k} = {v}" for k, v in record.items())]) for record in records]
    (folder / FILE).write_text("# kept by hand\n\n" + "\n\n".join(tables) + "\n", "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus folder with one document."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return _write(corpus, _RECORD)


def _refused(error: pytest.ExceptionInfo[BaliError], *, where: str, problem: str, remedy: str) -> None:
    assert where in error.value.where
    assert problem in error.value.problem
    assert remedy in error.value.remedy
    assert all(part in str(error.value) for part in (error.value.where, problem, remedy))


def test_the_documents_of_the_project_are_the_catalogued_bytes() -> None:
    catalogue = read_catalogue(CORPUS)
    for document in catalogue.documents:
        data = (CORPUS / document.file).read_bytes()
        assert catalogue.source(document).encode("utf-8") == data
        assert Path(document.file).stem == document.id


@pytest.mark.parametrize("field", list(_RECORD))
def test_a_missing_field_is_named_with_its_record(tmp_path: Path, field: str) -> None:
    record = {name: value for name, value in _RECORD.items() if name != field}
    _write(tmp_path, {**_RECORD, "id": '"other"'}, record)
    with pytest.raises(CatalogueError) as error:
        read_catalogue(tmp_path)
    _refused(error, where="document 2", problem=repr(field), remedy=f"give {field}")
    assert FILE in error.value.where


@pytest.mark.parametrize(
    ("field", "value", "problem", "remedy"),
    [
        ("title", "7", "'title'", "give title"),
        ("title", '""', "'title'", "give title"),
        ("colour", '"red"', "unknown field 'colour'", "the fields are id, title"),
        ("id", '"Harbour Plan"', "id 'Harbour Plan'", "rename"),
        ("period", "[2030]", "period [2030]", "[2024, 2026]"),
        ("period", '["2030", "2031"]', "period", "[2024, 2026]"),
        ("period", "[30, 31]", "period [30, 31]", "[2024, 2026]"),
        ("period", "[2031, 2030]", "ends before it begins", "earlier year first"),
        ("file", '"../secret.txt"', "leaves the corpus folder", "path below"),
        ("file", '"documents/../../secret.txt"', "leaves the corpus folder", "path below"),
        ("file", '"/etc/hostname"', "leaves the corpus folder", "path below"),
    ],
)
def test_a_wrong_field_is_named_with_its_record(
    tmp_path: Path, field: str, value: str, problem: str, remedy: str
) -> None:
    _write(tmp_path, {**_RECORD, field: value})
    with pytest.raises(CatalogueError) as error:
        read_catalogue(tmp_path)
    _refused(error, where="document 1", problem=problem, remedy=remedy)


def test_two_documents_of_one_id_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, _RECORD, _RECORD)
    with pytest.raises(CatalogueError) as error:
        read_catalogue(tmp_path)
    _refused(error, where=FILE, problem="'harbour-plan'", remedy="rename")


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("[[document]\n", "line 1", "correct the TOML"),
        ('[document]\nid = "a"\n', "not a list", "[[document]]"),
        ("document = [1]\n", "not a record", "[[document]]"),
    ],
)
def test_a_catalogue_that_is_none_is_refused(tmp_path: Path, text: str, problem: str, remedy: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(CatalogueError) as error:
        read_catalogue(tmp_path)
    _refused(error, where=FILE, problem=problem, remedy=remedy)


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as error:
        read_catalogue(tmp_path)
    _refused(error, where=FILE, problem="No such file", remedy="BALI_CORPUS")


def test_a_changed_document_is_refused(folder: Path) -> None:
    (folder / "documents" / "harbour-plan.txt").write_text(_TEXT.replace("lit", "out"), "utf-8")
    catalogue = read_catalogue(folder)
    with pytest.raises(CatalogueError) as error:
        catalogue.passages()
    _refused(error, where="harbour-plan.txt", problem="sha256", remedy="'harbour-plan'")


def test_a_lost_document_is_refused(folder: Path) -> None:
    (folder / "documents" / "harbour-plan.txt").unlink()
    catalogue = read_catalogue(folder)
    with pytest.raises(CatalogueError) as error:
        catalogue.passages()
    _refused(error, where="harbour-plan.txt", problem="No such file", remedy="restore")


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"caf\xe9 2030\n", "not UTF-8 at byte 3"), (b"2030\0\n", "NUL")],
    ids=["latin", "nul"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "new-2030.txt").write_bytes(data)
    with pytest.raises(ReadError) as error:
        propose(tmp_path / "new-2030.txt")
    _refused(error, where="new-2030.txt", problem=problem, remedy="text")


def test_a_proposed_record_says_what_the_file_shows(tmp_path: Path) -> None:
    (tmp_path / "Buoy Report (final).md").write_text(
        "\ufeff\n# **Buoys** of 2029-2031 #\n\nThey float.\n", "utf-8"
    )
    proposed = propose(tmp_path / "Buoy Report (final).md").document
    assert proposed.id == "buoy-report-final"
    assert proposed.title == "Buoys of 2029-2031"
    assert proposed.period == (2029, 2031)
    assert proposed.file == "documents/buoy-report-final.md"


@pytest.mark.parametrize(
    ("name", "text", "problem", "remedy"),
    [
        ("plan-2030.odt", "x", ".txt", "save it as"),
        ("2030/absent.txt", None, "No such file", "path"),
    ],
)
def test_a_file_that_cannot_be_proposed_says_why(
    tmp_path: Path, name: str, text: str | None, problem: str, remedy: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(BaliError) as error:
        propose(tmp_path / name)
    _refused(error, where=Path(name).name, problem=problem, remedy=remedy)


def test_a_file_that_shows_no_year_has_that_in_which_it_was_saved_to_be_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("Plan of the Harbour Office\n\nThe first was made in 1999.\n", "utf-8")
    os.utime(path, (1_900_000_000, 1_900_000_000))
    proposed = propose(path).document
    assert proposed.period == (2030, 2030)
    assert "period" in proposed.confirm
    assert propose(path, period=(2031, 2032)).document.confirm == ("issuer",)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A file outside the corpus."""
    path = tmp_path / "buoys-2031.txt"
    path.write_text("BUOY REPORT 2031\n\nThey float.\n", "utf-8")
    return path


def test_adding_copies_the_bytes_and_keeps_the_rest_of_the_catalogue(folder: Path, report: Path) -> None:
    before = (folder / FILE).read_text("utf-8")
    catalogue = add(folder, propose(report))
    assert [document.id for document in catalogue.documents] == ["harbour-plan", "buoys-2031"]
    assert (folder / "documents" / "buoys-2031.txt").read_bytes() == report.read_bytes()
    assert (folder / FILE).read_text("utf-8").startswith(before.rstrip("\n"))
    assert [p.text for p in catalogue.passages() if p.document.id == "buoys-2031"][-1] == "They float."
    assert {path.name for path in folder.iterdir()} == {FILE, RECORD, LOCK, "documents"}


def test_adding_to_an_empty_catalogue(tmp_path: Path, report: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    _write(folder)
    assert [document.id for document in add(folder, propose(report)).documents] == ["buoys-2031"]


def test_adding_a_file_that_lies_in_the_corpus_already(folder: Path, report: Path) -> None:
    inside = Path(shutil.copy(report, folder / "documents"))
    assert len(add(folder, propose(inside)).documents) == 2
    assert inside.read_bytes() == report.read_bytes()


def _assert_nothing_added(folder: Path) -> None:
    assert [document.id for document in read_catalogue(folder).documents] == ["harbour-plan"]
    assert read_catalogue(folder).passages()


def test_adding_the_same_bytes_again_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy-2030.txt"
    copy.write_text(_TEXT, "utf-8")
    with pytest.raises(CatalogueError) as error:
        add(folder, propose(copy))
    _refused(error, where="copy-2030.txt", problem="'harbour-plan'", remedy="nothing")
    _assert_nothing_added(folder)


def test_adding_a_taken_id_is_refused(folder: Path, report: Path) -> None:
    with pytest.raises(CatalogueError) as error:
        add(folder, propose(report, id="harbour-plan"))
    _refused(error, where=FILE, problem="'harbour-plan'", remedy="--id")
    _assert_nothing_added(folder)


def test_adding_never_overwrites_a_file_of_another(folder: Path, report: Path) -> None:
    proposal = propose(report).named(file="documents/harbour-plan.txt")
    with pytest.raises(CatalogueError) as error:
        add(folder, proposal)
    _refused(error, where="harbour-plan.txt", problem="another file", remedy="--id")
    _assert_nothing_added(folder)


@pytest.mark.parametrize("id", ["Buoy Report", "../buoys", "-buoys"])
def test_an_id_that_could_not_be_read_back_is_refused(report: Path, id: str) -> None:
    with pytest.raises(CatalogueError) as error:
        propose(report, id=id)
    _refused(error, where="buoys-2031.txt", problem=repr(id), remedy="rename")
