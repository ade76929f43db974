"""A collection in BEIR's layout made of the docstrings of Python source: `python -m eval.docstrings OUT`.

It is about anything but policy, and anyone who has Python has it. A docstring's first line is the query, the
paragraphs after it are the document, so that the words of a query were not taken from what it should find.
Of one docstring in ten the document is left out: its query has no answer.
"""

import argparse
import ast
import json
import random
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_WORDS = 150
SEED = 20080106
NOT_LIBRARY = frozenset({"site-packages", "dist-packages", "test", "tests"})


@dataclass(frozen=True, slots=True)
class Described:
    """A function or class: where it is defined, its docstring's first line, and what comes after."""

    name: str
    summary: str
    body: str


def described(folder: Path, least: int) -> Iterator[Described]:
    """Every function and class below the folder whose docstring has a summary and a body of `least` words.

    In order of path; a body is cut after `MOST_WORDS`."""
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
                if len(words) >= least and len(summary.split()) > 2:
                    name = f"{module.with_suffix('').as_posix().replace('/', '.')}:{node.lineno}"
                    yield Described(name, " ".join(summary.split()), " ".join(words[:MOST_WORDS]))


def write_collection(found: Sequence[Described], documents: int | None, queries: int, out: Path) -> None:
    """Write `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`, of so many entries drawn with a seed.

    A summary or body that several have is kept once, so that a query has one right document.
    """
    once = {entry.body: entry for entry in {entry.summary: entry for entry in reversed(found)}.values()}
    kept = sorted(once.values(), key=lambda entry: entry.name)
    draw = random.Random(SEED)
    if documents is not None:
        kept = draw.sample(kept, min(documents, len(kept)))
    drawn = draw.sample(kept, min(queries, len(kept)))
    unanswerable = {entry.name for entry in drawn[::10]}
    (out / "qrels").mkdir(parents=True, exist_ok=True)
    with (out / "corpus.jsonl").open("w", encoding="utf-8") as stream:
        for entry in kept:
            if entry.name not in unanswerable:
                print(json.dumps({"_id": entry.name, "title": "", "text": entry.body}), file=stream)
    with (out / "queries.jsonl").open("w", encoding="utf-8") as stream:
        for entry in drawn:
            answerable = entry.name not in unanswerable
            print(
                json.dumps({"_id": f"q:{entry.name}", "text": entry.summary, "answerable": answerable}),
                file=stream,
            )
    with (out / "qrels" / "test.tsv").open("w", encoding="utf-8") as stream:
        print("query-id\tcorpus-id\tscore", file=stream)
        for entry in drawn:
            if entry.name not in unanswerable:
                print(f"q:{entry.name}\t{entry.name}\t1", file=stream)


def main() -> None:
    """Write the collection of the standard library, or of the folders given."""
    parser = argparse.ArgumentParser(prog="python -m eval.docstrings", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument(
        "folders", type=Path, nargs="*", default=[Path(sysconfig.get_path("stdlib"))], help="Python source"
    )
    parser.add_argument("--documents", type=int, help="how many at most (all)")
    parser.add_argument("--least", type=int, default=15, help="words that a document has at least (15)")
    parser.add_argument("--queries", type=int, default=300, help="how many (300)")
    asked = parser.parse_args()
    found = [entry for folder in asked.folders for entry in described(folder, asked.least)]
    write_collection(found, asked.documents, asked.queries, asked.out)


if __name__ == "__main__":
    main()
