"""What the style sheets inside a page say of a few properties: what is hidden, struck out, bold, how lists are marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_READ = frozenset(
    "display visibility text-decoration text-decoration-line list-style list-style-type font-weight".split()
)
_STRUCK = frozenset({"s", "del", "strike"})
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_NOISE = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_OPENING, _BRACE = re.compile(r"[{;]"), re.compile(r"[{}]")
_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)", re.IGNORECASE)
_MEDIA = frozenset({"", "all", "screen"})
# What is told from other states of the page (":hover", ":not(…)") is not certain.
_SIMPLE = re.compile(r"[\w.#*-][\w.#*>+~ \t\n-]*")
_IDS, _CLASSES, _NAMES = re.compile(r"#"), re.compile(r"\."), re.compile(r"(?:^|[\s>+~])[a-zA-Z]")
_MOST_SELECTORS = 1_000
_DEEPEST = 3  # media queries inside one another

Rank = tuple[bool, int, int, int, int]  # important; ids, classes, names of the selector; its place
_BY_ATTRIBUTE = 10**6  # ids that a style attribute outweighs


@dataclass(slots=True)
class Styles:
    """The properties that rules set, by node and name, each with the rank of its rule."""

    found: dict[int, dict[str, tuple[Rank, str]]] = field(default_factory=dict)

    def value(self, node: LexborNode, *names: str) -> str:
        """The value of the first of these properties that is set on `node` itself; "" where none is."""
        own = dict(self.found.get(node.mem_id or 0, {}))
        for name, value, important in _declarations(node.attributes.get("style") or ""):
            rank = (important, _BY_ATTRIBUTE, 0, 0, 0)
            if name not in own or own[name][0] <= rank:
                own[name] = rank, value
        return next((own[name][1] for name in names if name in own), "")

    def is_hidden(self, node: LexborNode) -> bool:
        """Whether a browser does not show `node`."""
        attributes = node.attributes
        unseen = attributes.get("hidden", "until-found") != "until-found" or "popover" in attributes
        default = "none" if unseen or (node.tag == "dialog" and "open" not in attributes) else ""
        return (self.value(node, "display") or default) == "none" or self.value(node, "visibility") in (
            "hidden",
            "collapse",
        )

    def is_struck(self, node: LexborNode) -> bool:
        """Whether `node` is struck out, or marked as deleted."""
        decoration = self.value(node, "text-decoration-line", "text-decoration")
        return "line-through" in decoration.split() or (
            node.tag in _STRUCK and (not decoration or node.tag == "del")
        )

    def is_bold(self, node: LexborNode, *, inherited: bool) -> bool:
        """Whether text in `node` is bold, where that around it is `inherited`."""
        weight = self.value(node, "font-weight")
        if weight.isdigit():
            return int(weight) >= 600
        if weight in ("bold", "bolder", "normal"):
            return weight != "normal"
        return inherited or node.tag in _BOLD


def styles_of(tree: LexborHTMLParser) -> Styles:
    """The styles that the <style> elements of a page set by simple selectors."""
    styles = Styles()
    sheets = [
        node.text()
        for node in tree.css("style")
        if (node.attributes.get("media") or "").strip().lower() in _MEDIA
    ]
    rules = (rule for sheet in sheets for rule in _rules(_STRING.sub('""', _NOISE.sub(" ", sheet)), 0))
    asked = 0
    for prelude, body in rules:
        said = list(_declarations(body))
        for selector in map(str.strip, prelude.split(",") if said else ()):
            asked += 1
            if asked <= _MOST_SELECTORS and _SIMPLE.fullmatch(selector):
                _apply(styles, tree, selector, said, asked)
    return styles


def _apply(
    styles: Styles, tree: LexborHTMLParser, selector: str, said: list[tuple[str, str, bool]], place: int
) -> None:
    ids, classes, names = (len(part.findall(selector)) for part in (_IDS, _CLASSES, _NAMES))
    try:
        nodes = tree.css(selector)
    except SelectolaxError:
        return
    for node in nodes:
        own = styles.found.setdefault(node.mem_id or 0, {})
        for name, value, important in said:
            rank = (important, ids, classes, names, place)
            if name not in own or own[name][0] <= rank:
                own[name] = rank, value


def _rules(sheet: str, depth: int) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that hold on a screen whatever its size."""
    position = 0
    while opening := _OPENING.search(sheet, position):
        prelude = sheet[position : opening.start()].strip()
        position = opening.end()
        if opening[0] == ";":
            continue
        end = _closing(sheet, position)
        if not prelude.startswith("@"):
            yield prelude, sheet[position:end]
        elif _SCREEN.fullmatch(prelude) and depth < _DEEPEST:
            yield from _rules(sheet[position:end], depth + 1)
        position = end + 1


def _closing(sheet: str, position: int) -> int:
    depth = 1
    for brace in _BRACE.finditer(sheet, position):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(sheet)


def _declarations(body: str) -> Iterator[tuple[str, str, bool]]:
    """Name, value and importance of the declarations that are read."""
    for declaration in body.split(";") if ":" in body else ():
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.lower().split())
        if name in _READ and value:
            yield name, value.replace("!important", "").strip(), "!important" in value
