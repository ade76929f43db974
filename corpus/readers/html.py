"""HTML: visible headings, paragraphs, lists and tables; scripts, styles and navigation are dropped."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

import webencodings
from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.readers.extracted import Extracted, joined, one_line, table

LIBRARIES = ("selectolax", "webencodings")
_DROPPED = frozenset(
    "script style noscript template head iframe object embed svg math canvas audio video select button "
    "textarea input nav -comment -doctype".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html li main ol p pre section summary table tbody td tfoot th "
    "thead tr ul caption".split()
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SNIFFED = 4096  # bytes in which the encoding may be declared


def read_html(data: bytes, file: str) -> Extracted:
    """The text of an HTML file; raises `ReadError` where there is none that can be read."""
    tree = LexborHTMLParser(_decode(data, file))
    body = tree.body
    try:
        parts = list(_blocks(body, 0)) if body is not None else []
    except RecursionError as error:
        raise ReadError(
            "its elements are nested too deep to be read", where=file, remedy="save a plainer version of it"
        ) from error
    title = tree.css_first("title")
    return Extracted(
        joined(parts),
        title=one_line(title.text()) if title is not None else "",
        author=_meta(tree, "author") or _meta(tree, "dcterms.publisher"),
        date=_meta(tree, "dcterms.issued") or _meta(tree, "date"),
    )


def _decode(data: bytes, file: str) -> str:
    """Decode by the byte order mark, else by the declared encoding, else as UTF-8, else as windows-1252."""
    errors = "replace" if data.startswith(_BYTE_ORDER_MARKS) else "strict"
    declared = _CHARSET.search(data[:_SNIFFED])
    for label in (declared[1].decode("ascii") if declared else "utf-8", "utf-8", "windows-1252"):
        with suppress(LookupError, UnicodeError):
            text: str = webencodings.decode(data, label, errors)[0]
            return text
    raise ReadError("is in no encoding that can be read", where=file, remedy="save it as UTF-8")


def _meta(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f'meta[name="{name}" i]')
    return one_line(node.attributes.get("content") or "") if node is not None else ""


def _blocks(node: LexborNode, depth: int) -> Iterator[str]:
    """The blocks inside `node`; text between blocks is a paragraph."""
    running: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag in _DROPPED:
            continue
        if tag not in _BLOCKS and not _holds_blocks(child):
            running.append("\n" if tag == "br" else _inline(child))
            continue
        yield one_line("".join(running))
        running = []
        yield from _block(child, tag, depth)
    yield one_line("".join(running))


def _block(node: LexborNode, tag: str, depth: int) -> Iterator[str]:
    if tag in _HEADINGS:
        name = one_line(_inline(node))
        yield f"{'#' * _HEADINGS[tag]} {name}" if name else ""
    elif tag in ("ul", "ol"):
        yield "\n".join(_items(node, depth, ordered=tag == "ol"))
    elif tag == "dl":
        yield "\n\n".join(_definitions(node))
    elif tag == "table" and not _lays_out(node):
        caption = node.css_first("caption")
        yield one_line(_inline(caption)) if caption is not None else ""
        yield table(_rows(node))
    elif tag != "hr":
        yield from _blocks(node, depth)


def _items(node: LexborNode, depth: int, *, ordered: bool) -> Iterator[str]:
    """A line for each item, inner lists further in; what else an item holds goes on under it."""
    number = _number(node.attributes.get("start"), 1)
    for child in node.iter():
        if child.tag != "li":
            if child.tag in ("ul", "ol"):
                yield from _items(child, depth + 1, ordered=child.tag == "ol")
            continue
        number = _number(child.attributes.get("value"), number)
        first, *others = [part for part in _blocks(child, depth + 1) if part.strip()] or [""]
        mark = f"{number}. " if ordered else "- "
        if first.lstrip() != first or first.startswith(("- ", "#")):
            first, others = "", [first, *others]
        if first:
            yield "    " * depth + mark + first
            number += 1
        yield from others


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,3}", text) else default


def _definitions(node: LexborNode) -> Iterator[str]:
    """Each term with its definitions, as Markdown writes them."""
    term = ""
    for child in node.iter():
        if child.tag == "dt":
            term = one_line(_inline(child))
        elif child.tag == "dd":
            parts = [part for part in _blocks(child, 0) if part.strip()]
            if term and parts:
                yield f"{term}\n: {parts[0]}"
                yield from parts[1:]
            else:
                yield from parts
            term = ""
        else:
            yield from _blocks(child, 0)


def _lays_out(node: LexborNode) -> bool:
    """Whether a table only places things on the page: it holds another table, a heading or a single column."""
    return node.css_first("table table, h1, h2, h3, h4, form") is not None or not any(
        len([cell for cell in row.iter() if cell.tag in ("td", "th")]) > 1 for row in node.css("tr")
    )


def _rows(node: LexborNode) -> list[list[str]]:
    """The cells of a table, one that spans rows in each of them, one that spans columns in the first."""
    rows: list[list[str]] = []
    held: dict[int, tuple[int, str]] = {}  # column → rows that a cell from above still reaches into, its text
    cells = 0
    for tr in node.css("tr"):
        row: list[str] = []
        for cell in (cell for cell in tr.iter() if cell.tag in ("td", "th")):
            _fill(row, held)
            text = one_line(" ".join(_blocks(cell, 0)))
            across = _number(cell.attributes.get("colspan"), 1) or 1
            down = _number(cell.attributes.get("rowspan"), 1) or 1
            cells += across
            if cells > limits.TABLE_CELLS:
                raise ReadError(
                    f"has a table of more than {limits.TABLE_CELLS} cells",
                    where="HTML",
                    remedy="split the table",
                )
            for step in range(across):
                shown = text if step == 0 else ""
                if down > 1:
                    held[len(row)] = (down - 1, shown)
                row.append(shown)
        _fill(row, held)
        rows.append(row)
    return rows


def _fill(row: list[str], held: dict[int, tuple[int, str]]) -> None:
    while (reaching := held.get(len(row))) is not None:
        left, text = reaching
        if left > 1:
            held[len(row)] = (left - 1, text)
        else:
            del held[len(row)]
        row.append(text)


def _holds_blocks(node: LexborNode) -> bool:
    return node.tag not in ("-text", "br") and any(child.tag in _BLOCKS for child in node.traverse())


def _inline(node: LexborNode) -> str:
    """The text of a node with no blocks in it, dropped elements left out."""
    if node.tag == "-text":
        return node.text_content or ""
    if node.tag in _DROPPED:
        return ""
    if node.tag == "br":
        return "\n"
    return "".join(_inline(child) for child in node.iter(include_text=True))
