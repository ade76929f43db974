"""Files of invented documents with what each is: `cases/identity.jsonl`, and `cases/identity_unseen.jsonl`.

A line of a Word file or a PDF is written `look|text`: a style's name, a size in points with b for bold and c for centred,
`-` for an item, `row` for cells between bars, `head` and `foot` for what every page repeats, `page` for a new page.
`@3` stands for three paragraphs that name nobody.
"""

import io
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from corpus.proposals import Proposal

with warnings.catch_warnings():  # of its own imports
    warnings.simplefilter("ignore")
    from fpdf import FPDF

CASES = Path(__file__).parent / "cases"
_LOOK = re.compile(r"(\d+)(b?)(c?)")
_FILLER = (
    "The measures below are reviewed every year, and those responsible report on them at each meeting.",
    "Progress was uneven: some steps were taken early, others wait for money or for the consent of those concerned.",
    "Participants underlined that information should be shared sooner, and that training must reach the smaller ports.",
    "Further details are given in the sections that follow, with the dates by which each step is to be completed.",
)


@dataclass(frozen=True, slots=True)
class IdentityCase:
    """A document: its file's name and lines, what its file says of itself, and what is right.

    A title is right with all of `title` and, beside that, only words of `also`, of the issuer, and numbers.
    """

    file: str
    lines: tuple[str, ...]
    meta: dict[str, str]
    title: str
    also: str
    issuer: tuple[str, ...]
    kind: tuple[str, ...]
    period: tuple[int, int]

    def write(self, folder: Path) -> Path:
        """The document as a file in `folder`."""
        path = folder / self.file
        lines = list(_filled(self.lines))
        if path.suffix == ".pdf":
            path.write_bytes(_pdf(lines, self.meta))
        elif path.suffix == ".docx":
            path.write_bytes(_docx(lines, self.meta))
        else:
            path.write_text("\n".join(lines), "utf-8")
        return path

    def right(self, found: Proposal) -> dict[str, bool]:
        """Which of the fields are right."""
        document = found.document
        own = _words(document.title)
        beside = {
            *_words(f"{self.also} {' '.join(self.issuer)}"),
            *filter(str.isdigit, own),
            "the",
            "of",
            "to",
        }
        core = f" {' '.join(_words(self.title))} "
        return {
            "title": core in f" {' '.join(own)} " and {*own} <= {*_words(self.title)} | beside,
            "issuer": _bare(document.issuer) in [*map(_bare, self.issuer)],
            "kind": document.kind in self.kind,
            "period": document.period == self.period,
        }


def cases(name: str) -> list[IdentityCase]:
    """The documents of a file of `CASES`."""
    return [_case(json.loads(line)) for line in (CASES / name).read_text("utf-8").splitlines()]


def _case(said: dict[str, Any]) -> IdentityCase:
    return IdentityCase(
        said["file"],
        tuple(said["lines"]),
        said.get("meta", {}),
        said["title"],
        said.get("also", ""),
        tuple(said["issuer"]),
        tuple(said["kind"]),
        (said["period"][0], said["period"][-1]),
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _bare(name: str) -> str:
    return " ".join(word for word in _words(name) if word != "the")


def _filled(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if mark := re.fullmatch(r"(.*)@(\d)", line):
            for paragraph in _FILLER[: int(mark[2])]:
                yield from (mark[1] + paragraph, "")
        else:
            yield line


def _pdf(lines: Sequence[str], meta: dict[str, str]) -> bytes:
    heads = [line[5:] for line in lines if line.startswith("head|")]
    feet = [line[5:] for line in lines if line.startswith("foot|")]

    class Paged(FPDF):
        def header(self) -> None:
            self.set_font("Times", "", 8)
            for head in heads:
                self.cell(0, 12, head, new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-40)
            self.set_font("Times", "", 8)
            for foot in [*feet, str(self.page_no())]:
                self.cell(0, 12, foot, new_x="LMARGIN", new_y="NEXT")

    pdf = Paged(unit="pt")
    pdf.set_title(meta.get("title", ""))
    pdf.set_author(meta.get("author", ""))
    pdf.set_margin(60)
    pdf.add_page()
    before = ""
    for line in lines:
        look, _, text = line.partition("|")
        pdf.ln(8 if look != before else 2)
        before = look
        if look == "page":
            pdf.add_page()
        elif look == "row":
            pdf.set_font("Times", "", 9)
            cells = text.split("|")
            with pdf.table(line_height=12) as table:
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        elif look == "-":
            pdf.set_font("Times", "", 11)
            pdf.multi_cell(0, 13, f"- {text}", new_x="LMARGIN", new_y="NEXT")
        elif found := _LOOK.fullmatch(look):
            size = int(found[1])
            pdf.set_font("Times", "B" if found[2] else "", size)
            align = "C" if found[3] else "L"
            pdf.multi_cell(0, size * 1.2, text, align=align, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _docx(lines: Sequence[str], meta: dict[str, str]) -> bytes:
    document = docx.Document()
    document.core_properties.title = meta.get("title", "")
    document.core_properties.author = meta.get("author", "")
    table = None
    for line in lines:
        look, _, text = line.partition("|")
        if look == "row":
            cells = text.split("|")
            table = table or document.add_table(0, len(cells))
            for cell, said in zip(table.add_row().cells, cells, strict=True):
                cell.text = said
            continue
        table = None
        if look == "head":
            document.sections[0].header.paragraphs[0].text = text
        elif look == "foot":
            document.sections[0].footer.paragraphs[0].text = text
        elif look == "page":
            document.add_page_break()  # type: ignore[no-untyped-call]
        elif look == "-":
            document.add_paragraph(text, style="List Bullet")
        elif found := _LOOK.fullmatch(look):
            paragraph = document.add_paragraph()
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(int(found[1])), bool(found[2]) or None
            if found[3]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif look:
            document.add_paragraph(text, style=look)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
