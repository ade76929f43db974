"""What the fields of a PDF's form hold, as words where they stand."""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.pdf.words import Box, turned

_CHECKED, _UNCHECKED = "☒", "☐"
_LARGEST = 12.0  # points: text in a high field is no larger
_LONGEST = 10_000  # characters of a value


class Forms:
    """The form of a document, if it has one."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self.filled = document.get_formtype() != pdfium.FORMTYPE_NONE
        if self.filled:
            document.init_forms()
        self.raw = document.formenv.raw if self.filled and document.formenv else None

    def values(self, page: pypdfium2.PdfPage) -> list[Box]:
        """The values of the fields of a page; boxes that are ticked, and those that are not, as signs."""
        return list(self._values(page)) if self.raw else []

    def _values(self, page: pypdfium2.PdfPage) -> Iterator[Box]:
        width, height = page.get_size()
        for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
            note = pdfium.FPDFPage_GetAnnot(page.raw, number)
            if note and pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_WIDGET:
                rectangle = pdfium.FS_RECTF()
                pdfium.FPDFAnnot_GetRect(note, rectangle)
                place = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                yield from _words(self._value(note), turned(place, page, width, height))
            pdfium.FPDFPage_CloseAnnot(note)

    def _value(self, note: pdfium.FPDF_ANNOTATION) -> str:
        match pdfium.FPDFAnnot_GetFormFieldType(self.raw, note):
            case pdfium.FPDF_FORMFIELD_CHECKBOX | pdfium.FPDF_FORMFIELD_RADIOBUTTON:
                return _CHECKED if pdfium.FPDFAnnot_IsChecked(self.raw, note) else _UNCHECKED
            case (
                pdfium.FPDF_FORMFIELD_TEXTFIELD
                | pdfium.FPDF_FORMFIELD_COMBOBOX
                | pdfium.FPDF_FORMFIELD_LISTBOX
            ):
                length = pdfium.FPDFAnnot_GetFormFieldValue(self.raw, note, None, 0)
                if length > 2 * _LONGEST:
                    return ""
                buffer = (ctypes.c_ushort * (length // 2 + 1))()
                pdfium.FPDFAnnot_GetFormFieldValue(self.raw, note, buffer, length)
                return bytes(buffer)[: max(0, length - 2)].decode("utf-16-le", "replace")
        return ""


def _words(value: str, place: tuple[float, float, float, float]) -> Iterator[Box]:
    """The words of a value, one after another from the left of the field, on as many lines as it has."""
    x0, top, x1, bottom = place
    lines = [line.split() for line in value.splitlines()]
    for number, line in enumerate(lines):
        upper = top + (bottom - top) * number / len(lines)
        lower = top + (bottom - top) * (number + 1) / len(lines)
        size = min(lower - upper, _LARGEST)
        step = (x1 - x0) / max(1, sum(len(word) + 1 for word in line))
        left, step = x0, min(step, size / 2)
        for word in line:
            yield Box(left, upper, left + step * len(word), lower, word, size)
            left += step * (len(word) + 1)
