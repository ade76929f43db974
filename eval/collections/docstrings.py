"""The docstrings of Python source: the first line of one finds the paragraphs after it.

`python -m eval.collections.docstrings OUT` makes a collection of the standard library, or of any other source.
"""

import argparse
import ast
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from eval.collections.sections import Section
from eval.collections.writer import LEAST_WORDS, PASSAGES, QUERIES, write_collection

MOST_WORDS = 120
NOT_LIBRARY = frozenset({"site-packages", "dist-packages", "test", "tests"})


def standard_library(_: Path) -> list[Section]:
    """The docstrings of the standard library of the Python that runs."""
    return list(described(Path(sysconfig.get_path("stdlib"))))


def described(folder: Path, least: int = LEAST_WORDS) -> Iterator[Section]:
    """Every function and class below the folder whose docstring has a first line and `least` words after it.

    In order of path; cut after `MOST_WORDS`, so that it is one passage.
    """
    for path in sorted(folder.rglob("*.py")):
        module = path.relative_to(folder)
        if NOT_LIBRARY.intersection(module.parts):
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, OSError):
            continue  # templates and deliberately broken files
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                summary, _, body = (ast.get_docstring(node) or "").partition("\n\n")
                words = body.split()
                if len(words) >= least:
                    name = f"{module.with_suffix('').as_posix().replace('/', '.')}:{node.lineno}"
                    yield Section(name, " ".join(summary.split()), (), (" ".join(words[:MOST_WORDS]),))


def main() -> None:
    """Write the collection of the standard library, or of the folders given."""
    parser = argparse.ArgumentParser(prog="python -m eval.collections.docstrings", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument(
        "folders", type=Path, nargs="*", default=[Path(sysconfig.get_path("stdlib"))], help="Python source"
    )
    parser.add_argument("--passages", type=int, default=PASSAGES, help="how many at most (%(default)s)")
    parser.add_argument(
        "--least", type=int, default=LEAST_WORDS, help="words that one has at least (%(default)s)"
    )
    parser.add_argument("--queries", type=int, default=QUERIES, help="how many (%(default)s)")
    asked = parser.parse_args()
    found = [section for folder in asked.folders for section in described(folder, asked.least)]
    write_collection(found, asked.out, asked.passages, asked.queries)


if __name__ == "__main__":
    main()
