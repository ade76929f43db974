"""The body of a Word file, piece by piece: headings, items, tables, contents, captions, notes and text boxes."""

import re
from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from corpus.layout import Look, PieceKind
from corpus.readers.docx_package import Package, open_package
from corpus.readers.docx_tables import Tables, table_rows
from corpus.readers.extracted import Extracted, LayoutWriter, one_line
from corpus.word.grid import is_table, read_grid
from corpus.word.notes import Notes
from corpus.word.numbering import Numbering
from corpus.word.runs import Run, Runs, look_of, text_of
from corpus.word.styles import ParagraphStyle, Styles
from corpus.word.xml import Element, W, child, found, switch, value

LIBRARIES = ("lxml",)
_CONTENTS = re.compile(r"(?:toc|index) \d|table of (?:figures|authorities)")  # names of Word's own styles
_LISTED = re.compile(r"list (?:bullet|number) ([2-5])")
_DEEPEST = 8
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NOT_READ = {
    "altChunk": "embedded document",
    "relIds": "diagram",
    "chart": "chart",
    "OLEObject": "embedded object",
}


def read_docx(data: bytes, file: str) -> Extracted:
    """The text of a Word file; raises `ReadError` where it asks for more than it may, or is none."""
    package = open_package(data, file)
    document = package.text()
    styles = Styles(package.related("styles"))
    notes = Notes()
    for kind in ("footnote", "endnote"):
        notes.add(kind, package.related(f"{kind}s"), document)
    numbering = Numbering(package.related("numbering"), styles)
    body = _Body(styles, numbering, Runs(styles, notes), notes, file)
    body.read(document)
    return Extracted(
        body.writer.finished(),
        tuple(body.writer.pieces),
        **_said_of_itself(package, styles),
        warnings=_warnings(document),
    )


@dataclass(slots=True)
class _Body:
    """Walks the document once.

    `cut` is the beginning of a paragraph that goes on in the next, `seen` what was read; `boxed`: in a text box.
    """

    styles: Styles
    numbering: Numbering
    runs: Runs
    notes: Notes
    file: str
    writer: LayoutWriter = field(default_factory=LayoutWriter)
    cut: list[Run] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    boxed: bool = False

    def read(self, parent: Element, kind: PieceKind = "text") -> None:
        """All blocks below `parent`; `kind` is of its paragraphs that are nothing else."""
        for block in found(parent, "p", "tbl", "sdt"):
            if block.tag == f"{W}p":
                self._paragraph(block, kind)
            elif block.tag == f"{W}tbl":
                self._table(block)
            elif not switch(block, "sdtPr", "showingPlcHdr"):
                self.read(block, "contents" if _is_contents(block) else kind)

    def _paragraph(self, paragraph: Element, kind: PieceKind) -> None:
        style = self.styles.of(paragraph)
        runs, mark = self._shown(paragraph, style)
        text = _line(runs)
        if text and not (self.boxed and text in self.seen):
            self._write(text, mark, style, look_of(runs, style.name, style.outline), _kind(style, runs, kind))
            self.seen.add(text)
        self._beside()

    def _write(
        self, text: str, mark: tuple[str, int] | None, style: ParagraphStyle, look: Look, kind: PieceKind
    ) -> None:
        number, depth = mark or ("", 0)
        if kind == "text" and number and not style.outline:
            listed = _LISTED.match(style.names[0]) if style.names and not depth else None
            self.writer.item(number, text, min(int(listed[1]) - 1 if listed else depth, _DEEPEST), look)
        else:
            self.writer.text(f"{number} {text}", look, kind)

    def _shown(self, paragraph: Element, style: ParagraphStyle) -> tuple[list[Run], tuple[str, int] | None]:
        """What is seen of a paragraph, and its number or bullet; nothing of one that goes on in the next."""
        runs = [*self.cut, *self.runs.of(paragraph, style)]
        self.cut = []
        if _goes_on(paragraph):
            self.cut = runs
            return [], None
        if not runs and switch(paragraph, "pPr", "rPr", "vanish"):
            return [], None
        return runs, self.numbering.marker(style)

    def _table(self, table: Element) -> None:
        if not is_table(grid := read_grid(table)):
            for row in grid:
                for cell in row.cells:
                    if cell.node is not None and not cell.goes_on:
                        self.read(cell.node)
            return
        self.writer.table(table_rows(Tables(self.styles, self._cell, self.file).rows(table, grid)))
        self._beside()

    def _cell(self, cell: Element) -> tuple[str, Look]:
        """The text of a cell, a line for each paragraph, without the tables in it."""
        parts, all_runs = [], list[Run]()
        for block in found(cell, "p", "tbl"):
            if block.tag == f"{W}p":
                runs, mark = self._shown(block, self.styles.of(block))
                if text := _line(runs):
                    parts.append(f"{mark[0]} {text}" if mark else text)
                    all_runs += runs
            elif not is_table(grid := read_grid(block)):
                inner = [self._cell(c.node) for row in grid for c in row.cells if c.node is not None]
                parts += [text for text, _ in inner if text]
        return "\n".join(parts), look_of(all_runs)

    def _beside(self) -> None:
        """The notes called and the text boxes met since, without what a box says again."""
        for mark, note in self.notes.taken():
            paragraphs = [(p, self.styles.of(p)) for p in found(note, "p")]
            runs = [self.runs.of(p, style) for p, style in paragraphs]
            name = paragraphs[0][1].name if paragraphs else ""
            text = " ".join([mark, *map(_line, runs)])
            self.writer.text(text, look_of([run for each in runs for run in each], name), "footnote")
        boxes, self.runs.boxes = self.runs.boxes, []
        outer, self.boxed = self.boxed, True
        for box in boxes:
            self.read(box)
        self.boxed = outer


