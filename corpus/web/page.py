"""What a page's elements are: shown or not, in a line or a block, of the page's frame, notes and the calls of notes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.web.css import Styles, styles_of

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu ol optgroup p plaintext pre search "
    "section summary table tbody td tfoot th thead tr ul xmp caption".split()
)
_UNREAD = frozenset(
    "script style noscript noframes noembed template head iframe frameset object embed svg canvas audio video select "
    "textarea input datalist meter progress nav search -comment -doctype".split()
)
_NAVIGATION = frozenset({"navigation", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog"})
_FRAME = {"header": "banner", "footer": "contentinfo"}
_SECTIONING = frozenset({"article", "aside", "main", "nav", "section"})
_NOTE = frozenset({"doc-footnote", "doc-endnote"})
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5}|[*†‡§¶#]{1,3})[\])]?")
_RETURNS = re.compile(r"[\W_]*(?:[a-z]|\d{1,3})?[\W_]*")  # "↩", "^", "↩2"
_BREADCRUMB = re.compile(r"breadcrumbs?", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """A page and what was found out of it as a whole, by node."""

    tree: LexborHTMLParser
    styles: Styles
    holders: frozenset[int] = frozenset()
    targets: dict[str, LexborNode] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    calls: frozenset[int] = frozenset()
    returns: frozenset[int] = frozenset()
    skips: frozenset[int] = frozenset()
    notes: frozenset[int] = frozenset()
    frame: frozenset[int] = frozenset()

    def is_block(self, node: LexborNode) -> bool:
        """Whether `node` is a block, or holds one."""
        return node.tag in BLOCKS or key(node) in self.holders

    def is_left_out(self, node: LexborNode) -> bool:
        """Whether nothing of `node` is of the document: not shown, struck out, a control, a way through the page."""
        if node.tag in (None, "-text"):
            return False
        if node.tag in _UNREAD or key(node) in self.returns:
            return True
        attributes = node.attributes
        if _NAVIGATION & set(_roles(node)) or _BREADCRUMB.fullmatch(
            (attributes.get("aria-label") or "").strip()
        ):
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
        return key(node) in self.calls

    def _is_title(self, button: LexborNode) -> bool:
        """Whether a button is in a heading, or opens what is below it."""
        return discloses(button) or any(
            parent.tag in HEADINGS or parent.tag == "summary" for parent in parents(button)
        )


def key(node: LexborNode) -> int:
    """What tells `node` from others of its page."""
    return node.mem_id or 0


def parents(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around `node`, the innermost first."""
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def discloses(button: LexborNode) -> bool:
    """Whether a button shows and hides a part of the page."""
    attributes = button.attributes
    toggled = attributes.get("data-bs-toggle", attributes.get("data-toggle"))
    return "aria-expanded" in attributes or toggled == "collapse"


def page_of(tree: LexborHTMLParser) -> Page:
    """The page that was parsed."""
    page = Page(tree, styles_of(tree))
    page.targets = _targets(tree)
    page.holders = frozenset(_holders(tree))
    page.opened = frozenset(_opened(tree))
    page.frame = frozenset(map(key, _frame(tree)))
    _find_notes(page)
    page.returns |= {key(link) for link in tree.css("a[href]") if _marks_place(link, page)}
    page.skips = frozenset(_skips(page))
    return page


def _targets(tree: LexborHTMLParser) -> dict[str, LexborNode]:
    found: dict[str, LexborNode] = {}
    for node in tree.css("[id], a[name]"):
        for name in (node.attributes.get("id"), node.attributes.get("name") if node.tag == "a" else None):
            if name:
                found.setdefault(name, node)
    return found


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


def _find_notes(page: Page) -> None:
    """The calls of notes, the notes, and their links back to the calls."""
    calls: set[int] = set()
    notes = {key(node): node for node in page.tree.css("[role]") if _NOTE & set(_roles(node))}
    called: set[tuple[int, int]] = set()  # blocks of a call and of its note
    links = [node for node in page.tree.css("a[href]") if fragment(node) in page.targets]
    for link in links:
        note, block = _block_of(page.targets[fragment(link)]), _block_of(link)
        if note is None or block is None or key(note) == key(block) or (key(note), key(block)) in called:
            continue
        if _calls(link, note, page):
            calls.add(key(link))
            called.add((key(block), key(note)))
            notes[key(note)] = note
    page.calls, page.notes = frozenset(calls), frozenset(notes)
    page.returns = frozenset(
        key(link) for note in notes.values() for link in note.css("a[href]") if _returns(link, note, page)
    )


def _roles(node: LexborNode) -> list[str]:
    return (node.attributes.get("role") or "").split()


def fragment(link: LexborNode) -> str:
    """The name of the place on the same page that a link leads to; "" where it leads elsewhere."""
    href = (link.attributes.get("href") or "").strip()
    return href[1:] if href.startswith("#") else ""


def _block_of(node: LexborNode) -> LexborNode | None:
    """The innermost block that is or holds `node`."""
    return next((each for each in (node, *parents(node)) if each.tag in BLOCKS), None)


def _calls(link: LexborNode, note: LexborNode, page: Page) -> bool:
    """Whether a link is the mark of a note: it is raised, or led back to by the note."""
    if "doc-noteref" in _roles(link):
        return True
    if not _MARK.fullmatch(link.text().strip()) or note.tag in ("body", "main", *HEADINGS):
        return False
    around = [link, *islice(parents(link), 2)]
    if link.css_first("sup") is not None or any(each.tag == "sup" for each in around):
        return True
    near = {key(each) for each in around}
    return any(key(page.targets.get(fragment(each)) or each) in near for each in note.css("a[href]"))


def _returns(link: LexborNode, note: LexborNode, page: Page) -> bool:
    """Whether a link in a note leads back to its call, and is not the number of the note."""
    if "doc-backlink" in _roles(link):
        return True
    target, text = page.targets.get(fragment(link)), link.text().strip()
    if target is None or not _RETURNS.fullmatch(text):
        return False
    near = [target, *target.css("a[href]"), *islice(parents(target), 2)]
    numbers = note.tag != "li" and _is_said(text) and note.text().strip().startswith(text)
    return not numbers and any(key(each) in page.calls for each in near)


def _is_said(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _marks_place(link: LexborNode, page: Page) -> bool:
    """Whether a link without words leads to a place on the page, as beside headings."""
    return key(link) not in page.calls and bool(fragment(link)) and not _is_said(link.text())


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
