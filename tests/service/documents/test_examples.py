"""What the chat page says of an index: its example questions, its documents in a line, and places in words."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.catalogue import Catalogue
from corpus.types import Document
from index.build import build
from index.generation import Index, load_index
from service.chat import answer
from service.documents.examples import examples
from service.documents.holdings import holdings, missing, short_years
from service.documents.places import place_of
from service.settings import Settings
from tests.support.tiny import TinyEncoder


def document(kind: str, first: int, last: int, title: str = "Harbour Group Plan") -> Document:
    return Document(
        f"{kind}-{first}", f"{title} {first}-{last}", "Harbour Group", kind, (first, last), "x", "0" * 64
    )


@pytest.mark.parametrize(
    ("documents", "line"),
    [
        ([], "0 documents"),
        ([document("report", 2023, 2023)], "One document: report 2023"),
        (
            [document("plan", 2018, 2018), document("plan", 2023, 2024), document("plan", 2021, 2023)],
            "3 documents: plans 2018, 2021–23, 2023–24 (none for 2019–20) · nothing held for 2019–20",
        ),
        (
            [document("plan", 2018, 2019), document("plan", 2022, 2023), document("summary", 2020, 2021)],
            "3 documents: plans 2018–19, 2022–23 (none for 2020–21) · summary 2020–21",
        ),
        (
            [document("note", 2018, 2019, "Fog"), document("note", 2022, 2023, "Tides")],
            "2 documents: notes 2018–19, 2022–23 · nothing held for 2020–21",
        ),
        (
            [document("minutes", year, year) for year in range(1990, 2000)],
            "10 documents: minutes 1990–99",
        ),
    ],
)
def test_documents_are_told_in_a_line_with_the_years_that_are_missing(
    documents: Sequence[Document], line: str
) -> None:
    assert holdings(documents) == line


def test_years_between_periods_are_missing() -> None:
    assert missing([]) == []
    assert missing([(2020, 2022), (2001, 2010), (2005, 2006), (2012, 2012)]) == [(2011, 2011), (2013, 2019)]


@pytest.mark.parametrize(
    ("period", "said"), [((2022, 2022), "2022"), ((2008, 2009), "2008–09"), ((1999, 2001), "1999–2001")]
)
def test_periods_are_short(period: tuple[int, int], said: str) -> None:
    assert short_years(period) == said


def built(folder: Path, source: str, kind: str = "report") -> Index:
    """An index of one document."""
    (folder / "one.md").write_text(source, "utf-8")
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    one = Document("one", "A Note on Fog", "Harbour Group", kind, (2020, 2020), "one.md", sha256)
    build(folder / "var", Catalogue(folder, (one,)), TinyEncoder())
    return load_index(folder / "var")


def test_each_example_is_answered_and_of_another_kind(harbour: Settings) -> None:
    index, encoder = load_index(harbour.var), TinyEncoder()
    found = examples(index, encoder)
    assert found[-1] == "Which documents do you have?"
    assert 2 <= len(found) <= 6
    assert len({question.split()[0] for question in found}) == len(found)
    for question in found:
        given = answer(index, encoder, [("user", question)])
        assert given.status == "answered"
        assert given.citations or question == found[-1]
    assert examples(load_index(harbour.var), TinyEncoder()) == found


def test_a_small_document_has_the_examples_that_it_can_answer(tmp_path: Path) -> None:
    found = examples(built(tmp_path, "# A Note on Fog\n\nThe horn is sounded twice.\n"), TinyEncoder())
    assert found == ("Which documents do you have?",)


def test_places_are_numbers_of_items_and_paragraphs(tmp_path: Path, harbour: Settings) -> None:
    index = load_index(harbour.var)
    rows = [passage for passage in index.passages if passage.kind == "row"]
    assert [place_of(index, row) for row in rows] == ["item 1", "item 2", "item 3", "item 4"]
    source = "# Fog\n\n## Hours\n\nIt comes early.\n\nIt goes late.\n\n## Horns\n\n(a) One is old.\n\n- It is loud.\n- It is red.\n"
    other = built(tmp_path, source)
    places = {passage.text: place_of(other, passage) for passage in other.passages}
    assert places["It goes late."] == "paragraph 2 of “Hours”"
    assert places["(a) One is old."] == "item a"
    assert places["- It is red."] == "item 3 of “Horns”"
    assert places["## Horns"] == "heading"
