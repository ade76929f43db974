"""The packages import in one direction only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "service": {"corpus", "index", "service"},
    "eval": {"corpus", "index", "eval"},
}
# the public doors between the evaluation and the service
DOORS = {
    ("service", "eval.cli"),
    *(
        ("eval", f"service.{name}")
        for name in ("answer", "citations", "confidence", "conversation", "question", "settings", "signals")
    ),
    ("eval", "service"),
}


def imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return found | {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }


@pytest.mark.parametrize("package", ALLOWED)
def test_each_package_imports_only_those_before_it(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        for name in imports(file):
            top = name.split(".")[0]
            if top in ALLOWED and top not in ALLOWED[package]:
                assert (package, name) in DOORS, f"{file.relative_to(ROOT)} imports {name}"
