"""Packages, and the folders of a package, import in one direction only; modules never in a circle."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
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
        for name in (
            "answering.confidence",
            "answering.features",
            "answering.types",
            "chat",
            "settings",
            "understanding.heads",
            "understanding.words",
        )
    ),
}
# What stands directly below each package, in its order: a line imports from those before it, and from its own folder.
ORDER: Mapping[str, tuple[str, ...]] = {
    "corpus": (
        "offline errors types",
        "disk layout",
        "text",
        "web word",
        "pdf",
        "scans",
        "readers structure",
        "identity",
        "cells leads",
        "records",
        "passages",
        "catalogue coverage",
        "proposals",
        "changes",
    ),
    "index": (
        "errors types terms",
        "storage",
        "encoders passages",
        "columns",
        "queries",
        "retrieval",
        "generation",
        "search",
        "build opening precedents",
    ),
    "service": (
        "errors settings understanding",
        "questions observability",
        "lookups",
        "answering",
        "conversation precedents steps",
        "chat schemas",
        "documents feedback serving",
        "http",
        "api security",
        "middleware pages",
        "app",
        "cli",
    ),
    "eval": (
        "systems",
        "metrics options",
        "gold_data beir",
        "runs",
        "report training",
        "tables",
        "cli",
    ),
}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """The name and file of every module of a package."""
    for file in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), file


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def imports(file: Path) -> set[str]:
    """All modules that a file imports, anywhere in it: `from package import module` names the module."""
    found: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                found.add(module if _is_module(module) else node.module)
    return found


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize("package", ALLOWED)
def test_each_package_imports_only_those_before_it(package: str) -> None:
    for module, file in modules(package):
        for name in imports(file):
            top = name.split(".")[0]
            if top in ALLOWED and top not in ALLOWED[package]:
                assert (package, name) in DOORS, f"{module} imports {name}"


@pytest.mark.parametrize("package", ORDER)
def test_each_folder_imports_only_those_before_it(package: str) -> None:
    level = {name: n for n, line in enumerate(ORDER[package]) for name in line.split()}
    below = {module.split(".")[1] for module, _ in modules(package) if "." in module}
    assert below - {"collections", "peers"} == set(level), "each folder and module has its line in ORDER"
    for module, file in modules(package):
        for name in imports(file):
            if (
                name.startswith(f"{package}.")
                and len(module.split(".")) > 1
                and module.split(".")[1] in level
            ):
                mine, theirs = module.split(".")[1], name.split(".")[1]
                assert mine == theirs or level[theirs] < level[mine], f"{module} imports {name}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {module: imports(file) for package in ALLOWED for module, file in modules(package)}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in done:
            for name in sorted(graph.get(module, set())):
                visit(name, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_folders_are_small_and_shallow() -> None:
    for package in (*ALLOWED, "bench"):
        folders = {file.parent for _, file in modules(package)}
        for folder in folders:
            count = sum(file.name != "__init__.py" for file in folder.glob("*.py"))
            assert count <= 16, f"{folder.relative_to(ROOT)} has {count} modules"
            assert len(folder.relative_to(ROOT).parts) <= 2
            assert ast.get_docstring(parsed(folder / "__init__.py")), folder
