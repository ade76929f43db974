"""Adding, replacing and removing from the command line."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from corpus import changes, proposals
from corpus.catalogue import Catalogue
from corpus.proposals import Proposal
from service.cli import add as adding
from service.cli.build import update_index
from service.settings import Settings
from tests.corpus.made import HARBOUR, Written, as_docx, as_html, as_pdf
from tests.corpus.scanned import BLANK, as_scan, stand_in, sure
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
    assert "Added ferry: “Ferry Notes 2033”, Harbour Group, notes, 2033-2033" in err
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


def test_a_scan_is_read_in_the_languages_that_are_set(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, sure("The cook of the ferry winds its brass clock."))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    file = _file(tmp_path, "log-2033.pdf", as_scan([BLANK]))
    monkeypatch.setenv("BALI_OCR_LANGUAGES", "eng+tha")
    code, _, err = run("add", str(file))
    assert code == 2
    assert f"{file}: is a scan, and Tesseract does not have the language tha" in err
    monkeypatch.setenv("BALI_OCR_LANGUAGES", "eng")
    code, _, err = run("add", str(file))
    assert code == 0
    assert "page 1: read by character recognition, so letters may be wrong" in err
    _, out, _ = run("search", "brass clock of the ferry", "--document", "log-2033")
    assert "log-2033 page 1 0:44, read by character recognition" in out


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


def test_whoever_adds_is_asked_for_what_is_unsure(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO("Quay Council\n\n2031\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    file = _file(
        tmp_path, "tides.txt", b"Statement on Tides and Quays\n\nThe tide was high in 1931 at the old quay.\n"
    )
    os.utime(file, (1_900_000_000, 1_900_000_000))
    code, _, err = run("add", str(file))
    assert code == 0
    assert "Period (from the day on which the file was saved) [2030-2030]" in err
    assert "Added tides: “Statement on Tides and Quays”, Quay Council, statement, 2030-2030\n" in err


def test_what_is_taken_unasked_is_to_be_confirmed(run: Run, tmp_path: Path) -> None:
    file = _file(
        tmp_path, "tides-2031.txt", b"Statement on Tides and Quays\n\nThe tide was high at the old quay.\n"
    )
    code, out, err = run("add", "--yes", "--json", str(file))
    assert code == 0
    (added,) = json.loads(out)["files"]
    assert added["document"]["confirm"] == ["issuer"]
    assert added["unsure"]["issuer"] == {"value": "unknown", "evidence": "nothing names it"}
    assert "(to be confirmed: issuer)" in err
    assert "issuer" in run("documents")[1]
    code, _, _ = run("confirm", "tides-2031", "--issuer", "Quay Council", "--kind", "notice")
    assert code == 0
    (listed,) = (one for one in json.loads(run("documents", "--json")[1]) if one["id"] == "tides-2031")
    assert (listed["issuer"], listed["kind"], listed["confirm"]) == ("Quay Council", "notice", [])


def test_a_file_is_read_once_and_its_series_is_listed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def reading(path: Path) -> bytes:
        read.append(path)
        return path.read_bytes()

    monkeypatch.setattr(adding, "read_file", reading)
    monkeypatch.setattr(proposals, "read_file", reading)
    file = _file(
        tmp_path, "tides.txt", b"Tide Plan 2031\n\nThe Quay Group measures the tide at the old quay.\n"
    )
    assert run("add", "--yes", str(file))[0] == 0
    assert read == [file]
    (listed,) = (one for one in json.loads(run("documents", "--json")[1]) if one["id"] == "tides")
    assert listed["series"] == "Tide Plan"
    assert "Series" in run("documents")[1]


def _minutes(folder: Path, names: list[str]) -> Path:
    for n, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = f"Minutes of the Quay Council, May {2020 + n}\n\nThe council met on quay {n} of the harbour.\n"
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_folder_is_added_whole_and_published_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["b/minutes.txt", "a/minutes.txt", "会议纪要.txt", "การประชุม.txt", "notes.md", ".hidden/x.txt"]
    folder = _minutes(tmp_path / "files", names)
    (folder / "picture.png").write_bytes(b"no text")
    (folder / "broken-2030.pdf").write_bytes(b"%PDF-1.4")
    published: list[int] = []
    real = update_index

    def counted(settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
        published.append(len(catalogue.documents))
        return real(settings, catalogue)

    monkeypatch.setattr(adding, "update_index", counted)
    code, out, _ = run("add", "--json", str(folder))
    assert code == 2
    assert len(published) == 1
    done = json.loads(out)["files"]
    assert [Path(one["file"]).name for one in done if "error" in one] == ["broken-2030.pdf"]
    ids = [one["document"]["id"] for one in done if "document" in one]
    assert len({*ids}) == 5
    assert {"minutes", "notes", "huiyijiyao"} <= {*ids}
    code, out, err = run("add", "--json", str(folder))
    assert code == 2
    assert sorted(one["skipped"] for one in json.loads(out)["files"] if "skipped" in one) == sorted(ids)
    assert "it is there as notes" in err


def test_what_was_added_stays_when_the_rest_is_stopped(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _minutes(tmp_path / "files", [f"m{n}.txt" for n in range(6)])
    real = changes.add
    added: list[str] = []

    def stopped(corpus: Path, proposal: Proposal) -> Catalogue:
        if len(added) == 2:
            raise KeyboardInterrupt
        added.append(proposal.document.id)
        return real(corpus, proposal)

    with monkeypatch.context() as patched:
        patched.setattr(changes, "add", stopped)
        code, _, err = run("add", "--yes", str(folder))
    assert code == 130
    assert "run the same again" in err
    code, out, _ = run("add", "--json", str(folder))
    assert code == 0
    assert [one.get("skipped") for one in json.loads(out)["files"]] == ["m0", "m1", None, None, None, None]
    assert run("search", "council met on quay 1", "--document", "m1")[0] == 0


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
