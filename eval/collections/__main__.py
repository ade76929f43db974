"""`python -m eval.collections OUT`: make every collection whose texts are installed, a folder each."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.collections.docstrings import standard_library
from eval.collections.gnome import gnome_help
from eval.collections.manuals import (
    DEBIAN_USERS,
    HANDBOOK,
    POLICY,
    PYTHON_FAQ,
    SECURING,
    git_commands,
    headings,
)
from eval.collections.packages import debian_packages
from eval.collections.perlfaq import perlfaq
from eval.collections.sections import Section
from eval.collections.writer import write_collection


@dataclass(frozen=True, slots=True)
class Maker:
    """`read` gives the sections of a collection below a root folder, none if its `needs` are not installed."""

    read: Callable[[Path], list[Section]]
    needs: str


MAKERS: Mapping[str, Maker] = {
    "debian-users": Maker(
        partial(headings, manuals=DEBIAN_USERS), "the packages debian-faq and installation-guide-amd64"
    ),
    "docstrings": Maker(standard_library, "the source of Python's standard library"),
    "git": Maker(git_commands, "the package git-doc"),
    "gnome-help": Maker(gnome_help, "the package gnome-user-docs"),
    "handbook": Maker(partial(headings, manuals=HANDBOOK), "the package debian-handbook"),
    "packages": Maker(debian_packages, "apt's lists in English: apt-get update -o Acquire::Languages=en"),
    "perlfaq": Maker(perlfaq, "the package perl-doc"),
    "policy": Maker(
        partial(headings, manuals=POLICY),
        "the packages debian-policy, developers-reference and gnu-standards",
    ),
    "python-faq": Maker(partial(headings, manuals=PYTHON_FAQ), "the package python3-doc"),
    "securing": Maker(partial(headings, manuals=SECURING), "the package harden-doc"),
}


def make_collections(makers: Mapping[str, Maker], root: Path, out: Path, console: Console) -> None:
    """Make each collection whose texts are there; print a line for each, made or not."""
    for name, maker in track(makers.items(), "making collections", console=console, transient=True):
        sections = maker.read(root)
        if sections:
            passages, queries = write_collection(sections, out / name)
            console.print(f"{name}: {passages} passages, {queries} queries", highlight=False)
        else:
            console.print(f"{name}: needs {maker.needs}", highlight=False, soft_wrap=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.collections", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), help="where packages are installed or unpacked (%(default)s)"
    )
    asked = parser.parse_args()
    make_collections(MAKERS, asked.root, asked.out, Console())


if __name__ == "__main__":
    main()
