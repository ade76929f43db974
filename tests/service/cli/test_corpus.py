"""Adding, replacing and removing from the command line."""

import io
import json
from pathlib import Path

import pytest

from tests.corpus.made import HARBOUR, Written, as_docx, as_html, as_pdf
from tests.service.cli.test_cli import Run, run

__all__ = ["run"]

FERRY = Written(
    "Ferry Notes 2033", [("Quays", ["The ferry to Skagen leaves from quay seven.", "Harbour Group."])]
)


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_pdf_is_added_and_cited_with_its_page(run: Run, tmp_path: Path) -> None:
    written = Written("Ferry Notes 2033", [("First", ["Nothing of note is here."]), *FERRY.sections])
    file = _file(tmp_path, "ferry.pdf", as_pdf(written, page_for_each=True))
    code, _, err = run("add", str(file))
    assert code == 0
    assert "Added ferry: “Ferry Notes 2033”, Harbour Group, document, 2033-2033 (as proposed)" in err
    code, out, _ = run("search", "ferry to Skagen quay", "--json", "--document", "ferry")
    passage = json.loads(out)["results"][0]["passage"]
    assert "quay seven" in passage["text"]
    assert passage["page"] == 2
    code, out, _ = run("search", "ferry to Skagen quay", "--document", "ferry")
    assert f"ferry page 2 {passage['start']}:{passage['end']}" in out
    code, out, _ = run("ask", "which quay does the ferry to Skagen leave from")
    assert "ferry page 2 " in out
    code, out, _ = run("verify")
    assert code == 0
    assert "ferry: " in out


def test_a_bad_file_does_not_stop_the_others(run: Run, tmp_path: Path, corpus_folder: Path) -> None:
    bomb = _file(tmp_path, "bomb-2030.html", b"<div>" * 3_000)
    files = [
        bomb,
        _file(tmp_path, "ferry.docx", as_docx(FERRY)),
        _file(tmp_path, "broken-2030.pdf", b"%PDF-1.4"),
        _file(tmp_path, "harbour.html", as_html(HARBOUR)),
    ]
    code, out, err = run("add", *map(str, files), "--json")
    assert code == 2
    done = json.loads(out)["files"]
    assert ["error" in one for one in done] == [True, False, True, False]
    assert str(bomb) in done[0]["error"]
    assert "nested too deep" in done[0]["error"]
    assert "Traceback" not in err
    assert {path.name for path in (corpus_folder / "documents").iterdir()} >= {"ferry.docx", "harbour.html"}
    code, out, _ = run("search", "ferry to Skagen", "--json")
    assert json.loads(out)["results"][0]["passage"]["document"]["id"] == "ferry"


def test_nothing_is_built_when_every_file_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("add", str(_file(tmp_path, "broken-2030.pdf", b"%PDF-1.4")))
    assert code == 2
    assert err.count("\n") == 1
    assert not (tmp_path / "var").exists()


def test_whoever_adds_is_asked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO("Notes on Ferries\n\n\n2030-2033\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    code, _, err = run("add", str(_file(tmp_path, "ferry.docx", as_docx(FERRY))))
    assert code == 0
    assert "Added ferry: “Notes on Ferries”, Harbour Group, document, 2030-2033\n" in err


def test_a_title_for_several_files_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("add", str(tmp_path / "a.pdf"), str(tmp_path / "b.pdf"), "--title", "One")
    assert code == 2
    assert "one file only" in err


def test_a_replaced_document_answers_as_the_new_edition_says(run: Run, tmp_path: Path) -> None:
    run("add", str(_file(tmp_path, "ferry.docx", as_docx(FERRY))))
    newer = Written(FERRY.title, [("Quays", ["The ferry to Skagen leaves from quay nine."])])
    code, _, err = run("replace", "ferry", str(_file(tmp_path, "edition.html", as_html(newer))))
    assert code == 0
    assert "Replaced ferry: “Ferry Notes 2033”, Harbour Group" in err
    _, out, _ = run("search", "ferry to Skagen", "--json", "--document", "ferry")
    assert "quay nine" in json.loads(out)["results"][0]["passage"]["text"]


def test_a_removed_document_is_found_no_more_and_remembered(run: Run) -> None:
    code, _, err = run("remove", "report")
    assert code == 0
    assert "Removed report" in err
    assert run("search", "staircase", "--document", "report")[0] == 2
    code, out, _ = run("history")
    assert code == 0
    assert "removed  report “Annual Report of the Harbour Group 2023”" in out
    assert [change["action"] for change in json.loads(run("history", "--json")[1])] == ["removed"]


def test_the_only_document_stays(run: Run) -> None:
    assert run("remove", "report")[0] == 0
    code, _, err = run("remove", "plan")
    assert code == 2
    assert "is the only document" in err
    assert run("search", "lighthouse")[0] == 0


def test_removing_what_is_not_there_says_what_is(run: Run) -> None:
    code, _, err = run("remove", "nowhere")
    assert code == 2
    assert "use one of plan, report" in err
    assert err.count("\n") == 1
