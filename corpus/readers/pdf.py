"""PDF: PDFium reads the words, pdfplumber finds ruled tables; what belongs together over pages is one piece."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2

from corpus.errors import ReadError
from corpus.layout import Look, Piece
from corpus.pdf.columns import reading_order
from corpus.pdf.drawing import Drawing, Rule, drawing
from corpus.pdf.flow import joined, whole_tables
from corpus.pdf.forms import Forms
from corpus.pdf.lines import PageLine, lines_text
from corpus.pdf.margins import PAGE_NUMBER, Columns, Sheet, parted
from corpus.pdf.pieces import Draft, Style, column_pieces, note_number
from corpus.pdf.ruled import holds, tables
from corpus.pdf.spelling import Spelling, counted
from corpus.pdf.words import Box, Readable, without_watermarks, words
from corpus.readers import limits
from corpus.readers.extracted import PAGE_BREAK, Extracted, LayoutWriter, TableRow, one_line
from corpus.scans.pages import Bounds, is_scan, scanned_pages
from corpus.scans.tesseract import INSTALL, Tesseract

LIBRARIES = ("pypdfium2", "pdfplumber")
_LARGER = 1.06  # times the usual size: the lines of a heading are one
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")
_NO_TITLE = re.compile(r"untitled|microsoft word\b.*|.*\.(?:docx?|pdf|tex|indd|dvi)", re.IGNORECASE)
_RECOGNISE = f"to have it read by character recognition (OCR), {INSTALL}"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was seen: its lines by column, its rules, the words of its figures, and its last table's columns."""

    sheet: Sheet
    rules: tuple[Rule, ...]
    figures: tuple[str, ...]
    table: tuple[float, ...]

    @property
    def is_empty(self) -> bool:
        return not self.sheet.columns and not self.figures


