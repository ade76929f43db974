"""DOCX: headings by their style, numbered and marked lists, tables; deleted text, notes and text boxes are left out."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.readers.extracted import Extracted, one_line, table

LIBRARIES = ("python-docx", "lxml")
_TEXT, _TAB, _PARAGRAPH, _TABLE = qn("w:t"), qn("w:tab"), qn("w:p"), qn("w:tbl")
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", _TAB: " ", qn("w:noBreakHyphen"): "-"}
_LEFT_OUT = frozenset(
    [
        qn(f"w:{name}")
        for name in ("del", "moveFrom", "txbxContent", "pPr", "rPr", "instrText", "pict", "object")
    ]
    + ["{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_STYLED_LIST = re.compile(r"list (bullet|number)(?: ([2-5]))?$", re.IGNORECASE)
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LEVEL = re.compile(r"%([1-9])")
_BULLET = "-"


def read_docx(data: bytes, file: str) -> Extracted:
    """The text of a DOCX file; raises `ReadError` where it asks for more than it may, or is none."""
    _check(data, file)
    document = docx.Document(io.BytesIO(data))
    parts = list(_Reader(document, file).blocks(document.element.body))
    text = "".join(part + ("\n" if kind == "item" else "\n\n") for kind, part in _spaced(parts))
    properties = document.core_properties
    return Extracted(
        text.rstrip("\n") + "\n" if text else "",
        title=one_line(properties.title or ""),
        author=one_line(properties.author or ""),
        date=properties.created.date().isoformat() if properties.created else "",
    )


def _check(data: bytes, file: str) -> None:
    """Refuse before anything is unpacked: too many entries, too large, inflated too far, with a DOCTYPE."""

    def refuse(problem: str, remedy: str = "save it anew by the program that made it") -> ReadError:
        return ReadError(problem, where=file, remedy=remedy)

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise refuse(f"is no DOCX file ({error})", "check its suffix") from error
    with archive:
        entries = archive.infolist()
        if len(entries) > limits.ZIP_ENTRIES:
            raise refuse(f"has {len(entries)} entries, more than {limits.ZIP_ENTRIES}")
        if (size := sum(entry.file_size for entry in entries)) > limits.INFLATED_BYTES:
            raise refuse(f"would unpack to {size} bytes, more than {limits.INFLATED_BYTES}")
        for entry in entries:
            large = entry.file_size > limits.INFLATION_FREE
            if large and entry.file_size > limits.INFLATION * max(entry.compress_size, 1):
                raise refuse(f"its entry {entry.filename!r} inflates more than {limits.INFLATION} times")
            if entry.flag_bits & 1:
                raise refuse("is protected by a password", "save it without one")
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as stream:
                    if b"<!DOCTYPE" in stream.read(4096):
                        raise refuse(f"its entry {entry.filename!r} declares entities")


def _spaced(parts: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The last item of a list is followed by a blank line, as a paragraph is."""
    for (kind, part), (following, _) in zip(parts, [*parts[1:], ("", "")], strict=True):
        yield kind if kind == following else "paragraph", part


@dataclass(slots=True)
class _Level:
    """How items of a list at one level are numbered; `pattern` is Word's, such as "%1.%2)"."""

    format: str
    pattern: str
    start: int


