"""Elements of a page, one by one: blocks, parents, roles, and where links lead."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu ol optgroup p plaintext pre search "
    "section summary table tbody td tfoot th thead tr ul xmp caption".split()
)


def key(node: LexborNode) -> int:
    """What tells `node` from others of its page."""
    return node.mem_id or 0


def parents(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around `node`, the innermost first."""
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def block_of(node: LexborNode) -> LexborNode | None:
    """The innermost block that is or holds `node`."""
    return next((each for each in (node, *parents(node)) if each.tag in BLOCKS), None)


def roles(node: LexborNode) -> frozenset[str]:
    """What `node` says that it is for."""
    return frozenset((node.attributes.get("role") or "").split())


def fragment(link: LexborNode) -> str:
    """The name of the place on the same page that a link leads to; "" where it leads elsewhere."""
    href = (link.attributes.get("href") or "").strip()
    return href[1:] if href.startswith("#") else ""


def targets(tree: LexborHTMLParser) -> dict[str, LexborNode]:
    """The places of a page that links can lead to, by name."""
    found: dict[str, LexborNode] = {}
    for node in tree.css("[id], a[name]"):
        for name in (node.attributes.get("id"), node.attributes.get("name") if node.tag == "a" else None):
            if name:
                found.setdefault(name, node)
    return found


def is_said(text: str) -> bool:
    """Whether a text has letters or digits."""
    return any(character.isalnum() for character in text)
