"""Decodes plain text and Markdown, and splits it into lines with offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import ReadError

# CR LF, LF, CR and form feed end a line; the other separators of str.splitlines stay inside it.
_LINE = re.compile(r"[^\n\r\f]*(?:\r\n|[\n\r\f])|[^\n\r\f]+$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its ending, `source[start:end] == text`; `page_break` if a form feed ended it."""

    text: str
    start: int
    end: int
    page_break: bool = False


def decode(data: bytes, file: str) -> str:
    """The characters of a UTF-8 file, line endings unchanged.

    Raises `ReadError` naming the file and the offending byte.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"not UTF-8 at byte {error.start}", where=file, remedy="save the file as UTF-8 text"
        ) from error
    if "\0" in text:
        raise ReadError("holds NUL characters, so it is not text", where=file, remedy="give a text file")
    return text


def lines(source: str) -> Iterator[Line]:
    """The lines of `source` in order, with character offsets."""
    for match in _LINE.finditer(source):
        content = match.group().rstrip("\n\r\f")
        start = match.start()
        if content.startswith("\ufeff"):
            content, start = content[1:], start + 1
        yield Line(content, start, start + len(content), page_break=match.group().endswith("\f"))
