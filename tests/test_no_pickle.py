"""Nothing is read that could run code: no pickle in the code, and none in what is built."""

import ast
import io
import pickletools

import pytest

from service.settings import Settings
from tests.test_layering import ROOT, imports, parsed

PACKAGES = ("corpus", "index", "service", "eval", "bench")
REFUSED = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def calls_by_module(tree: ast.Module) -> list[tuple[str, str, ast.Call]]:
    """(module, function, call) of every call of the form module.function(…)."""
    return [
        (node.func.value.id, node.func.attr, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_code_reads_or_writes_pickles(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        assert not {name.split(".")[0] for name in imports(file)} & REFUSED, file
        for module, function, call in calls_by_module(parsed(file)):
            assert (module, function) != ("torch", "load"), file
            if module in ("np", "numpy") and function == "load":
                said = {keyword.arg: keyword.value for keyword in call.keywords}.get("allow_pickle")
                assert isinstance(said, ast.Constant), f"{file}:{call.lineno}"
                assert said.value is False, f"{file}:{call.lineno}"


def is_pickle(data: bytes) -> bool:
    try:
        operations = [code.name for code, _, _ in pickletools.genops(io.BytesIO(data))]
    except Exception:
        return False
    return operations[:1] == ["PROTO"] or "REDUCE" in operations


def test_a_pickle_would_be_recognised() -> None:
    assert is_pickle(b"\x80\x04N.")
    assert not is_pickle(b'{"a": 1}')


def test_no_file_of_a_generation_is_a_pickle(harbour: Settings) -> None:
    files = [path for path in (harbour.var / "generations").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        data = path.read_bytes()
        assert not is_pickle(data), path
        assert b"'O'" not in data[:200], path  # a NumPy array of objects