def _line(runs: list[Run]) -> str:
    return one_line(text_of(runs))


def _kind(style: ParagraphStyle, runs: list[Run], kind: PieceKind) -> PieceKind:
    name = style.names[0] if style.names else ""
    if kind == "contents" or _CONTENTS.fullmatch(name) or all(run.contents for run in runs):
        return "contents"
    return "caption" if "caption" in style.names else kind


def _goes_on(paragraph: Element) -> bool:
    """Whether the next paragraph is the rest of this: its first letter is set large, or the break was deleted."""
    following = paragraph.getnext()
    if following is None or following.tag != f"{W}p":
        return False
    properties = child(paragraph, "pPr")
    frame = child(properties, "framePr")
    if frame is not None and frame.get(f"{W}dropCap", "none") != "none":
        return True
    return any(child(properties, "rPr", name) is not None for name in ("del", "moveFrom"))


def _is_contents(control: Element) -> bool:
    return value(control, "sdtPr", "docPartObj", "docPartGallery") == "Table of Contents"


def _said_of_itself(package: Package, styles: Styles) -> dict[str, str]:
    """What the file says of itself."""
    parts = (package.properties(), package.program_properties())
    said = {
        etree.QName(node).localname: one_line(node.text or "")
        for part in parts
        if part is not None
        for node in part.iterchildren(etree.Element)
    }
    created = _DATE.match(said.get("created", ""))
    return {
        "title": said.get("title", ""),
        "subject": said.get("subject", ""),
        "author": said.get("creator", ""),
        "organisation": said.get("Company", ""),
        "date": created[0] if created else "",
        "language": said.get("language") or styles.language,
    }


def _warnings(document: Element) -> tuple[str, ...]:
    """What is in the document and was not read."""
    met = Counter(
        etree.QName(node).localname for node in document.iter(*(f"{{*}}{name}" for name in _NOT_READ))
    )
    return tuple(
        f"{met[name]} {said}{'s' if met[name] > 1 else ''} not read"
        for name, said in _NOT_READ.items()
        if met[name]
    )
