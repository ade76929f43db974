"""Scans made in the tests, and a program in the place of Tesseract, so that most tests need none."""

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs Tesseract (apt-get install tesseract-ocr)"
)
_STAND_IN = """\
#!/bin/sh
case "$1" in
--version) echo "tesseract 5.0";;
--list-langs) echo eng;;
*) {does};;
esac
"""


def printed() -> bytes:
    """A small page with a heading, a paragraph, items and a ruled table, as it was before it was scanned."""
    pdf = FPDF(unit="pt")
    pdf.add_page(format=(420, 260))
    pdf.set_margin(30)
    pdf.set_y(30)
    _say(pdf, 18, "B", "Harbour Rules")
    _say(
        pdf,
        11,
        "",
        "The northern lighthouse is lit at dusk, and the keeper reports every morning to the harbour",
    )
    _say(pdf, 11, "", "office, which notes the weather of the night.")
    pdf.ln(10)
    _say(pdf, 11, "", "1. Bring a rope.")
    _say(pdf, 11, "", "2. Wear a vest.")
    pdf.ln(10)
    with pdf.table(line_height=16) as table:
        for cells in (("Action", "Lead"), ("Repair the lamp", "Norway"), ("Paint buoys", "Iceland")):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    return bytes(pdf.output())


def _say(pdf: FPDF, size: int, style: str, text: str) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(0, 1.4 * size, text, new_x="LMARGIN", new_y="NEXT")


def picture(data: bytes, angle: float = 0.0) -> Image.Image:
    """The first page of a PDF as a scanner sees it that lies at an angle."""
    seen: Image.Image = pypdfium2.PdfDocument(data)[0].render(scale=200 / 72, grayscale=True).to_pil()
    return seen.rotate(angle, Image.Resampling.BICUBIC, expand=angle % 90 == 0, fillcolor=255)


def as_scan(pages: Sequence[Image.Image | str]) -> bytes:
    """A PDF of pictures, and of text where there is none."""
    pdf = FPDF(unit="pt")
    for page in pages:
        if isinstance(page, str):
            pdf.add_page(format=(420, 260))
            _say(pdf, 11, "", page)
            continue
        width, height = (0.36 * length for length in page.size)
        pdf.add_page(format=(width, height))
        stream = io.BytesIO()
        page.save(stream, "PNG")
        pdf.image(stream, 0, 0, width, height)
    return bytes(pdf.output())


BLANK = Image.new("L", (1167, 722), 255)


def hocr(lines: Sequence[Sequence[tuple[str, int]]]) -> str:
    """hOCR of lines of words, each with how sure Tesseract is of it."""
    found = []
    for number, line in enumerate(lines):
        top = 200 + 60 * number
        words = "".join(
            f'<span class="ocrx_word" title="bbox {200 + 150 * n} {top} {320 + 150 * n} {top + 40}; '
            f'x_wconf {sure}">{word}</span>'
            for n, (word, sure) in enumerate(line)
        )
        found.append(
            f'<p><span class="ocr_line" title="bbox 200 {top} {170 + 150 * len(line)} {top + 40}; baseline 0 -9; '
            f'x_size 43; x_descenders 9; x_ascenders 8">{words}</span></p>'
        )
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{"".join(found)}</body></html>'


def sure(*lines: str) -> str:
    """hOCR of lines that Tesseract is sure of."""
    return hocr([[(word, 95) for word in line.split()] for line in lines])


def stand_in(folder: Path, said: str = "", does: str = "") -> Path:
    """A program that answers like Tesseract, and says so much of every picture, or does something else."""
    (folder / "said").write_text(said, "utf-8")
    program = folder / "tesseract"
    program.write_text(_STAND_IN.format(does=does or f"cat > /dev/null; cat '{folder}/said'"), "utf-8")
    program.chmod(0o755)
    return program
