"""Action items as files for a spreadsheet, in which no cell can run as a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from fastapi.responses import Response
from xlsxwriter import Workbook

from service.schemas.records import Record

COLUMNS = tuple(Record.model_fields)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = {
    "text": 80,
    "status": 40,
    "group": 30,
    "priority_area": 30,
    "fields": 60,
    "lead": 24,
    "document": 30,
}
_CREATED = datetime(2000, 1, 1)  # the same items give the same file
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads a CSV file in the system's code page unless it begins with this mark.
_MARK = "\ufeff"


def exported(records: Sequence[Record], format: Literal["csv", "xlsx"]) -> Response:
    """The file as a download."""
    if format == "csv":
        body, media_type = to_csv(records).encode(), "text/csv; charset=utf-8"
    else:
        body, media_type = to_xlsx(records), XLSX
    name = f'attachment; filename="action-items.{format}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": name})


def cells(record: Record) -> list[str]:
    """The fields in the order of `COLUMNS`: leads joined by "; ", a period as 2015-2017, "" without a value."""
    first, last = record.period
    own = record.model_dump() | {
        "lead": "; ".join(record.lead),
        "fields": "\n".join(f"{header}: {said}" for header, said in record.fields.items()),
        "period": f"{first}-{last}",
        "recognised": "yes" if record.recognised else "",
    }
    return [own[column] or "" for column in COLUMNS]


def to_csv(records: Sequence[Record]) -> str:
    """RFC 4180 with a byte order mark; an apostrophe guards cells that look like formulas (OWASP, CSV injection)."""
    file = io.StringIO(newline="")
    file.write(_MARK)
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in cells(record)] for record in records)
    return file.getvalue()


def guarded(cell: str) -> str:
    """`cell` as text for any spreadsheet; one that begins with an apostrophe gets another."""
    return f"'{cell}" if cell.startswith((*_STARTS_FORMULA, "'")) else cell


def to_xlsx(records: Sequence[Record]) -> bytes:
    """A workbook of one sheet; every cell is a string, which no program runs."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet("Action items")
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(COLUMNS):
            sheet.set_column(number, number, _WIDTHS.get(column, 12), wrapped)
            sheet.write_string(0, number, column, book.add_format({"bold": True}))
        for row, record in enumerate(records, 1):
            for number, cell in enumerate(cells(record)):
                sheet.write_string(row, number, cell[:32_767], wrapped)  # Excel's longest
        sheet.autofilter(0, 0, max(1, len(records)), len(COLUMNS) - 1)
    return file.getvalue()
