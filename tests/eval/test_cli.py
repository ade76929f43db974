"""The command line: exit codes that mean something, one-line errors, files that repeat."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from typer.testing import CliRunner, Result

from eval.cli import app
from eval.runs.results import read_results, to_json
from eval.runs.run import ask, judge
from tests.eval.systems.test_http import chat, search
from tests.eval.toys import QuotingAnswerer, WordSystem, toy_gold


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    routes = [Route("/search", search, methods=["POST"]), Route("/chat", chat, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    toy_gold(tmp_path)
    return ["--gold", str(tmp_path / "gold"), "--documents", str(tmp_path / "documents")]


def bali_eval(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_run_over_http_writes_everything_and_repeats(url: str, folders: list[str], tmp_path: Path) -> None:
    outs = [tmp_path / "first", tmp_path / "second"]
    for out in outs:
        done = bali_eval("--url", url, *folders, "--out", out, "--json")
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)[url]["questions"]["hit@1"]["mean"] == 1.0
    for name in ("results.json", "run.run", "run.passages.jsonl"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()
    assert json.loads((outs[0] / "latency.json").read_text())["search"]["n"] == 7
    assert "<!doctype html>" in (outs[0] / "report.html").read_text()


def test_a_run_file_is_judged(url: str, folders: list[str], tmp_path: Path) -> None:
    bali_eval("--url", url, *folders, "--out", tmp_path / "live")
    done = bali_eval("judge", tmp_path / "live" / "run.run", *folders, "--out", tmp_path / "file", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["run"]["questions"]["hit@1"]["mean"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--url", "http://127.0.0.1:9"], 3, "cannot be reached"),
        (["--var", "nowhere"], 3, "nothing has been built here"),
        (["--peers", "nowhere"], 2, "holds no run of a peer"),
        (["judge", "nowhere.run"], 2, "is missing"),
        (["compare", "a.json", "b.json"], 2, "is missing"),
        (["gate", "a.json", "--baseline", "nowhere"], 2, "is missing"),
    ],
)
def test_errors_are_one_line_with_their_exit_code(
    url: str, folders: list[str], arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    where = ["--url", url] if arguments[0] == "--peers" else []
    known = folders[2:] if arguments[0] in ("compare", "gate") else [*folders, "--out", str(tmp_path)]
    done = bali_eval(*arguments, *where, *known)
    assert done.exit_code == code
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_bad_gold_file_is_named(url: str, folders: list[str], tmp_path: Path) -> None:
    (tmp_path / "gold" / "questions.jsonl").write_text("{}\n")
    done = bali_eval("--url", url, *folders, "--out", tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("questions.jsonl:1: ")


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[Path, Path]:
    gold = toy_gold(tmp_path)
    asked = ask(gold, WordSystem(), QuotingAnswerer())
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(to_json(judge(gold, asked), gold.sources))
    asked.results["q1"].reverse()  # type: ignore[attr-defined]
    bad.write_text(to_json(judge(gold, asked), gold.sources))
    assert read_results(bad, gold.sources) != read_results(good, gold.sources)
    return good, bad


def test_compare_shows_the_question_that_changed(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    done = bali_eval("compare", *two_runs, "--documents", tmp_path / "documents")
    assert done.exit_code == 0
    assert "won q1: When does the archive open?" in done.stdout
    assert "A1 letters: The archive opens at nine." in done.stdout
    data = json.loads(bali_eval("compare", *two_runs, "--documents", tmp_path / "documents", "--json").stdout)
    assert [change["id"] for change in data["changes"]] == ["q1"]
    hit = next(row for row in data["differences"] if (row["set"], row["measure"]) == ("questions", "hit@1"))
    assert (hit["wins"], hit["losses"], hit["ties"]) == (1, 0, 2)


def test_the_gate_holds_on_the_baseline_itself_and_reports_a_fall(
    two_runs: tuple[Path, Path], tmp_path: Path
) -> None:
    good, bad = two_runs
    (tmp_path / "baseline.txt").write_text("good\n")
    known = ["--baseline", tmp_path, "--documents", tmp_path / "documents"]
    same = bali_eval("gate", good, *known)
    assert (same.exit_code, same.stdout.strip()) == (0, "accuracy held")
    fallen = bali_eval("gate", bad, *known)
    assert fallen.exit_code == 0
    assert "lost: q1" in fallen.stdout
    assert "within noise" in fallen.stdout


def test_the_gate_fails_beyond_noise(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    good, _ = two_runs
    data = json.loads(good.read_text())
    template = data["judged"][0]
    for name, value in (("good", 1.0), ("bad", 0.0)):
        data["judged"] = [
            template | {"id": f"q{n}", "measures": {"right": value}, "slices": {}} for n in range(8)
        ]
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    (tmp_path / "baseline.txt").write_text("good\n")
    done = bali_eval(
        "gate", tmp_path / "bad.json", "--baseline", tmp_path, "--documents", tmp_path / "documents"
    )
    assert done.exit_code == 1
    assert "beyond noise" in done.stdout
    assert done.stdout.strip().endswith("accuracy lost")


def test_every_answer_is_marked_and_shown_on_a_sheet(url: str, folders: list[str], tmp_path: Path) -> None:
    gold, documents = folders[1], folders[3]
    asked = ["rubric", gold, "--url", url, "--documents", documents]
    done = bali_eval(*asked, "--sheet", tmp_path / "sheet.md", "--json")
    assert done.exit_code == 0, done.stderr
    marks = {one["id"]: one["mark"] for one in json.loads(done.stdout)}
    assert marks["q1"] == 3
    assert set(marks.values()) <= {0, 1, 2, 3}
    page = (tmp_path / "sheet.md").read_text(encoding="utf-8")
    assert "## q1: When does the archive open?" in page
    assert page.count("by eye: ") == len(marks)
    table = bali_eval(*asked).stdout
    assert "near misses" in table
    assert "turn 1" in table
