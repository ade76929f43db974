"""The names of WordprocessingML, and how its elements are walked."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What nobody sees with all changes accepted, and what says how the rest is set.
LEFT_OUT = frozenset(
    [FALLBACK, *(f"{W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "sectPr", "sdtPr", "sdtEndPr"))]
)
_OFF = frozenset({"0", "false", "off"})
_NUMBER = re.compile(r"-?\d{1,9}")

Element = Any  # lxml has no types of its own


def found(parent: Element, *names: str) -> Iterator[Element]:
    """The nearest elements below `parent` that have one of these names of `W`, whatever is wrapped around them."""
    tags = {f"{W}{name}" for name in names}
    for child in parent.iterchildren(etree.Element):
        if child.tag in tags:
            yield child
        elif child.tag not in LEFT_OUT:
            yield from found(child, *names)


def child(parent: Element | None, *path: str) -> Element | None:
    """The element at this path of names below `parent`."""
    for name in path:
        parent = parent.find(f"{W}{name}") if parent is not None else None
    return parent


def value(parent: Element | None, *path: str) -> str | None:
    """The value of the element at this path, None where there is none."""
    node = child(parent, *path)
    said: str | None = node.get(f"{W}val") if node is not None else None
    return said


def number(parent: Element | None, *path: str) -> int | None:
    """The whole number at this path, None where there is none."""
    said = value(parent, *path)
    return int(said) if said is not None and _NUMBER.fullmatch(said) else None


def switch(parent: Element | None, *path: str) -> bool | None:
    """Whether the property at this path is on; None where it is not said."""
    node = child(parent, *path)
    return None if node is None else node.get(f"{W}val", "1") not in _OFF
