"""The questions and answers of perlfaq, in Perl's POD."""

import re
from pathlib import Path

from eval.collections.sections import Section

_PAGES = "usr/share/perl/*/pod/perlfaq[0-9].pod"
_COMMAND = re.compile(r"=(\w+)\s*(.*)", re.DOTALL)
_CODE = re.compile(r"([A-Z])(?:<<+\s+(.*?)\s+>>+|<([^<>]*)>)", re.DOTALL)
_ESCAPES = {"lt": "<", "gt": ">", "verbar": "|", "sol": "/"}
_SHELTERED = str.maketrans("<>", "\0\1")  # brackets that are text, while codes are being read


def perlfaq(root: Path) -> list[Section]:
    return [
        section
        for path in sorted(root.glob(_PAGES))
        for section in questions(path.stem, path.read_text(encoding="utf-8", errors="replace"))
    ]


def questions(name: str, pod: str) -> list[Section]:
    """The second-level headings of a page and the paragraphs below each, code left out."""
    page = ""
    chapter = ""
    found: list[tuple[str, str, list[str]]] = []
    for block in re.split(r"\n\s*\n", pod):
        command = _COMMAND.match(block.strip())
        if command and command[1] == "head1":
            chapter = plain(command[2])
        elif command and command[1] == "head2":
            found.append((chapter, plain(command[2]), []))
        elif chapter == "NAME" and not command:
            page = plain(block).partition(" - ")[2]
        elif found and found[-1][0] == chapter and _is_text(block, command):
            text = plain(command[2] if command else block)
            if text.strip("*"):  # a bullet is no text
                found[-1][2].append(text)
    return [
        Section(f"{name}-{number}", question, _above(page, chapter), tuple(answer))
        for number, (chapter, question, answer) in enumerate(found, 1)
    ]


def _is_text(block: str, command: re.Match[str] | None) -> bool:
    """A paragraph or the title of a list item, not code, which is indented, nor another command."""
    return command[1] == "item" if command else not block.startswith((" ", "\t"))


def _above(page: str, chapter: str) -> tuple[str, ...]:
    """Some pages have chapters, others only DESCRIPTION."""
    return ("Perl FAQ", page) if chapter == "DESCRIPTION" else ("Perl FAQ", page, chapter)


def plain(text: str) -> str:
    """POD without its formatting codes, on one line."""
    while (replaced := _CODE.sub(_inner, text)) != text:
        text = replaced
    return " ".join(text.replace("\0", "<").replace("\1", ">").split())


def _inner(code: re.Match[str]) -> str:
    text = code[2] if code[2] is not None else code[3]
    if code[1] == "E":
        return _ESCAPES.get(text, text).translate(_SHELTERED)
    if code[1] in "XZ":
        return ""
    if code[1] == "L":
        return text.partition("|")[0]
    return text.translate(_SHELTERED)
