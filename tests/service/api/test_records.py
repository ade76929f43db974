"""Action items in order and as files: numbers by size, equal ones in place, no cell that runs."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.documents.action_items import in_order
from service.documents.export import COLUMNS, cells, guarded, to_csv, to_xlsx
from service.schemas.records import Record

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20)
cell_texts = st.one_of(texts, st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "'", "＝1"]))
records = st.builds(
    Record,
    document=cell_texts,
    number=st.none() | st.integers(0, 30).map(str),
    group=st.none() | cell_texts,
    text=cell_texts,
    lead=st.lists(cell_texts, max_size=2),
    status=st.none() | cell_texts,
    priority_area=st.none() | cell_texts,
    period=st.tuples(st.integers(1990, 2030), st.integers(1990, 2030)),
    passage_id=texts,
)


def numbers(client: TestClient, **asked: Any) -> list[str]:
    return [record["number"] for record in client.get("/records", params=asked).json()["records"]]


def test_sorting_by_several_columns(client: TestClient) -> None:
    assert numbers(client, sort="-number") == ["4", "3", "2", "1"]
    assert numbers(client, sort="lead,-number") == ["4", "2", "3", "1"]
    assert numbers(client, sort=["lead", "-number"]) == ["4", "2", "3", "1"]
    assert numbers(client, sort="group", lead="All members") == ["4", "2"]


def test_words_are_found_in_any_field_whatever_their_case(client: TestClient) -> None:
    assert numbers(client, contains="TRAINING") == ["2", "4"]
    assert numbers(client, contains="  tide   Calendar ") == ["3"]
    assert numbers(client, contains="iceland", sort="-number") == ["3", "2"]
    assert numbers(client, contains="no such words") == []
    assert client.get("/records", params={"contains": "x" * 201}).status_code == 422


@given(st.lists(records, max_size=8), st.booleans())
def test_numbers_sort_by_size_stably_and_what_is_missing_comes_last(
    items: list[Record], turned: bool
) -> None:
    found = in_order(items, ["-number" if turned else "number"])
    there = [item for item in items if item.number is not None]
    known = sorted(there, key=lambda item: int(item.number or 0), reverse=turned)
    assert found == known + [item for item in items if item.number is None]


@given(st.lists(records, max_size=4))
def test_csv_round_trip(items: list[Record]) -> None:
    text = to_csv(items)
    assert text.startswith("\ufeff")
    header, *rows = csv.reader(io.StringIO(text[1:], newline=""))
    assert tuple(header) == COLUMNS
    assert [[cell.removeprefix("'") for cell in row] for row in rows] == [
        [cell.removeprefix("'") if not cell.startswith("'") else cell for cell in cells(item)]
        for item in items
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@given(cell_texts)
def test_the_guard_can_be_taken_off(cell: str) -> None:
    safe = guarded(cell)
    assert (safe[1:] if safe.startswith("'") else safe) == cell


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "https://example.org", "007"]
    items = [
        Record(
            document="d",
            number=None,
            group=None,
            text=text,
            lead=[],
            status=None,
            priority_area=None,
            deadline=None,
            fields={"Action": text},
            period=(2020, 2022),
            passage_id="p",
        )
        for text in hostile
    ]
    made = to_xlsx(items)
    assert made == to_xlsx(items)
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    column = COLUMNS.index("text") + 1
    written = [sheet.cell(row, column) for row in range(2, len(hostile) + 2)]
    assert [cell.value for cell in written] == hostile
    assert {cell.data_type for cell in written} == {"s"}
    assert all(cell.hyperlink is None for cell in written)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_files_come_as_downloads(client: TestClient, format: str) -> None:
    response = client.get("/records", params={"format": format, "lead": "Iceland"})
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f'attachment; filename="action-items.{format}"'
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
        assert [row["number"] for row in rows] == ["2", "3"]
        assert rows[0]["lead"] == "All members; Iceland"
        assert rows[0]["period"] == "2020-2022"
    else:
        assert openpyxl.load_workbook(io.BytesIO(response.content)).active.max_row == 3


@pytest.mark.parametrize(
    "asked", [{"sort": "colour"}, {"sort": "lead,,"}, {"format": "pdf"}, {"sort": "--lead"}]
)
def test_unknown_columns_and_formats_are_problems(client: TestClient, asked: dict[str, str]) -> None:
    response = client.get("/records", params=asked)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert next(iter(asked)) in response.json()["detail"]
