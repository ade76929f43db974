"""The docs are bound to the code: commands, routes, settings, figures, paths, links and the README's examples."""

import ast
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openai
import pytest
import typer.main
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bench.report.summary import COLUMNS
from eval.report.report import SUMMARIES
from service.app import create_app
from service.cli.main import app
from service.settings import Settings
from tests.support.live import live
from tests.test_layering import ORDER

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def page(name: str) -> str:
    """A page of `docs/`."""
    return (ROOT / "docs" / name).read_text("utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_every_bali_command_exists_and_is_named() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"`bali ([a-z]+)", page("cli.md"))) == commands


def test_every_make_target_exists_and_is_named() -> None:
    assert set(re.findall(r"`make ([a-z]+)", page("cli.md"))) == make_targets()


def test_the_tables_of_figures_are_as_the_command_writes_them() -> None:
    tables = {title: list(measures) for title, _, measures in SUMMARIES}
    headings = re.findall(
        r"^\| ((?:questions|precedents|conversations)[^|]*) \|(.*)\|$", page("evaluation.md"), re.MULTILINE
    )
    assert {title for title, _ in headings} >= {"questions: retrieval", "precedents"}
    for title, columns in headings:
        assert columns.strip().split(" | ") == tables[title]
    assert re.search(r"^\| bali \| \d\.\d\d \(\d\.\d\d–\d\.\d\d\) \|", page("evaluation.md"), re.MULTILINE)


def test_the_table_of_speed_is_as_the_benchmarks_write_it() -> None:
    table = page("performance.md").partition(f"| {' | '.join(COLUMNS)} |\n")[2]
    rows = table.partition("\n\n")[0].splitlines()[1:]
    assert len(rows) > 10
    assert all(row.count("|") == len(COLUMNS) + 1 for row in rows)


def test_every_route_exists_and_is_named() -> None:
    described = create_app(Settings()).openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
    named = set()
    for method, paths in re.findall(r"^\| `(GET|POST) (/.*?) \|", page("api.md"), re.MULTILINE):
        named |= {(method, path.strip("` ")) for path in paths.split(",")}
    assert named == routes | {("POST", "/mcp")}


def test_every_setting_exists_and_is_named() -> None:
    named = set(re.findall(r"`BALI_([A-Z_]+)`", page("settings.md")))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_import_order_is_the_one_that_is_held() -> None:
    rows = re.findall(r"^\| (\w+) \| \d+ \| (.+) \|$", page("architecture.md"), re.MULTILINE)
    assert {name: tuple(row for of, row in rows if of == name) for name, _ in rows} == ORDER


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_every_path_module_and_link_exists(file: Path) -> None:
    text = file.read_text("utf-8")
    paths = re.findall(r"`((?:corpus|index|service|eval|tests|docs|bench)/[\w./-]*)`", text)
    modules = re.findall(r"python -m ((?:service|eval|tests|bench)[\w.]*\w)", text)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [name for name in modules if not is_module(name)]
    missing += [link for link in links(text) if not resolves(file, link)]
    assert not missing


def is_module(name: str) -> bool:
    """Whether `python -m` would find it."""
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def links(text: str) -> list[str]:
    """The relative links of a page."""
    found = re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", text))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def resolves(file: Path, link: str) -> bool:
    """Whether the file that `link` names from `file` exists, and has the heading."""
    path, _, anchor = link.partition("#")
    target = (file.parent / path).resolve() if path else file
    return target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))


def anchors(text: str) -> Iterator[str]:
    """The anchors of a page's headings, as code hosts make them."""
    for heading in re.findall(r"^#+ (.+)$", CODE.sub("", text), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 120
    assert len(README.split()) <= 900


def test_the_readmes_targets_and_settings_exist() -> None:
    named = {name for names in re.findall(r"\bmake ((?:[a-z]+ ?)+)[`\s]", README) for name in names.split()}
    assert {"serve", "test"} <= named & make_targets()
    assert set(re.findall(r"`BALI_([A-Z_]+)`", README)) <= {name.upper() for name in Settings.model_fields}


def test_the_readmes_tree_has_every_folder_in_the_order_of_imports() -> None:
    folders = [file.parent for file in (ROOT / "service").glob("*/__init__.py")]
    tree = re.findall(r"^ *[├└]── (\w+)/ +\S", README, re.MULTILINE)
    assert sorted(tree) == sorted(folder.name for folder in folders)
    level = {name: n for n, line in enumerate(ORDER["service"]) for name in line.split()}
    assert [level[name] for name in tree] == sorted(level[name] for name in tree)


@pytest.mark.parametrize("package", ["corpus", "index", "service", "eval", "bench"])
def test_every_folder_says_what_it_is(package: str) -> None:
    for file in (ROOT / package).rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), file


def test_the_readmes_figures_stand_in_the_pages_they_are_from() -> None:
    rows = re.findall(r"^\| .+ \| ([\d.]+[^|]*) \| \[.*\]\(docs/(.+\.md)#.*\) \|$", README, re.MULTILINE)
    assert len(rows) == 5
    assert all(figure in page(name) for figure, name in rows)


def example(language: str, start: str) -> str:
    """The README's block of code that begins so."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return next(block for block in blocks if block.startswith(start))


def test_bali_ask_answers_as_the_readme_shows(real_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, answer, _, *shown = example("console", "$ bali ask").splitlines()
    monkeypatch.setenv("BALI_VAR", str(real_var))
    monkeypatch.setenv("COLUMNS", "92")
    asked = re.fullmatch(r'\$ bali ask "(.+)"', command)
    assert asked
    result = CliRunner().invoke(app, ["ask", asked[1]])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == answer
    assert " ".join(shown[0].split()) in " ".join(result.stdout.split())


def test_the_service_answers_as_the_readme_shows(
    real_var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    curl = example("console", "$ curl")
    route = re.search(r"localhost:8000(/\w+)", curl)
    sent = re.search(r"-d '(.+)'", curl)
    assert route
    assert sent
    shown = curl.splitlines()[-1]
    service = create_app(Settings(var=real_var))
    with TestClient(service) as client:
        body = client.post(route[1], json=json.loads(sent[1])).json()
    assert re.findall(r'"(\w+)":', shown) == list(body)
    for field, value in re.findall(r'"(\w+)": "([^"]+)"', shown):
        assert body[field] == value
    program = example("python", "import openai")
    with live(service) as url:
        monkeypatch.setattr(openai, "OpenAI", partial(_client, openai.OpenAI, url))
        exec(program)
    begins = re.search(r"# (.+?)\(http", program)
    assert begins
    assert capsys.readouterr().out.startswith(begins[1])


def _client(make: type[openai.OpenAI], url: str, base_url: str, api_key: str) -> openai.OpenAI:
    """OpenAI's client, at the port of the test instead of the service's usual one."""
    return make(base_url=base_url.replace("http://localhost:8000", url), api_key=api_key, max_retries=0)


def test_the_agents_command_exists() -> None:
    server = json.loads(example("json", "{"))["mcpServers"]["bali"]
    assert set(server["args"]) <= set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert {name.removeprefix("BALI_").lower() for name in server["env"]} <= set(Settings.model_fields)
