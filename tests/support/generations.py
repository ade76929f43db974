"""Generations to harm: several under one folder, and what each answers."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpus.catalogue import Catalogue, read_catalogue
from index.build import build
from index.encoders.base import Encoder
from index.generation import Index
from index.search import search
from tests.conftest import REPORT, write_corpus
from tests.support.tiny import TinyEncoder

QUESTIONS = ("Which lighthouse needs a staircase?", "Who trains buoy inspectors?", "tide calendar 2021")
Answers = dict[str, list[list[str | float]]]
"""Question -> id, text and score of each passage found."""


def catalogue(folder: Path, number: int) -> Catalogue:
    """The harbour corpus with a report of its own for each `number`, written to `folder`."""
    report = REPORT.replace("a new staircase", f"{number + 2} new staircases")
    return read_catalogue(write_corpus(folder / f"corpus-{number}", report))


def build_several(folder: Path, count: int, encoder: Encoder | None = None) -> list[str]:
    """Build `count` generations of different corpora under `folder / "var"`; gives their ids, the current one last."""
    maker = encoder or TinyEncoder()
    return [build(folder / "var", catalogue(folder, number), maker).generation for number in range(count)]


def answers(index: Index, questions: Sequence[str] = QUESTIONS) -> Answers:
    """What a generation of the tiny encoder finds."""
    encoder = TinyEncoder()
    found = {question: search(index, encoder, question).results for question in questions}
    return {q: [[r.passage.id, r.passage.text, r.score] for r in results] for q, results in found.items()}


def folder_of(var: Path) -> Path:
    """The folder of the generation in use."""
    return var / "generations" / (var / "current").read_text()


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write `manifest` with a hash that holds, whatever it says."""
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    (folder / "manifest.sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  manifest.json\n")


def forge(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file and everything that is said of it, so that all hashes hold."""
    data = change((folder / name).read_bytes())
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name] = [len(data), hashlib.sha256(data).hexdigest()]
    seal(folder, manifest)
