"""The README says what is there: its commands, targets, settings and files exist."""

import re
from pathlib import Path

import typer.main

from bench.report.summary import COLUMNS
from eval.report.report import SUMMARIES
from service.app import create_app
from service.cli.main import app
from service.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_bali_command_exists_and_is_named() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"\bbali ([a-z]+)", README))
    assert named <= commands
    assert commands <= named


def test_every_make_target_exists_and_is_named() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    assert named <= targets
    assert targets <= named


def test_the_tables_of_figures_are_as_the_command_writes_them() -> None:
    tables = {title: list(measures) for title, _, measures in SUMMARIES}
    headings = re.findall(
        r"^\| ((?:questions|precedents|conversations)[^|]*) \|(.*)\|$", README, re.MULTILINE
    )
    assert {title for title, _ in headings} >= {"questions: retrieval", "precedents"}
    for title, columns in headings:
        assert columns.strip().split(" | ") == tables[title]
    assert re.search(r"^\| bali \| \d\.\d\d \(\d\.\d\d–\d\.\d\d\) \|", README, re.MULTILINE)


def test_the_table_of_speed_is_as_the_benchmarks_write_it() -> None:
    table = README.partition(f"| {' | '.join(COLUMNS)} |\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert len(table) > 10
    assert all(line.count("|") == len(COLUMNS) + 1 for line in table)


def test_every_route_exists_and_is_named() -> None:
    described = create_app(Settings()).openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    named = set()
    for method, paths in re.findall(r"^\| `(GET|POST) (/.*?) \|", README, re.MULTILINE):
        named |= {(method, path.strip("` ")) for path in paths.split(",")}
    assert named == routes | {("POST", "/mcp")}


def test_every_setting_exists_and_is_named() -> None:
    named = set(re.findall(r"`BALI_([A-Z_]+)`", README))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_path_named_exists() -> None:
    paths = re.findall(r"`((?:corpus|index|service|eval|tests|docs|bench)/[\w./-]*)`", README)
    assert paths
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing
