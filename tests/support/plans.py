"""Two ferry plans, of 2015 and 2024, as the corpus of a test."""

import hashlib
from pathlib import Path

from corpus.catalogue import read_catalogue
from index.build import build
from index.generation import Index, load_index
from tests.support.tiny import TinyEncoder

_ENTRY = """
[[document]]
id = "{id}"
title = "Ferry Plan {year}"
issuer = "Islands"
kind = "plan"
period = [{year}, {year}]
file = "{id}.md"
sha256 = "{sha256}"
"""


def two_plans(folder: Path, old: str, new: str) -> Index:
    """Built in the empty `folder` from the texts of the documents `old` and `new`."""
    entries = ""
    for id, year, text in (("old", 2015, old), ("new", 2024, new)):
        (folder / f"{id}.md").write_text(text, "utf-8")
        entries += _ENTRY.format(id=id, year=year, sha256=hashlib.sha256(text.encode()).hexdigest())
    (folder / "catalogue.toml").write_text(entries, "utf-8")
    build(folder / "var", read_catalogue(folder), TinyEncoder())
    return load_index(folder / "var")
