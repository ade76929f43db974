"""Manuals and lists of questions in HTML: a heading finds the text below it, a command's purpose its description."""

from collections.abc import Iterable
from pathlib import Path

from eval.collections.pages import Headed, read_page
from eval.collections.sections import Section

Manual = tuple[str, str]
"""The title of a document, and the pattern of its pages below the root."""

DEBIAN_USERS: tuple[Manual, ...] = (
    ("Debian FAQ", "usr/share/doc/debian/FAQ/*.en.html"),
    ("Debian Installation Guide", "usr/share/doc/installation-guide-amd64/en/*.html"),
)
HANDBOOK: tuple[Manual, ...] = (
    ("The Debian Administrator's Handbook", "usr/share/doc/debian-handbook/html/en-US/*.html"),
)
POLICY: tuple[Manual, ...] = (
    ("Debian Policy Manual", "usr/share/doc/debian-policy/policy.html/*.html"),
    ("Debian Developer's Reference", "usr/share/developers-reference/*.html"),
    ("GNU Coding Standards", "usr/share/doc/gnu-standards/standards.html"),
    ("Information for Maintainers of GNU Software", "usr/share/doc/gnu-standards/maintain.html"),
)
PYTHON_FAQ: tuple[Manual, ...] = (("Python FAQ", "usr/share/doc/python3.*/html/faq/*.html"),)
SECURING: tuple[Manual, ...] = (("Securing Debian Manual", "usr/share/doc/harden-doc/html/en-US/*.html"),)

_GIT = "usr/share/doc/git-doc/git*.html"
_IN_ONE = "developers-reference.html"  # all pages of the manual once more
_NOT_TEXT = frozenset([_IN_ONE, "genindex.html", "index.html", "index.en.html", "search.html"])


def headings(root: Path, manuals: Iterable[Manual]) -> list[Section]:
    """The sections of the manuals, none unless all are there.

    A heading with others below it is no query: its answer stands there too.
    """
    found = [(document, pages(root, pattern)) for document, pattern in manuals]
    if not all(paths for _, paths in found):
        return []
    return [
        Section(
            name=f"{path.stem}-{number}",
            query=headed.heading if headed.leaf else "",
            above=(document, *(above for above in headed.above if above != document)),
            paragraphs=tuple(headed.paragraphs),
        )
        for document, paths in found
        for path in paths
        for number, headed in enumerate(_read(path))
    ]


def git_commands(root: Path) -> list[Section]:
    """The purpose and the description of each command of git, from its manual page."""
    found = []
    for path in pages(root, _GIT):
        read = {headed.heading: headed.paragraphs for headed in _read(path)}
        command, _, purpose = " ".join(read.get("NAME", ())).partition(" - ")
        if purpose and "DESCRIPTION" in read:
            found.append(Section(path.stem, purpose, ("Git", command), tuple(read["DESCRIPTION"])))
    return found


def pages(root: Path, pattern: str) -> list[Path]:
    """The files that match below the root, in order, each once, whatever links lead to it."""
    files = {path.resolve(): path for path in sorted(root.glob(pattern), reverse=True)}
    return sorted(path for path in files.values() if path.name not in _NOT_TEXT)


def _read(path: Path) -> list[Headed]:
    return read_page(path.read_text(encoding="utf-8", errors="replace"))