@dataclass(slots=True)
class _Reader:
    """Walks the body once, counting the items of each list."""

    document: Any
    file: str
    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.styles = {style.style_id: style for style in self.document.styles}
        self.levels = dict(_numbering(self.document))

    def blocks(self, parent: Any) -> Iterator[tuple[str, str]]:
        """(kind, text) of each paragraph, heading, item and table under `parent`, in order."""
        for child in parent.iterchildren(etree.Element):
            if child.tag == _PARAGRAPH:
                yield from self._paragraph(child)
            elif child.tag == _TABLE:
                yield "table", table(self._rows(child))
            elif child.tag not in _LEFT_OUT:
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[tuple[str, str]]:
        text = one_line("".join(_shown(paragraph)))
        if not text:
            return
        style = self._style(paragraph)
        if level := _heading_level(style):
            yield "heading", f"{'#' * level} {text}"
        elif mark := self._mark(paragraph, style):
            yield "item", f"{mark} {text}"
        else:
            yield "paragraph", text

    def _style(self, paragraph: Any) -> Any | None:
        id = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self.styles.get(id.get(qn("w:val"))) if id is not None else None

    def _mark(self, paragraph: Any, style: Any | None) -> str:
        """The number or bullet of a list item, indented by its level; "" for what is none."""
        properties = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if properties is None and style is not None:
            properties = style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        listed = _STYLED_LIST.match(style.name or "") if style is not None else None
        if properties is None:
            return "    " * (int(listed[2] or 1) - 1) + _BULLET if listed else ""
        list_id, depth = _value(properties, "w:numId") or "0", int(_value(properties, "w:ilvl") or 0)
        if list_id == "0":
            return ""
        if listed and listed[2] and depth == 0:
            depth = int(listed[2]) - 1
        level = self.levels.get((list_id, depth)) or self.levels.get((list_id, 0))
        indent = "    " * min(depth, 8)
        if level is None or level.format in ("bullet", "none"):
            return indent + _BULLET
        counts = self.counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [known for known in counts if known > depth]:
            del counts[deeper]
        return indent + _LEVEL.sub(lambda match: self._number(list_id, int(match[1]) - 1), level.pattern)

    def _number(self, list_id: str, depth: int) -> str:
        level = self.levels.get((list_id, depth))
        return _ordinal(self.counts[list_id].get(depth, 1), level.format if level else "decimal")

    def _rows(self, found: Any) -> list[list[str]]:
        """The cells of a table; one merged down stands in each of its rows, one across in its first column."""
        rows: list[list[str]] = []
        for tr in found.iterchildren(qn("w:tr")):
            row: list[str] = []
            for cell in tr.iter(qn("w:tc")):
                if _outer(cell, found):
                    self._cell(cell, row, rows[-1] if rows else [])
            rows.append(row)
            if sum(map(len, rows)) > limits.TABLE_CELLS:
                raise ReadError(
                    f"has a table of more than {limits.TABLE_CELLS} cells",
                    where=self.file,
                    remedy="split the table",
                )
        return rows

    def _cell(self, cell: Any, row: list[str], above: list[str]) -> None:
        properties = cell.find(qn("w:tcPr"))
        merged = properties.find(qn("w:vMerge")) if properties is not None else None
        across = int(_value(properties, "w:gridSpan") or 1) if properties is not None else 1
        if merged is not None and merged.get(qn("w:val"), "continue") == "continue":
            text = above[len(row)] if len(row) < len(above) else ""
        else:
            text = one_line(" ".join(part.replace("\t", " ") for _, part in self.blocks(cell)))
        row += [text, *[""] * (max(1, min(across, limits.TABLE_CELLS)) - 1)]


def _outer(cell: Any, found: Any) -> bool:
    """Whether `cell` is of the table `found` and not of one inside it."""
    return next(cell.iterancestors(_TABLE)) is found


def _shown(element: Any) -> Iterator[str]:
    """The text of a paragraph as its reader sees it with all changes accepted."""
    for child in element.iterchildren(etree.Element):
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _LEFT_OUT:
            yield from _shown(child)


def _heading_level(style: Any | None) -> int:
    """1 to 6 for a heading's style or one made from it, 0 for others; a title is the outermost."""
    for _ in range(10):
        if style is None:
            return 0
        name = style.name or ""
        if match := _HEADING.match(name):
            return min(int(match[1]), 6)
        if name.lower() == "title":
            return 1
        style = getattr(style, "base_style", None)
    return 0


def _value(parent: Any, tag: str) -> str | None:
    found = parent.find(qn(tag)) if parent is not None else None
    value = found.get(qn("w:val")) if found is not None else None
    return value if value is None or re.fullmatch(r"\d{1,9}", value) else None


def _numbering(document: Any) -> Iterator[tuple[tuple[str, int], _Level]]:
    """How each level of each list of the document is numbered, by list and level."""
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return
    abstract = {kind.get(qn("w:abstractNumId")): kind for kind in numbering.iter(qn("w:abstractNum"))}
    for number in numbering.iter(qn("w:num")):
        kind = abstract.get(_value(number, "w:abstractNumId"))
        for level in kind.iter(qn("w:lvl")) if kind is not None else ():
            depth = level.get(qn("w:ilvl"), "")
            if depth.isdigit() and len(depth) == 1:
                written = {name: level.find(qn(f"w:{name}")) for name in ("numFmt", "lvlText")}
                said = {name: node.get(qn("w:val"), "") for name, node in written.items() if node is not None}
                yield (
                    (number.get(qn("w:numId")), int(depth)),
                    _Level(
                        said.get("numFmt", "decimal"),
                        said.get("lvlText", f"%{int(depth) + 1}."),
                        int(_value(level, "w:start") or 1),
                    ),
                )


def _ordinal(number: int, format: str) -> str:
    if format in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter if format == "lowerLetter" else letter.upper()
    if format in ("lowerRoman", "upperRoman") and 1 <= number < 40:
        roman = ""
        for value, letters in _ROMAN:
            while number >= value:
                roman, number = roman + letters, number - value
        return roman if format == "lowerRoman" else roman.upper()
    return str(number)
