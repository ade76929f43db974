"""HTML: what a browser shows of a page, piece by piece; navigation, controls, hidden and struck text are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.errors import ReadError
from corpus.layout import UNSEEN, Look, PieceKind
from corpus.readers.extracted import Extracted, LayoutWriter, one_line
from corpus.readers.html_tables import Grid, WebCell, WebRow, is_table, table_rows, title_of
from corpus.readers.table_rows import Row
from corpus.text.markers import item_marker
from corpus.web.encodings import decode
from corpus.web.inline import BREAK, Line
from corpus.web.metadata import said_of_itself
from corpus.web.nodes import HEADINGS, fragment, is_said, key, roles
from corpus.web.numbers import BULLET, list_style, marker
from corpus.web.page import Page, discloses, page_of

LIBRARIES = ("selectolax", "webencodings")
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_TITLES = frozenset({"summary", "legend"})
_NUMBER = re.compile(r"\s*([+-]?\d{1,6})")
_PARAGRAPHS = re.compile(rf"(?:[ \t\r\n]*{BREAK}){{2,}}")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_PIPE_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*")
_PIPE_RULE = re.compile(r"[ \t]*\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}")  # that a generator should have read: "{:.class}"
_LONGEST_DEFINITION = 1_000  # characters

PartKind = PieceKind | Literal["table", "definition"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece to be written: an item has its `marker` and `depth`, a definition its `term`, a table its `rows`."""

    kind: PartKind
    text: str = ""
    look: Look = UNSEEN
    marker: str = ""
    depth: int = 0
    term: str = ""
    rows: tuple[WebRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: of what kind its text is, in how many lists, and whether it is bold."""

    kind: PieceKind = "text"
    depth: int = 0
    bold: bool = False


def read_html(data: bytes, file: str) -> Extracted:
    """The text of an HTML file; raises `ReadError` where there is none that can be read."""
    text, warnings = decode(data, file)
    tree = LexborHTMLParser(text)
    body = tree.body
    try:
        parts = list(_Reader(page_of(tree), file).blocks(body, Place())) if body is not None else []
    except RecursionError as error:
        raise ReadError(
            "its elements are nested too deep to be read", where=file, remedy="save a plainer version of it"
        ) from error
    writer = LayoutWriter()
    for part in parts:
        _write(writer, part)
    said = {name: one_line(value) for name, value in said_of_itself(tree).items()}
    return Extracted(writer.finished(), tuple(writer.pieces), warnings=warnings, **said)


def _write(writer: LayoutWriter, part: Part) -> None:
    match part.kind:
        case "table":
            rows = list(part.rows)
            if title := title_of(rows):
                writer.text(title, kind="caption")
                rows = rows[1:]
            writer.table(table_rows(rows))
        case "definition":
            writer.definition(part.term, part.text)
        case "item":
            writer.item(part.marker, part.text, part.depth, part.look)
        case kind:
            writer.text(part.text, part.look, kind)


@dataclass(slots=True)
class _Reader:
    """Goes through the elements of a page in order."""

    page: Page
    file: str
    counts: dict[int, int] = field(default_factory=dict)

    def blocks(self, node: LexborNode, place: Place) -> Iterator[Part]:
        """The parts inside `node`; text between blocks is a paragraph."""
        place = replace(place, bold=self.page.styles.is_bold(node, inherited=place.bold))
        line = Line(self.page)
        for child in node.iter(include_text=True):
            if self.page.is_left_out(child):
                continue
            if self.page.is_block(child) or (child.tag == "button" and discloses(child)):
                yield from _paragraphs(line, place, node)
                line = Line(self.page)
                yield from self._block(child, self._place_of(child, place))
            else:
                line.read(child, bold=place.bold)
        yield from _paragraphs(line, place, node)

    def _place_of(self, node: LexborNode, place: Place) -> Place:
        if key(node) in self.page.notes.texts:
            return replace(place, kind="footnote")
        if place.kind == "text" and key(node) in self.page.frame:
            return replace(place, kind="furniture")
        if "doc-toc" in roles(node):
            return replace(place, kind="contents")
        return replace(place, kind="caption") if node.tag in ("caption", "figcaption") else place

    def _block(self, node: LexborNode, place: Place) -> Iterator[Part]:
        tag = node.tag or ""
        if tag in HEADINGS or self._is_heading(node):
            level = HEADINGS.get(tag) or _number(node.attributes.get("aria-level"), 2)
            yield from self._heading(node, place, Look(bold=True, name=tag, outline=min(max(level, 1), 6)))
        elif tag in _TITLES or tag == "button":
            yield from self._heading(node, place, Look(bold=True, name=tag))
        elif tag in _LISTS:
            yield from self._list(node, place)
        elif tag == "dl":
            yield from self._definitions(node, place)
        elif tag == "pre":
            yield from self._preformatted(node, place)
        elif tag == "table" and is_table(node):
            yield from self._table(node, place)
        elif tag == "table":
            yield from self._frame(node, place)
        elif tag != "hr":
            yield from self.blocks(node, place)

    def _is_heading(self, node: LexborNode) -> bool:
        return "heading" in roles(node) and key(node) not in self.page.holders

    def _heading(self, node: LexborNode, place: Place, look: Look) -> Iterator[Part]:
        if node.css_first(", ".join(HEADINGS)) is not None and node.tag not in HEADINGS:
            yield from self.blocks(node, place)
            return
        line = Line(self.page)
        for child in node.iter(include_text=True):
            line.read(child)
        if text := one_line(line.text):
            yield Part(place.kind, text, look if place.kind == "text" else UNSEEN)

    def _list(self, node: LexborNode, place: Place) -> Iterator[Part]:
        """Each item with its number as shown; text after an inner list or table stands by itself."""
        styles, attributes = self.page.styles, node.attributes
        ordered = node.tag == "ol"
        named = styles.value(node, "list-style-type", "list-style")
        items = [child for child in node.iter() if child.tag == "li" and not self.page.is_left_out(child)]
        step = -1 if ordered and "reversed" in attributes else 1
        number = _number(attributes.get("start"), len(items) if step < 0 else 1)
        if place.kind == "text" and self._is_contents(items):
            place = replace(place, kind="contents")
        for child in node.iter(include_text=True):
            if self.page.is_left_out(child):
                continue
            if child.tag != "li":
                inner = replace(place, depth=place.depth + (child.tag in _LISTS))
                yield from self._stray(child, inner)
                continue
            number = _number(child.attributes.get("value"), number)
            own = styles.value(child, "list-style-type", "list-style") or named
            style = list_style(
                own, child.attributes.get("type") or attributes.get("type") or "", ordered=ordered
            )
            yield from self._item(child, marker(number, style), self._place_of(child, place))
            number += step

    def _stray(self, node: LexborNode, place: Place) -> Iterator[Part]:
        """What stands in a list and is no item of it."""
        if self.page.is_block(node):
            yield from self._block(node, self._place_of(node, place))
            return
        line = Line(self.page)
        line.read(node, bold=place.bold)
        yield from _paragraphs(line, place, node)

    def _is_contents(self, items: list[LexborNode]) -> bool:
        """Whether a list only leads to places on the page."""
        lines = [Line(self.page) for item in items if key(item) not in self.page.notes.texts]
        for line, item in zip(lines, items, strict=False):
            if item.css_first("a[href]") is None:
                return False
            line.read(item)
        links = [link for item in items for link in item.css("a[href]")]
        known = all(fragment(link) in self.page.targets for link in links)
        return len(lines) > 1 and known and all(line.leads for line in lines)

    def _item(self, node: LexborNode, mark: str, place: Place) -> Iterator[Part]:
        if place.kind != "text":
            texts = [part.text for part in self.blocks(node, place) if part.text]
            shown = "" if mark == BULLET else mark
            yield Part(place.kind, " ".join([shown, *texts]).strip())
            return
        own: list[str] = []
        look: Look | None = None
        rest = self.blocks(node, replace(place, depth=place.depth + 1))
        for part in rest:
            if part.kind != "text" or part.look.outline:
                yield from _as_item(own, look, mark, place)
                numbered = bool(part.look.outline and not own and mark not in ("", BULLET))
                yield replace(part, text=f"{mark} {part.text}") if numbered else part
                break
            own.append(part.text)
            look = look or part.look
        else:
            yield from _as_item(own, look, mark, place)
        yield from rest

    def _definitions(self, node: LexborNode, place: Place) -> Iterator[Part]:
        """Each term with what is said of it; what is more than a paragraph or two stands below the term."""
        terms: list[str] = []
        for child in node.iter(include_text=True):
            if self.page.is_left_out(child):
                continue
            if child.tag not in ("dt", "dd"):
                yield from (
                    self._definitions(child, place) if child.tag == "div" else self._stray(child, place)
                )
                continue
            inner = replace(place, depth=place.depth + 1)
            parts = list(self.blocks(child, self._place_of(child, inner)))
            if child.tag == "dt":
                terms += [one_line(part.text) for part in parts if part.text]
                continue
            said = " ".join(one_line(part.text) for part in parts)
            simple = all(part.kind == "text" and not part.look.outline for part in parts)
            if terms and simple and said and len(said) <= _LONGEST_DEFINITION and place.kind == "text":
                yield Part("definition", said, term=", ".join(terms))
            else:
                yield from (Part(place.kind, term, Look(bold=True, name="dt")) for term in terms)
                yield from parts
            terms = []
        yield from (Part(place.kind, term) for term in terms)

    def _preformatted(self, node: LexborNode, place: Place) -> Iterator[Part]:
        line = Line(self.page)
        for child in node.iter(include_text=True):
            line.read(child)
        text = line.text.replace(BREAK, "\n").replace("\r\n", "\n").replace("\f", "\n")
        if place.kind == "text" and node.css_first("code, samp, kbd") is not None:
            yield Part("code", _kept(text))
            return
        for paragraph in _EMPTY_LINES.split(text):
            yield Part(place.kind, _kept(paragraph), Look(name="pre"))

    def _table(self, node: LexborNode, place: Place) -> Iterator[Part]:
        for caption in node.iter():
            if caption.tag == "caption" and not self.page.is_left_out(caption):
                yield from self.blocks(caption, self._place_of(caption, place))
        rows = tuple(Grid(self.page, self._cell, self.file).rows(node))
        if place.kind == "text":
            yield Part("table", rows=rows)
        else:
            yield from (Part(place.kind, " ".join(cell.text for cell in row.filled)) for row in rows)

    def _cell(self, node: LexborNode) -> WebCell:
        """The text of a cell, lists and paragraphs a line each, and the rows of a table in it."""
        parts = list(self.blocks(node, Place()))
        texts = [f"{part.marker} {part.term} {part.text}" for part in parts]
        inner = tuple(row for part in parts for row in part.rows)
        bold = bool(parts) and all(part.look.bold for part in parts)
        text = "\n".join(filter(None, map(one_line, "\n".join(texts).split("\n"))))
        return WebCell(text, head=node.tag == "th", bold=bold, inner=inner)

    def _frame(self, node: LexborNode, place: Place) -> Iterator[Part]:
        """What stands in a table that only places it."""
        for child in node.iter():
            if child.tag in ("tbody", "thead", "tfoot", "tr"):
                if not self.page.is_left_out(child):
                    yield from self._frame(child, place)
            elif not self.page.is_left_out(child):
                yield from self.blocks(child, self._place_of(child, place))


def _as_item(own: list[str], look: Look | None, mark: str, place: Place) -> Iterator[Part]:
    if own:
        yield Part("item", "\n".join(own), look or UNSEEN, mark, place.depth)


def _paragraphs(line: Line, place: Place, node: LexborNode) -> Iterator[Part]:
    """The paragraphs of a line: two breaks part them, one is kept; tables written with bars are tables."""
    if line.skips and is_said(line.text):
        return
    look = Look(bold=not line.plain, name=node.tag or "") if place.kind == "text" else UNSEEN
    for paragraph in _PARAGRAPHS.split(line.text):
        written = [text.strip() for text in paragraph.replace(BREAK, " ").splitlines()]
        if any(map(_PIPE_RULE.fullmatch, written)):
            yield from _with_bars(written, place, look)
            continue
        text = "\n".join(filter(None, map(one_line, paragraph.split(BREAK))))
        if text:
            yield _paragraph(text, place, look)


def _paragraph(text: str, place: Place, look: Look) -> Part:
    """A paragraph, or an item whose number was typed; ornaments and marks left by a generator are of the page."""
    if not is_said(text) or _ATTRIBUTES.fullmatch(text):
        return Part("furniture", text)
    typed = item_marker(text) if place.kind == "text" and not place.depth and not look.bold else None
    if typed and text[typed.width :].strip():
        return Part("item", text[typed.width :], look, text[: typed.width].strip())
    return Part(place.kind, text, look)


def _with_bars(lines: list[str], place: Place, look: Look) -> Iterator[Part]:
    """A paragraph with a table in Markdown that the page's generator left as it was."""
    rule = next(n for n, line in enumerate(lines) if _PIPE_RULE.fullmatch(line))
    begin = end = rule
    while begin and _PIPE_ROW.fullmatch(lines[begin - 1]):
        begin -= 1
    while end < len(lines) and _PIPE_ROW.fullmatch(lines[end]):
        end += 1
    for text in filter(None, map(one_line, lines[:begin])):
        yield _paragraph(text, place, look)
    rows = [
        Row(tuple(map(_bar_cell, _PIPE.split(line.strip())[1:-1])), header=n < rule)
        for n, line in enumerate(lines[begin:end], begin)
        if n != rule
    ]
    yield Part("table", rows=tuple(rows))
    if text := one_line(" ".join(lines[end:])):
        yield Part(place.kind, text, look)


def _bar_cell(text: str) -> WebCell:
    return WebCell(one_line(text).replace(r"\|", "|"))


def _kept(text: str) -> str:
    """Preformatted text, line by line without characters that do not print."""
    lines = ("".join(map(_printed, line.expandtabs(8))).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip("\n")


def _printed(character: str) -> str:
    return character if character.isprintable() else " " if character.isspace() else ""


def _number(text: str | None, default: int) -> int:
    match = _NUMBER.match(text or "")
    return int(match[1]) if match else default