def read_pdf(data: bytes, file: str, tesseract: Tesseract | None = None) -> Extracted:
    """The text of a PDF, a form feed between its pages; raises `ReadError` where it has none or too much.

    Pages that are pictures are read by Tesseract if it is there.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ReadError(
            f"is no PDF that can be opened ({error})",
            where=file,
            remedy="check the file, or save it without a password",
        ) from error
    if len(document) > limits.PAGES:
        raise ReadError(
            f"has {len(document)} pages, more than {limits.PAGES}", where=file, remedy="split the document"
        )
    pages, scans = _pages(document, file, tesseract)
    recogniser = tesseract.described(file) if tesseract and scans else ""
    if tesseract and scans:
        _recognise(document, pages, scans, tesseract, file)
    text, writer = _written(pages)
    if not text:
        remedy = "scan it anew, sharper" if tesseract else _RECOGNISE
        raise ReadError("holds no text, only pictures", where=file, remedy=remedy)
    said = document.get_metadata_dict()
    title = one_line(said.get("Title", ""))
    date = _DATE.match(said.get("CreationDate", ""))
    return Extracted(
        text,
        _marked(writer.pieces, text, scans if recogniser else ()),
        title="" if _NO_TITLE.fullmatch(title) else title,
        author=one_line(said.get("Author", "")),
        date="-".join(part for part in date.groups() if part) if date else "",
        recogniser=recogniser,
        warnings=_warnings(scans, recogniser),
    )


def _pages(
    document: pypdfium2.PdfDocument, file: str, tesseract: Tesseract | None
) -> tuple[list[_Page], list[int]]:
    """What is seen on each page, and which pages, from 0, are pictures of text."""
    found: list[_Page] = []
    scans: list[int] = []
    characters, readable = 0, Readable()
    forms = Forms(document)
    for number, page in enumerate(_opened(document, file)):
        boxes = [*_words(page, readable, file), *forms.values(page)]
        scans += [number] if is_scan(page, boxes) else []
        seen = drawing(page, limits.PATHS)
        found.append(_page(page.get_size(), without_watermarks(boxes, seen.dark), seen, found[-1:]))
        characters += sum(len(box.text) for box in boxes)
        if characters > limits.TEXT_CHARACTERS:
            raise ReadError(
                f"holds more than {limits.TEXT_CHARACTERS} characters",
                where=file,
                remedy="split the document",
            )
        page.close()
    if not readable.is_text and not tesseract:
        raise ReadError(
            "is set in fonts that do not say which letters they show", where=file, remedy=_RECOGNISE
        )
    whole = not readable.is_text or all(page.is_empty for page in found)
    return found, [*range(len(found))] if whole else scans


def _recognise(
    document: pypdfium2.PdfDocument, pages: list[_Page], scans: Sequence[int], tesseract: Tesseract, file: str
) -> None:
    """Puts what is read off the pictures in the place of their pages."""
    if len(scans) > limits.SCANNED_PAGES:
        raise ReadError(
            f"has {len(scans)} scanned pages, more than {limits.SCANNED_PAGES}",
            where=file,
            remedy="split the document",
        )
    most = Bounds(limits.SCANNED_PIXELS, limits.SCANNED_PAGE_SECONDS, limits.RECOGNITION_SECONDS)
    for number, read in zip(scans, scanned_pages(document, scans, tesseract, most, file), strict=True):
        before = pages[number - 1 : number] if number else []
        pages[number] = _page(read.size, read.words, read.drawing, before)


def _marked(pieces: Sequence[Piece], text: str, scans: Sequence[int]) -> tuple[Piece, ...]:
    """The pieces, those marked that stand on scanned pages, be it in part."""
    known = frozenset(scans)
    breaks = [match.start() for match in re.finditer(PAGE_BREAK, text)]
    return tuple(
        replace(piece, recognised=any(page in known for page in _pages_of(piece, breaks))) for piece in pieces
    )


def _pages_of(piece: Piece, breaks: Sequence[int]) -> range:
    """The pages, from 0, that a piece stands on."""
    return range(bisect(breaks, piece.start), bisect(breaks, piece.end) + 1)


def _warnings(scans: Sequence[int], recogniser: str) -> tuple[str, ...]:
    """What a user should know of scanned pages."""
    if not scans:
        return ()
    pages = f"page{'s' * (len(scans) > 1)} {', '.join(str(number + 1) for number in scans)}"
    if recogniser:
        return (f"{pages}: read by character recognition, so letters may be wrong",)
    return (f"{pages}: only pictures, not read; to have them read, {INSTALL}",)


def _opened(document: pypdfium2.PdfDocument, file: str) -> Iterator[pypdfium2.PdfPage]:
    """Each page; raises `ReadError` for one that is damaged."""
    for number in range(len(document)):
        try:
            yield document[number]
        except pypdfium2.PdfiumError as error:
            raise ReadError(
                f"has a page {number + 1} that cannot be opened ({error})",
                where=file,
                remedy="check the file, or print it to a new PDF",
            ) from error


def _words(page: pypdfium2.PdfPage, readable: Readable, file: str) -> list[Box]:
    if (count := page.get_textpage().count_chars()) > limits.PAGE_CHARACTERS:
        raise ReadError(
            f"has a page of {count} characters, more than {limits.PAGE_CHARACTERS}",
            where=file,
            remedy="split the page",
        )
    return words(page, readable)


def _page(size: tuple[float, float], words: Sequence[Box], seen: Drawing, before: Sequence[_Page]) -> _Page:
    """A page of its words, and of tables that may go on from the page before."""
    boxes = _with_tables(words, seen, size, before[-1].table if before else ())
    table = next((box.table.columns for box in reversed(boxes) if box.table), ())
    inside = [[box for box in boxes if not box.table and holds(area, box)] for area in seen.figures]
    drawn = {id(box) for area in inside for box in area}
    columns = reading_order([box for box in boxes if id(box) not in drawn], size[0], seen.rules)
    figures = tuple(lines_text(area) for area in inside if area)
    return _Page(Sheet(columns, size[1]), seen.rules, figures, table)


def _with_tables(
    boxes: Sequence[Box], seen: Drawing, size: tuple[float, float], before: Sequence[float]
) -> list[Box]:
    """The words outside the ruled tables of a page, and each table as one box."""
    found = list(boxes)
    for table in tables(seen, size, found, limits.TABLE_CELLS, before) if found else ():
        area = (table.x0, table.top, table.x1, table.bottom)
        found = [box for box in found if box.table or not holds(area, box)]
        found.append(table)
    return found


def _written(pages: Sequence[_Page]) -> tuple[str, LayoutWriter]:
    """The text of all pages, and its pieces."""
    lines = [line for page in pages for column in page.sheet.columns for line in column]
    usual = _usual_size(lines)
    style = Style(usual, frozenset(line.text.casefold() for line in lines))
    known: set[str] = set()
    drafts: list[Draft] = []
    for number, (columns, running) in enumerate(parted([page.sheet for page in pages], usual)):
        drafts += _furniture([*(line.text for line in running)], number, known)
        drafts += [Draft("caption", number, [text]) for text in pages[number].figures]
        drafts += _drafts(columns, number, style, pages[number].rules)
    notes = frozenset(note_number(draft.lines[0]) for draft in drafts if draft.kind == "footnote") - {""}
    spelling = Spelling(counted(line.text for line in lines), notes)
    writer = _Writer(spelling, usual)
    for draft in joined(drafts, usual):
        writer.write(draft)
    return writer.layout.finished(), writer.layout


def _usual_size(lines: Sequence[PageLine]) -> float:
    """The size most of the text is set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if line.table:
            for row in line.table.rows:
                sizes[round(row.size * 2) / 2] += sum(len(text) for text, _ in row.cells) // 2
        else:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _furniture(texts: Sequence[str], page: int, known: set[str]) -> Iterator[Draft]:
    """What stands in margins; a running head is given where it is met first."""
    for text in texts:
        key = re.sub(r"\d+", "#", text)
        if key not in known and not PAGE_NUMBER.fullmatch(text):
            known.add(key)
            yield Draft("furniture", page, [text])


