"""PDF: PDFium reads the words, pdfplumber finds ruled tables; columns are read one after another."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfplumber.page import Page

from corpus.errors import ReadError
from corpus.readers import limits
from corpus.readers.extracted import PAGE_BREAK, Extracted, one_line
from corpus.readers.pdf_layout import PageLine, reading_order
from corpus.readers.pdf_tables import SHORTEST_RULE, holds, tables
from corpus.readers.pdf_words import HYPHEN, Box, words
from corpus.text.markers import item_marker

LIBRARIES = ("pypdfium2", "pdfplumber")
_MARGIN = 0.09  # of the page's height, above and below: where running heads and page numbers stand
_RUNNING = 3  # pages that have the same line there
_LARGER = 1.12  # times the usual size: the size of a heading
_LEVELS = 4  # of headings by size; bold lines in the usual size are one level further in
_LONGEST_HEADING = 160  # characters
_GAP = 1.35  # times the usual distance of lines: a blank line
_INDENT = (0.7, 3.5)  # times its size: how far in the first line of a paragraph may begin
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_THIN = 3.0  # points: the width of a line, not of a box
_RECTANGLE = 5  # segments of the path of one
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")
_NO_TITLE = re.compile(r"untitled|microsoft word\b.*|.*\.(?:docx?|pdf|tex|indd|dvi)", re.IGNORECASE)

Pages = list[list[list[PageLine]]]  # by page and column


def read_pdf(data: bytes, file: str) -> Extracted:
    """The text of a PDF, a form feed between its pages; raises `ReadError` where it has none or too much."""
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
    pages, heights = _pages(document, data, file)
    usual = _usual_size(pages)
    levels = _levels(pages, usual)
    known = Counter(word.lower() for line in _lines_of(pages) for word in _WORD.findall(line.text))
    texts = [
        "\n\n".join(_column(column, levels, usual, known) for column in page)
        for page in _without_running_heads(pages, heights)
    ]
    text = f"\n{PAGE_BREAK}".join(texts)
    if not text.strip():
        raise ReadError(
            "holds no text, only pictures", where=file, remedy="add text to it by character recognition (OCR)"
        )
    said = document.get_metadata_dict()
    title = one_line(said.get("Title", ""))
    date = _DATE.match(said.get("CreationDate", ""))
    return Extracted(
        text.rstrip() + "\n",
        title="" if _NO_TITLE.fullmatch(title) else title,
        author=one_line(said.get("Author", "")),
        date="-".join(part for part in date.groups() if part) if date else "",
    )


def _pages(document: pypdfium2.PdfDocument, data: bytes, file: str) -> tuple[Pages, list[float]]:
    """The lines of each page by column, and the heights of the pages."""
    pages: Pages = []
    heights = []
    characters = 0
    with pdfplumber.open(io.BytesIO(data)) as drawn:
        for number, page in enumerate(document):
            found = words(page, file)
            if found and _may_rule(page) and number < len(drawn.pages):
                found = _with_tables(drawn.pages[number], found)
                drawn.pages[number].close()
            width, height = page.get_size()
            pages.append(reading_order(found, width))
            heights.append(height)
            characters += sum(len(box.text) for box in found)
            if characters > limits.TEXT_CHARACTERS:
                raise ReadError(
                    f"holds more than {limits.TEXT_CHARACTERS} characters",
                    where=file,
                    remedy="split the document",
                )
            page.close()
    return pages, heights


def _may_rule(page: pypdfium2.PdfPage) -> bool:
    """Whether a page has lines that could part columns of a table, and not so many that it is a drawing."""
    upright: set[int] = set()
    for number, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if number > limits.PATHS:
            return False
        left, bottom, right, top = path.get_bounds()
        if page.get_rotation() in (90, 270):
            left, bottom, right, top = bottom, left, top, right
        if top - bottom >= SHORTEST_RULE:
            thin = right - left < _THIN
            composed = pdfium.FPDFPath_CountSegments(path.raw) > _RECTANGLE
            upright |= {-1, -2, -3} if thin or composed else {round(left / _THIN), round(right / _THIN)}
    return len(upright) > 2


def _with_tables(drawn: Page, found: list[Box]) -> list[Box]:
    """The words outside the tables of a page, and each table as one box."""
    for table in tables(drawn, found):
        area = (table.x0, table.top, table.x1, table.bottom)
        found = [box for box in found if box.rows or not holds(area, box)]
        found.append(table)
    return found


def _usual_size(pages: Pages) -> float:
    """The size most of the text is set in."""
    sizes: Counter[float] = Counter()
    for line in _lines_of(pages):
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _levels(pages: Pages, usual: float) -> dict[float, int]:
    """The level of headings of each size, the largest outermost; the usual size is that of bold ones."""
    sizes = {
        round(line.size * 2) / 2
        for line in _lines_of(pages)
        if line.size >= _LARGER * usual and _could_head(line)
    }
    ordered = sorted(sizes, reverse=True)
    return {size: min(level, _LEVELS) for level, size in enumerate(ordered, 1)}


def _could_head(line: PageLine) -> bool:
    words = sum(map(len, _LONG_WORD.findall(line.text)))
    marker = item_marker(line.text)
    if marker and marker.bullet:
        return False
    return not line.rows and "\t" not in line.text and 2 * words >= len(line.text) <= _LONGEST_HEADING


def _without_running_heads(pages: Pages, heights: Sequence[float]) -> Pages:
    """The pages without the lines in their margins that return on others, numbers aside."""
    counted = Counter(
        key
        for page, height in zip(pages, heights, strict=True)
        for key in {_margin_key(line, height) for column in page for line in column}
        if key
    )
    kept = [
        [[line for line in column if counted[_margin_key(line, height)] < _RUNNING] for column in page]
        for page, height in zip(pages, heights, strict=True)
    ]
    return [[column for column in page if column] for page in kept]


def _margin_key(line: PageLine, height: float) -> str:
    """What a line in the margin says without its numbers, and which margin; "" for other lines."""
    if line.rows:
        return ""
    if line.bottom < _MARGIN * height:
        return "top " + _DIGITS.sub("#", line.text)
    if line.top > (1 - _MARGIN) * height:
        return "bottom " + _DIGITS.sub("#", line.text)
    return ""


def _column(lines: Sequence[PageLine], levels: dict[float, int], usual: float, known: Counter[str]) -> str:
    """The text of a column: headings marked, paragraphs apart, words that a line's end cut made whole."""
    pitch = _pitch(lines)
    text, before, depth_before = "", None, 0
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        depth = _depth(line, before, following, levels, usual, pitch)
        apart = before is None or _apart(before, line, following, pitch) or bool(depth) != bool(depth_before)
        if before is None:
            text = "#" * depth + " " * bool(depth) + line.text
        elif depth and depth == depth_before and not apart:
            text = _continued(text, line.text, " ", known)
        elif (apart or depth != depth_before) and not text.endswith(HYPHEN):
            text += "\n\n" + "#" * depth + " " * bool(depth) + line.text
        else:
            text = _continued(text, line.text, "\n", known)
        before, depth_before = line, depth
    return text.replace(HYPHEN, "-")


