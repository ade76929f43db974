"""What a page's elements are: shown or not, in a line or a block, of the page's frame, notes and the calls of notes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.web.css import Styles, styles_of
from corpus.web.nodes import BLOCKS, HEADINGS, fragment, is_said, key, parents, roles, targets
from corpus.web.notes import Notes, notes_of

_UNREAD = frozenset(
    "script style noscript noframes noembed template head iframe frameset object embed svg canvas audio video select "
    "textarea input datalist meter progress nav search -comment -doctype".split()
)
_NAVIGATION = frozenset({"navigation", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog"})
_FRAME = {"header": "banner", "footer": "contentinfo"}
_SECTIONING = frozenset({"article", "aside", "main", "nav", "section"})
_BREADCRUMB = re.compile(r"breadcrumbs?", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """A page and what was found out of it as a whole, by node."""

    tree: LexborHTMLParser
    styles: Styles
    holders: frozenset[int] = frozenset()
    targets: dict[str, LexborNode] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    skips: frozenset[int] = frozenset()
    notes: Notes = field(default_factory=Notes)
    frame: frozenset[int] = frozenset()

    def is_block(self, node: LexborNode) -> bool:
        """Whether `node` is a block, or holds one."""
        return node.tag in BLOCKS or key(node) in self.holders

    def is_left_out(self, node: LexborNode) -> bool:
        """Whether nothing of `node` is of the document: not shown, struck out, a control, a way through the page."""
        if node.tag in (None, "-text"):
            return False
        if node.tag in _UNREAD or key(node) in self.notes.returns:
            return True
        attributes = node.attributes
        if _NAVIGATION & roles(node) or _BREADCRUMB.fullmatch((attributes.get("aria-label") or "").strip()):
            return True
        if attributes.get("aria-hidden") == "true" and key(node) not in self.holders:
            return True
        if node.tag == "button" and not self._is_title(node):
            return True
        return self.styles.is_struck(node) or (
            self.styles.is_hidden(node) and attributes.get("id") not in self.opened
        )

    def is_call(self, node: LexborNode) -> bool:
        """Whether `node` is the call of a note."""
        return key(node) in self.notes.calls

    def _is_title(self, button: LexborNode) -> bool:
        """Whether a button is in a heading, or opens what is below it."""
        return discloses(button) or any(
            parent.tag in HEADINGS or parent.tag == "summary" for parent in parents(button)
        )


def discloses(button: LexborNode) -> bool:
    """Whether a button shows and hides a part of the page."""
    attributes = button.attributes
    toggled = attributes.get("data-bs-toggle", attributes.get("data-toggle"))
    return "aria-expanded" in attributes or toggled == "collapse"


def page_of(tree: LexborHTMLParser) -> Page:
    """The page that was parsed."""
    page = Page(tree, styles_of(tree))
    page.targets = targets(tree)
    page.holders = frozenset(_holders(tree))
    page.opened = frozenset(_opened(tree))
    page.frame = frozenset(map(key, _frame(tree)))
    page.notes = notes_of(tree, page.targets)
    page.notes.returns.update(key(link) for link in tree.css("a[href]") if _marks_place(link, page))
    page.skips = frozenset(_skips(page))
    return page


def _holders(tree: LexborHTMLParser) -> Iterator[int]:
    seen: set[int] = set()
    for node in tree.root.traverse() if tree.root is not None else ():
        if node.tag not in BLOCKS:
            continue
        for parent in parents(node):
            if key(parent) in seen:
                break
            seen.add(key(parent))
            yield key(parent)


def _opened(tree: LexborHTMLParser) -> Iterator[str]:
    """The names of parts that a control of the page shows."""
    for node in tree.css("[aria-controls], [data-target], [data-bs-target]"):
        attributes = node.attributes
        if discloses(node) or attributes.get("role") == "tab":
            for name in ("aria-controls", "data-bs-target", "data-target"):
                yield from (attributes.get(name) or "").replace("#", "").split()


def _frame(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The head and foot of the page; a head with the only title of the page is none."""
    titles = tree.css("h1")
    for node in tree.css("header, footer, [role=banner], [role=contentinfo]"):
        role = node.attributes.get("role") or _FRAME.get(node.tag or "", "")
        inside = any(parent.tag in _SECTIONING for parent in parents(node))
        if role not in ("banner", "contentinfo") or (inside and not node.attributes.get("role")):
            continue
        holds_text = node.css_first("main, article, [role=main]") is not None
        if not holds_text and not (titles and all(_is_in(title, node) for title in titles)):
            yield node


def _is_in(node: LexborNode, outer: LexborNode) -> bool:
    return any(key(parent) == key(outer) for parent in parents(node))


def _marks_place(link: LexborNode, page: Page) -> bool:
    """Whether a link without words leads to a place on the page, as beside headings."""
    return key(link) not in page.notes.calls and bool(fragment(link)) and not is_said(link.text())


def _skips(page: Page) -> Iterator[int]:
    """Links that lead to the top or to the text of the page, or away from its head."""
    text = page.tree.css("main, [role=main], h1")[:2]
    kept = {key(each) for node in text for each in (node, *parents(node))}
    begun = False
    for node in page.tree.css("a[href], h1, h2, p, main"):
        begun = begun or node.tag != "a"
        href = (node.attributes.get("href") or "").strip()
        if href.startswith("#") and node.tag == "a":
            target = page.targets.get(href[1:])
            leads_up = key(target) in kept if target is not None else href.lower() in ("#", "#top")
            if leads_up or not begun:
                yield key(node)
