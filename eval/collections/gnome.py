"""The pages of GNOME's help, in Mallard: the description of a page finds its text."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from eval.collections.sections import Section

_PAGES = "usr/share/help/C/gnome-help/*.page"
_MALLARD = "{http://projectmallard.org/1.0/}"
_LEFT_OUT = frozenset(f"{_MALLARD}{tag}" for tag in ("info", "title", "code", "screen", "media"))


def gnome_help(root: Path) -> list[Section]:
    """A section for each page with a description and text."""
    found = (page(path.stem, path.read_text(encoding="utf-8")) for path in sorted(root.glob(_PAGES)))
    return [section for section in found if section.query and section.paragraphs]


def page(name: str, xml: str) -> Section:
    """A page: the description is the query, the title the context, `<p>` the paragraphs."""
    root = ElementTree.fromstring(xml)
    title, description = root.find(f"{_MALLARD}title"), root.find(f"{_MALLARD}info/{_MALLARD}desc")
    return Section(name, _text(description), ("GNOME Help", _text(title)), tuple(_paragraphs(root)))


def _paragraphs(element: ElementTree.Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_MALLARD}p":
            if text := _text(child):
                yield text
        elif child.tag not in _LEFT_OUT:
            yield from _paragraphs(child)


def _text(element: ElementTree.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
