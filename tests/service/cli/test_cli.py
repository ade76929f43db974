"""The command line from outside: what it prints, and what its exit codes say."""

import json
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

import service.cli.main as cli
from index.encoders import models
from index.encoders.weights import EMBEDDING, Kind, weights_sha256
from index.storage.publishing import building
from service.observability.audit_files import AuditError
from service.observability.audit_log import AuditLog
from service.security.api_keys import read_keys
from service.settings import Settings
from tests.conftest import REPORT, write_corpus
from tests.support.generations import folder_of
from tests.support.local_models import cross_encoder, token_model
from tests.support.tiny import TinyEncoder

Run = Callable[..., tuple[int, str, str]]


def weights(model: str, kind: Kind = EMBEDDING) -> str:
    """The tiny encoder's in the place of the packaged model's."""
    return TinyEncoder().sha256 if kind is EMBEDDING else weights_sha256(model, kind)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], corpus_folder: Path, tmp_path: Path
) -> Run:
    """Run `bali` with its arguments on the harbour corpus; gives exit code, output and errors."""
    monkeypatch.setenv("BALI_CORPUS", str(corpus_folder))
    monkeypatch.setenv("BALI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(
        models, "SentenceTransformerEncoder", lambda _, reranker: TinyEncoder(reranker=reranker)
    )
    monkeypatch.setattr(models, "weights_sha256", weights)

    def bali(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["bali", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        code = stopped.value.code
        return code if isinstance(code, int) else 0, printed.out, printed.err

    return bali


def test_build_then_ask(run: Run) -> None:
    assert run("build")[0] == 0
    code, out, _ = run("ask", "who leads the repair of the northern lighthouse")
    assert code == 0
    assert out.startswith("Norway")
    assert "plan " in out


def test_building_again_does_nothing(run: Run) -> None:
    run("build")
    code, out, err = run("build", "--json")
    assert code == 0
    assert json.loads(out)["embedded"] == 0
    assert "up to date" in err


def test_not_found_is_exit_code_1(run: Run) -> None:
    run("build")
    code, out, _ = run("ask", "which volcano erupted on Tuesday")
    assert code == 1
    assert "found no sentence" in out


def test_search_json_is_the_contract(run: Run) -> None:
    run("build")
    code, out, _ = run("search", "tide calendar", "--top-k", "2", "--json", "--document", "plan")
    body = json.loads(out)
    assert code == 0
    assert [result["rank"] for result in body["results"]] == [1, 2]
    assert {"query", "generation", "results", "facets", "interpretation"} == body.keys()


def test_asking_before_building_says_what_to_do(run: Run) -> None:
    code, _, err = run("ask", "anything")
    assert code == 3
    assert "bali build" in err
    assert err.count("\n") == 1


@pytest.mark.robustness
def test_other_models_are_used_as_soon_as_they_are_set_and_built(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BALI_TOKEN_MODEL", str(token_model(tmp_path / "tokens")))
    monkeypatch.setenv("BALI_RERANKER", str(cross_encoder(tmp_path / "judge")))
    assert run("build")[0] == 0
    judged = json.loads(run("search", "tide calendar", "--json")[1])["results"]
    monkeypatch.delenv("BALI_RERANKER")
    plain = json.loads(run("search", "tide calendar", "--json")[1])["results"]
    assert [result["score"] for result in judged] != [result["score"] for result in plain]
    monkeypatch.delenv("BALI_TOKEN_MODEL")
    code, _, err = run("search", "tide calendar")
    assert code == 3
    assert "BALI_TOKEN_MODEL" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("setting", "command"), [("TOKEN_MODEL", "build"), ("RERANKER", "search tide")])
def test_a_model_that_is_missing_is_named_with_its_setting(
    run: Run, monkeypatch: pytest.MonkeyPatch, setting: str, command: str
) -> None:
    run("build")
    monkeypatch.setenv(f"BALI_{setting}", "/no/such/folder")
    code, _, err = run(*command.split())
    assert code == 3
    assert f"/no/such/folder: is no folder — point BALI_{setting} at" in err
    assert err.count("\n") == 1


def test_a_document_added_is_found_and_only_it_is_embedded(run: Run, tmp_path: Path) -> None:
    run("build")
    file = tmp_path / "Ferry Notes 2024.md"
    file.write_text("# Ferry notes 2024\n\nThe ferry to Skagen leaves from quay seven.\n", "utf-8")
    code, out, _ = run("add", str(file), "--issuer", "Harbour Group", "--json")
    assert code == 0
    assert json.loads(out)["embedded"] == 2
    code, out, _ = run("search", "ferry to Skagen", "--json")
    assert json.loads(out)["results"][0]["passage"]["document"]["id"] == "ferry-notes-2024"


def test_a_document_that_cannot_be_added_changes_nothing(
    run: Run, tmp_path: Path, corpus_folder: Path
) -> None:
    before = (corpus_folder / "catalogue.toml").read_bytes()
    file = tmp_path / "notes-2024.txt"
    file.write_bytes(b"caf\xe9")
    code, _, err = run("add", str(file))
    assert code == 2
    assert "notes-2024.txt" in err
    assert "UTF-8" in err
    assert (corpus_folder / "catalogue.toml").read_bytes() == before


def test_an_empty_document_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "empty-2024.txt"
    file.write_text(" \n", "utf-8")
    code, _, err = run("add", str(file))
    assert code == 2
    assert "holds no text" in err


def test_a_document_that_does_not_exist_is_named(run: Run) -> None:
    run("build")
    code, _, err = run("search", "tide", "--document", "nowhere")
    assert code == 2
    assert "nowhere" in err


def test_a_damaged_source_is_named(run: Run, corpus_folder: Path) -> None:
    (corpus_folder / "documents" / "plan.txt").write_text("changed", "utf-8")
    code, _, err = run("build")
    assert code == 2
    assert "plan.txt" in err


def test_verify_without_a_citation_accounts_for_every_character(run: Run) -> None:
    code, out, _ = run("verify", "--json")
    assert code == 0
    for report in json.loads(out):
        assert report["lost"] == []
        assert (
            report["covered"] + sum(len(text) for _, _, text in report["furniture"]) >= report["characters"]
        )


def test_verify_names_what_is_wrong_with_a_citation(run: Run, tmp_path: Path) -> None:
    run("build")
    citation = json.loads(run("ask", "who leads the repair of the northern lighthouse", "--json")[1])[
        "citations"
    ][0]
    file = tmp_path / "citation.json"
    file.write_text(json.dumps(citation), "utf-8")
    assert run("verify", str(file))[0] == 0
    file.write_text(json.dumps({**citation, "quote": "Repair the southern lighthouse"}), "utf-8")
    code, out, _ = run("verify", str(file))
    assert code == 1
    assert "quote" in out
    file.write_text("{}", "utf-8")
    code, _, err = run("verify", str(file))
    assert code == 2
    assert "marker" in err


@pytest.mark.parametrize(
    "arguments", [("search", ""), ("ask", "x", "--year-from", "1"), ("add", "missing.txt")]
)
def test_wrong_use_is_exit_code_2_and_no_traceback(run: Run, arguments: tuple[str, ...]) -> None:
    run("build")
    code, _, err = run(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALI_PORT", "9123")
    assert Settings().port == 9123


def test_a_key_is_shown_once_listed_and_revoked_and_the_audit_log_has_it(run: Run, tmp_path: Path) -> None:
    code, out, err = run("keys", "add", "Secretariat", "--scope", "read", "--scope", "write", "--days", "30")
    presented, id = out.strip(), out.split("_")[1]
    assert code == 0
    assert "not shown again" in err
    code, out, _ = run("keys", "list")
    assert presented not in out
    assert id in out
    assert "read, write until" in out
    assert run("keys", "revoke", id)[0] == 0
    assert "revoked" in run("keys", "list")[1]
    code, out, err = run("keys", "revoke", "nothere")
    assert (code, len(err.strip().splitlines())) == (2, 1)

    code, out, _ = run("audit", "verify", "--json")
    assert (code, json.loads(out)["last"]) == (0, 2)
    head = json.loads(out)["head"]
    assert run("audit", "verify", "--head", head)[0] == 0
    log = tmp_path / "var" / "audit" / "000000000001.jsonl"
    log.write_text(log.read_text().replace("Secretariat", "secretariat", 1))
    code, out, _ = run("audit", "verify")
    assert code == 1
    assert "000000000001.jsonl:2" in out
    assert run("audit", "verify", "--head", "two")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "add", "A\nB"),
        ("keys", "add", "Ann", "--scope", "all"),
        ("keys", "add", "Ann", "--days", "0"),
    ],
)
def test_a_key_that_cannot_be_made_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert "Traceback" not in err


