"""The report of what benchmarks found, from what they left."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.latency import stages
from bench.report import __main__ as report
from bench.report.__main__ import BENCHMARKS, write
from bench.report.summary import COLUMNS, Figure, finish, markdown
from bench.timing import Timing

KINDS = (*stages.LIMITS, *set(stages.LIMITS.values()))


def _stages(encode: float) -> tuple[list[Figure], list[dict[str, Any]]]:
    timings = {kind: [Timing(0.010, 0.010)] * 3 for kind in KINDS} | {"encode": [Timing(encode, encode)] * 3}
    rows = stages.medians(timings)
    return list(stages.figures(rows, 7, 0)), rows


def _save(folder: Path, name: str, printed: str = "", passed: bool = True) -> None:
    record = {"benchmark": name, "passed": passed, "seconds": 1.0, "printed": printed}
    (folder / f"{name}.json").write_text(json.dumps(record))


def test_what_is_promised_is_said_to_hold_or_not() -> None:
    kept, missed = (markdown(_stages(encode)[0]) for encode in (0.004, 0.006))
    assert kept.splitlines()[0] == f"| {' | '.join(COLUMNS)} |"
    assert "| 4.00 ms | 10.00 ms | 0.40 | ≤ 0.45 |" in kept
    assert "| 6.00 ms | 10.00 ms | 0.60 | ≤ 0.45: **missed** |" in missed


def test_a_promise_that_is_broken_is_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    for encode, code in ((0.004, 0), (0.006, 1)):
        figures, rows = _stages(encode)
        assert finish(figures, {"Stages": rows}, as_json=False) == code
        assert ("missed" in capsys.readouterr().out) == bool(code)


def test_the_report_needs_nothing_else_and_shows_what_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, rows = _stages(0.004)
    finish(figures, {"Stages": rows}, as_json=True)
    _save(tmp_path, "stages", capsys.readouterr().out)
    _save(tmp_path, "long_documents", "4,813 cases <none failed>", passed=False)
    write(tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "≤ 0.45" in page
    assert "4,813 cases &lt;none failed&gt;" in page
    assert "<svg" in page
    assert "currentColor" in page
    assert 'src="' not in page
    assert "<link" not in page
    assert (tmp_path / "summary.md").read_text("utf-8").count("\n") > 5


def test_a_stopped_run_goes_on_with_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALI_VAR", str(tmp_path))
    (tmp_path / "bench").mkdir()
    names = list(BENCHMARKS)
    _save(tmp_path / "bench", names[0])
    ran = []

    def run(name: str) -> report.Record:
        ran.append(name)
        return report.Record(name, True, 1.0, "well")

    monkeypatch.setattr(report, "run", run)
    monkeypatch.setattr("sys.argv", ["bench.report"])
    assert report.main() == 0
    assert ran == names[1:]
    assert report.main() == 0
    assert ran == names[1:] + names  # all were there, so all is new


def test_a_benchmark_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench.report", "speed"])
    with pytest.raises(SystemExit) as stopped:
        report.main()
    assert stopped.value.code == 2


def test_every_benchmark_of_the_report_is_there() -> None:
    root = Path(report.__file__).parents[2]
    assert all((root / f"{module.replace('.', '/')}.py").is_file() for module, *_ in BENCHMARKS.values())
