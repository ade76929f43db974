"""Names and spellings that a corpus teaches."""

from pathlib import Path

import pytest

from corpus.types import Document, Passage, PassageKind
from index.queries.names import Names, NamesLearner
from index.storage.drafts import Draft
from index.storage.files import Files

DOCUMENT = Document("d", "Title", "issuer", "kind", (2020, 2020), "d.txt", "0" * 64)


def passage(text: str, kind: PassageKind = "paragraph") -> Passage:
    return Passage(text, DOCUMENT, text, 0, len(text), (), kind, {}, "")


@pytest.fixture(scope="module")
def names() -> Names:
    learner = NamesLearner()
    learner.add(
        [
            passage(
                "The Ad Hoc Group Senior Officials Meeting (AHG SOM) met the Harbour Safety Board (HSB)."
            ),
            passage("TIC\tThe Tide Information Centre", "definition"),
            passage("It was agreed (see Annex B) that labour and programmes (the best) matter (OK)."),
            passage("The Regional Harbour Authority of Norway (RHA) keeps the strategy."),
        ]
    )
    return learner.names()


def test_definitions_in_brackets_and_glossaries_are_learned(names: Names) -> None:
    assert names.full == {
        "AHG SOM": ["Ad Hoc Group Senior Officials Meeting"],
        "HSB": ["Harbour Safety Board"],
        "RHA": ["Regional Harbour Authority of Norway"],
        "TIC": ["Tide Information Centre"],
    }


def test_names_are_put_one_for_the_other(names: Names) -> None:
    assert names.spelled_out("Did the HSB meet?").text == "Did the Harbour Safety Board meet?"
    assert names.abbreviated("is the tide information centre open").text == "is the TIC open"
    assert names.spelled_out("HSBs are not HSBC").text == "HSBs are not HSBC"


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("labor", "labour"),
        ("programms", "programmes"),
        ("stratgey", "strategy"),
        ("strattegyy", "strategy"),  # two slips in a long word
        ("lobours", "lobours"),  # two slips in a short one
        ("harbour", "harbour"),  # known to the corpus
        ("best", "best"),
        ("harbinger", "harbinger"),  # known to the model
        ("zebra crossing", "zebra crossing"),  # nothing near it
    ],
)
def test_words_nobody_knows_are_put_as_the_corpus_spells_them(
    names: Names, question: str, corrected: str
) -> None:
    assert names.corrected(question, ["harbinger"]).text == corrected


def test_the_table_survives_the_disk(names: Names, tmp_path: Path) -> None:
    draft = Draft(tmp_path / "draft")
    names.save(draft)
    assert Names.load(Files(draft.folder, draft.written)) == names