def _drafts(columns: Columns, page: int, style: Style, rules: Sequence[Rule]) -> list[Draft]:
    """The pieces of the columns of a page in reading order, and then its notes."""
    found: list[Draft] = []
    for number, column in enumerate(columns):
        last = not any(_below(column, other, style) for other in columns[number + 1 :])
        found += column_pieces(column, page, style, rules, last=last)
    notes: list[Draft] = []
    for draft in found:
        if draft.kind == "footnote" and notes and not note_number(draft.lines[0]):
            notes[-1].lines += draft.lines  # it goes on from the column before
        elif draft.kind == "footnote":
            notes.append(draft)
    return [*(draft for draft in found if draft.kind != "footnote"), *notes]


def _below(column: Sequence[PageLine], other: Sequence[PageLine], style: Style) -> bool:
    """Whether lines of the usual size stand below a column."""
    left, right = min(line.x0 for line in column), max(line.x1 for line in column)
    return any(
        line.top >= column[-1].bottom - 1
        and line.x0 < right
        and line.x1 > left
        and line.size > 0.93 * style.size
        for line in other
    )


class _Writer:
    """Writes pieces to the extracted text, and a form feed where a page ends."""

    def __init__(self, spelling: Spelling, usual: float) -> None:
        self.layout = LayoutWriter()
        self.spelling = spelling
        self.usual = usual
        self.page = 0
        self.insets: list[float] = []

    def write(self, draft: Draft) -> None:
        """Append one piece."""
        self._turn(draft.page)
        if draft.kind == "table":
            self._table(draft)
            return
        look = Look(size=draft.size, bold=draft.bold)
        text = self.spelling.whole(self._text(draft))
        if draft.kind == "item":
            marker, rest = text[: draft.marker].strip(), text[draft.marker :].strip()
            self.layout.item(marker, rest, self._depth(draft.inset), look)
        else:
            self.insets = self.insets if draft.kind in ("footnote", "furniture") else []
            self.layout.text(text, look, draft.kind)
        self.page += len(draft.breaks)

    def _turn(self, page: int) -> None:
        while self.page < page:
            self.layout.page_break()
            self.page += 1

    def _text(self, draft: Draft) -> str:
        """The lines of a piece, those of a heading on one line."""
        heading = draft.kind == "text" and (draft.size >= _LARGER * self.usual or draft.bold)
        between = " " if heading or draft.kind == "footnote" else "\n"
        text = draft.lines[0]
        for number, line in enumerate(draft.lines[1:], 1):
            text += (f"\n{PAGE_BREAK}" if number in draft.breaks else between) + line
        return text

    def _depth(self, inset: float) -> int:
        while self.insets and inset < self.insets[-1] - 3:
            self.insets.pop()
        if not self.insets or inset > self.insets[-1] + 3:
            self.insets.append(inset)
        return len(self.insets) - 1

    def _table(self, draft: Draft) -> None:
        self.insets = []
        parts = whole_tables(draft.tables)
        for number, (page, each) in enumerate(parts):
            self._turn(page)
            seen = [
                TableRow(
                    tuple((one_line(self.spelling.whole(text)), across) for text, across in row.cells),
                    row.header,
                    Look(row.size, row.bold),
                )
                for row in each
            ]
            self.layout.table(seen, goes_on=number > 0)