def test_serving_others_without_a_key_is_refused_in_one_line(run: Run) -> None:
    code, _, err = run("serve", "--host", "0.0.0.0")
    assert code == 2
    assert "bali keys add" in err
    assert len(err.strip().splitlines()) == 1


def test_a_damaged_index_is_answered_for_by_the_one_before_with_one_line_of_warning(
    run: Run, corpus_folder: Path, tmp_path: Path
) -> None:
    run("build")
    write_corpus(corpus_folder, REPORT + "\nMore.\n")
    run("build")
    (folder_of(tmp_path / "var") / "names.json").write_text("{")
    code, out, err = run("ask", "who leads the repair of the northern lighthouse")
    assert code == 0
    assert out.startswith("Norway")
    assert err.count("\n") == 1
    assert err.startswith("warning: ")
    assert "names.json" in err
    run("build")
    assert run("ask", "who leads the repair of the northern lighthouse")[2] == ""


def test_a_build_says_that_it_waits_for_another(run: Run, tmp_path: Path) -> None:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with building(tmp_path / "var"):
            held.set()
            let_go.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    threading.Timer(0.3, let_go.set).start()
    code, _, err = run("build")
    thread.join()
    assert code == 0
    assert "Another build is running; waiting for it to end…" in err


@pytest.mark.parametrize(
    ("arguments", "problem", "remedy"),
    [
        (("ask",), "Missing argument 'question'", "`bali ask --help`"),
        (("serve", "--port", "x"), "'--port'", "`bali serve --help`"),
        (("nowhere",), "No such command 'nowhere'", "`bali --help`"),
        (("eval", "--nowhere"), "No such option: --nowhere", "`bali eval --help`"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    run: Run, arguments: tuple[str, ...], problem: str, remedy: str
) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert problem in err
    assert remedy in err


@pytest.mark.parametrize("arguments", [(), ("audit",)])
def test_a_command_without_arguments_shows_its_help_and_no_error(
    run: Run, arguments: tuple[str, ...]
) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert "Usage: bali" in out
    assert err == ""


def test_it_tells_its_version(run: Run) -> None:
    assert run("--version") == (0, f"bali {version('bali')}\n", "")


def test_a_key_that_cannot_be_recorded_opens_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise AuditError("cannot be written", where="audit", remedy="make room")

    monkeypatch.setattr(AuditLog, "write", full)
    code, out, err = run("keys", "add", "Ann")
    assert code == 2
    assert out == ""
    assert "make room" in err
    (key,) = read_keys(tmp_path / "var")
    assert key.revoked


def test_no_log_is_told_as_such(run: Run) -> None:
    code, out, err = run("audit", "verify")
    assert code == 0
    assert out == ""
    assert "no log yet" in err
