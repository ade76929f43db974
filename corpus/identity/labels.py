"""What the opening of a document says under labels: "AGENCY: …", "Date: …", "Prepared by …"."""

import re
from collections.abc import Iterator, Mapping

from corpus.identity.words import SMALL
from corpus.readers.extracted import PAGE_BREAK
from corpus.text.markup import plain

_READ = 4_000  # characters
_FIRST = 8  # lines among which a title has a label
_LONGEST = 200  # characters
_LABEL = re.compile(r"\W{0,3}([^\W\d_][\w/ -]{1,24}?)\W{0,2}:\W{0,2}\s+(\S.*)")
_RUN_ON = re.compile(r"(?<=[.\w)])[ ]+(?=[A-Z]{4,}:\s)")  # a label in capitals within a line
_BY = re.compile(
    r"\W{0,3}((?:adopted|approved|convened|hosted|issued|organi[sz]ed|prepared|produced|published|submitted) by)\s+"
    r"(?:the\s+)?(\S.*)",
    re.IGNORECASE,
)


def labels(text: str) -> Mapping[str, str]:
    """The values of labels on the first page by label in lower case, the first of each; a value may go over lines."""
    found: dict[str, str] = {}
    for label, value in _labelled(_first_page(text)):
        found.setdefault(label, value)
    return found


def title_label(text: str) -> str:
    """What stands under "Title:" in the first lines, or ""."""
    opening = "\n".join(_first_page(text)[:_FIRST])
    return labels(opening).get("title", "")


def _first_page(text: str) -> list[str]:
    page = next((page for page in text.split(PAGE_BREAK) if page.strip()), "")
    return _RUN_ON.sub("\n", page[:_READ]).splitlines()


def _labelled(lines: list[str]) -> Iterator[tuple[str, str]]:
    for place, line in enumerate(lines):
        if match := _match(line):
            whole = plain(" ".join([match[2], *_going_on(match, lines[place + 1 :])])).strip(" .*_")
            if len(whole) <= _LONGEST:
                yield " ".join(match[1].lower().split()), whole


def _going_on(match: re.Match[str], lines: list[str]) -> Iterator[str]:
    """The lines that go on with a value: up to its full stop; below "by" only those that cannot begin a line."""
    last = match[2]
    for line in map(str.strip, lines):
        begins = match.re is _BY and not line[:1].islower() and last.split()[-1] not in SMALL
        if not line or begins or last.endswith(".") or _match(line):
            return
        yield line
        last = line


def _match(line: str) -> re.Match[str] | None:
    return _LABEL.match(line) or _BY.match(line)
