"""The five documents are read as the golden passage lists say, which were checked by eye against them."""

import pytest

from corpus.catalogue import read_catalogue
from corpus.types import Document
from tests.golden import CORPUS, FOLDER, render

CATALOGUE = read_catalogue(CORPUS)


@pytest.mark.parametrize("document", CATALOGUE.documents, ids=lambda document: document.id)
def test_a_document_is_read_as_its_golden_list_says(document: Document) -> None:
    expected = (FOLDER / f"{document.id}.txt").read_text("utf-8")
    read = render(document, CATALOGUE.source(document))
    assert read.split("\n") == expected.split("\n"), "run `python -m tests.golden` and read the diff"


def test_no_golden_list_is_left_of_a_document_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {document.id for document in CATALOGUE.documents}
