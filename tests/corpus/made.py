"""Files of other kinds made in the tests, and what stands in them."""

import io
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import docx

with warnings.catch_warnings():  # of its own imports
    warnings.simplefilter("ignore")
    from fpdf import FPDF


@dataclass(frozen=True, slots=True)
class Written:
    """What goes into a file: headings with paragraphs, a list and a table under each."""

    title: str
    sections: Sequence[tuple[str, Sequence[str]]]
    items: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


HARBOUR = Written(
    "Harbour Rules 2031",
    [
        ("Lighthouses", ["The northern lighthouse is lit at dusk. The keeper reports every morning."]),
        ("Buoys", ["Every buoy is painted red or green.", "Rusty buoys are replaced within a week."]),
    ],
    ["Bring a rope.", "Wear a vest.", "Ring the bell twice."],
    [
        ["Action", "Lead", "Status"],
        ["Repair the lamp", "Norway", "Complete"],
        ["Paint buoys", "Iceland", "Ongoing"],
    ],
)


def as_docx(written: Written) -> bytes:
    """A DOCX file with Word's own styles."""
    document = docx.Document()
    document.core_properties.title = written.title
    document.core_properties.author = "Harbour Group"
    document.add_heading(written.title, 0)
    for heading, paragraphs in written.sections:
        document.add_heading(heading, 1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    for item in written.items:
        document.add_paragraph(item, "List Number")
    if written.rows:
        table = document.add_table(len(written.rows), len(written.rows[0]))
        for row, cells in zip(table.rows, written.rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_html(written: Written) -> bytes:
    """An HTML page with a script and a style that nobody should read."""
    parts = [f"<h1>{escape(written.title)}</h1>"]
    for heading, paragraphs in written.sections:
        parts.append(f"<h2>{escape(heading)}</h2>")
        parts += [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    parts.append("<ol>" + "".join(f"<li>{escape(item)}</li>" for item in written.items) + "</ol>")
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in written.rows)
    parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    head = f"<title>{escape(written.title)}</title><style>p {{color: red}}</style><script>var secret = 1</script>"
    return f"<!doctype html><html><head>{head}</head><body>{''.join(parts)}</body></html>".encode()


def as_pdf(written: Written, *, columns: int = 1, page_for_each: bool = False) -> bytes:
    """A PDF; with `page_for_each`, every section begins a page."""
    pdf = FPDF(format="A4")
    pdf.set_title(written.title)
    pdf.set_author("Harbour Group")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 20)
    pdf.multi_cell(0, 10, written.title, new_x="LMARGIN", new_y="NEXT")
    for number, (heading, paragraphs) in enumerate(written.sections):
        if page_for_each and number:
            pdf.add_page()
        with pdf.text_columns(ncols=columns, gutter=10) as column:
            pdf.set_font("Helvetica", "B", 14)
            column.write(heading + "\n\n")
            pdf.set_font("Helvetica", "", 11)
            for paragraph in paragraphs:
                column.write(paragraph + "\n\n")
    pdf.set_font("Helvetica", "", 11)
    for item in written.items:
        pdf.multi_cell(0, 6, f"- {item}", new_x="LMARGIN", new_y="NEXT")
    if written.rows:
        pdf.ln(6)
        with pdf.table(repeat_headings=0) as table:
            for cells in written.rows:
                row = table.row()
                for cell in cells:
                    row.cell(cell)
    return bytes(pdf.output())


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """A DOCX file with another part in the place of the one of this name."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return stream.getvalue()