def _pitch(lines: Sequence[PageLine]) -> float:
    """The usual distance from one line to the next."""
    steps = [below.middle - above.middle for above, below in pairwise(lines) if below.middle > above.middle]
    return median(steps) if steps else 0.0


def _depth(
    line: PageLine,
    before: PageLine | None,
    following: PageLine | None,
    levels: dict[float, int],
    usual: float,
    pitch: float,
) -> int:
    """The level of a heading, 0 for text: it is larger, or bold and by itself."""
    if not _could_head(line):
        return 0
    size = round(line.size * 2) / 2
    if size in levels:
        return levels[size]
    alone = before is None or before.bold or before.rows or line.middle - before.middle > 1.1 * pitch
    if line.bold and alone and line.size >= 0.95 * usual and not (following and _same_line(line, following)):
        return min(max(levels.values(), default=0) + 1, _LEVELS + 1)
    return 0


def _same_line(line: PageLine, other: PageLine) -> bool:
    return abs(line.middle - other.middle) < 0.5 * line.size


def _apart(before: PageLine, line: PageLine, following: PageLine | None, pitch: float) -> bool:
    """Whether a paragraph begins with `line`: after a gap, beside a table, in another size, or further in."""
    if before.rows or line.rows or abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return True
    step = line.middle - before.middle
    if step > _GAP * max(pitch, 1.05 * line.size) or step < 0:
        return True
    indent = line.x0 - line.left
    outdented = following is None or following.x0 - following.left < _INDENT[0] * line.size
    least, most = _INDENT
    level = before.x0 - before.left < least * line.size
    return level and outdented and least * line.size <= indent <= most * line.size


def _continued(text: str, line: str, between: str, known: Counter[str]) -> str:
    """`text` and the next line; a word cut between them is joined as it is written elsewhere."""
    if not text.endswith(HYPHEN):
        return text + between + line
    head = _WORD.search(text[-60:].rstrip(HYPHEN)[::-1])
    tail = _WORD.match(line)
    start = head.group()[::-1] if head else ""
    end = tail.group() if tail else ""
    hyphenated = known[f"{start}-{end}".lower()] > known[f"{start}{end}".lower()] or not line[:1].islower()
    return text.rstrip(HYPHEN) + ("-" if hyphenated else "") + line


def _lines_of(pages: Pages) -> Iterator[PageLine]:
    return (line for page in pages for column in page for line in column)
