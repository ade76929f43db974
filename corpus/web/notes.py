"""Notes of a page: which links are their calls, which blocks their texts, and which links lead back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.web.nodes import HEADINGS, block_of, fragment, is_said, key, parents, roles

_ROLES = frozenset({"doc-footnote", "doc-endnote"})
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5}|[*†‡§¶#]{1,3})[\])]?")
_RETURNS = re.compile(r"[\W_]*(?:[a-z]|\d{1,3})?[\W_]*")  # "↩", "^", "↩2"
_NEAR = 2  # elements around the link of a call that may have its name


@dataclass(slots=True)
class Notes:
    """The calls of notes, the blocks of notes, and links in them that only lead back, by node."""

    calls: set[int] = field(default_factory=set)
    texts: dict[int, LexborNode] = field(default_factory=dict)
    returns: set[int] = field(default_factory=set)
    _led_to: dict[int, frozenset[int]] = field(default_factory=dict)

    def leads_back(self, note: LexborNode, link: LexborNode, targets: Mapping[str, LexborNode]) -> bool:
        """Whether a link in `note` leads to `link`."""
        if key(note) not in self._led_to:
            led = (targets.get(fragment(each)) for each in note.css("a[href]"))
            self._led_to[key(note)] = frozenset(key(target) for target in led if target is not None)
        return not self._led_to[key(note)].isdisjoint(map(key, _around(link)))


def notes_of(tree: LexborHTMLParser, targets: Mapping[str, LexborNode]) -> Notes:
    """The notes of a page, by their roles, by raised links to them, and by links that lead to and fro."""
    notes = Notes(texts={key(node): node for node in tree.css("[role]") if _ROLES & roles(node)})
    called: set[tuple[int, int]] = set()  # blocks of a call and of its note
    near: set[int] = set()
    for link in tree.css("a[href]"):
        target = targets.get(fragment(link))
        note, block = (block_of(target) if target is not None else None), block_of(link)
        if note is None or block is None or key(note) == key(block) or (key(note), key(block)) in called:
            continue
        if _calls(link, note, notes, targets):
            notes.calls.add(key(link))
            notes.texts[key(note)] = note
            called.add((key(block), key(note)))
            near.update(map(key, _around(link)))
    notes.returns.update(key(link) for note in notes.texts.values() for link in _returns(note, near, targets))
    return notes


def _around(link: LexborNode) -> list[LexborNode]:
    return [link, *islice(parents(link), _NEAR)]


def _calls(link: LexborNode, note: LexborNode, notes: Notes, targets: Mapping[str, LexborNode]) -> bool:
    """Whether a link is the mark of a note: it is raised, leads to a note, or is led back to."""
    if "doc-noteref" in roles(link):
        return True
    if not _MARK.fullmatch(link.text().strip()) or note.tag in ("body", "main", *HEADINGS):
        return False
    if key(note) in notes.texts or link.css_first("sup") is not None:
        return True
    return any(each.tag == "sup" for each in _around(link)) or notes.leads_back(note, link, targets)


def _returns(note: LexborNode, near: set[int], targets: Mapping[str, LexborNode]) -> Iterator[LexborNode]:
    """The links in a note that lead back to its call, without one that is the number of the note."""
    for place, link in enumerate(note.css("a[href]")):
        target, text = targets.get(fragment(link)), link.text().strip()
        if "doc-backlink" in roles(link):
            yield link
        elif (
            target is not None and _RETURNS.fullmatch(text) and not near.isdisjoint(map(key, _around(target)))
        ):
            numbers = not place and note.tag != "li" and is_said(text)
            if not (numbers and note.text().strip().startswith(text)):
                yield link
