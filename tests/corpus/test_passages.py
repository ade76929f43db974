"""How blocks are cut into passages: at sentences, never in an abbreviation, short enough to be read whole."""

import pytest

from corpus.passages import LIMIT, MAX_SENTENCES, TARGET
from corpus.text.sentences import sentences
from tests.corpus.reading import read


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Who and Ms. Aa came.",
        "The lamps, e.g. Red ones, were lit.",
        "It costs 1.5 million.",
        "See para. 4 and No. 7 of Jan. 2030.",
        "A. N. Other spoke.",
        "The Rep. of Arcadia attended.",
        "What of it … nothing.",
        "They met at 5 p.m. on the quay.",
        "- 1. The lamps were lit.",
    ],
)
def test_a_sentence_is_not_cut_at_an_abbreviation_or_a_number(text: str) -> None:
    assert _cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is dark. Light it.", ["It is dark.", "Light it."]),
        ("Is it dark? It is! Light it.", ["Is it dark?", "It is!", "Light it."]),
        ("He said “light it.” Then **he left.** *They* stayed.",
         ["He said “light it.”", "Then **he left.**", "*They* stayed."]),
        ("It ended (badly.) <i>The</i> rest is silence.", ["It ended (badly.)", "<i>The</i> rest is silence."]),
        ("It was 2030. 88 came.", ["It was 2030.", "88 came."]),
        ("It is dark.\r\n\r\nLight it.", ["It is dark.", "Light it."]),
        ("1. Light the lamps. Then go.", ["1. Light the lamps.", "Then go."]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    assert _cut(text) == parts


def test_a_long_paragraph_is_cut_into_a_few_sentences_each() -> None:
    source = " ".join(f"Delegate {n} spoke of the lamps of the harbour and of their oil." for n in range(30))
    found = read(source)
    assert len(found) > 5
    for passage in found:
        assert len(passage.text) <= TARGET
        assert len(sentences(source, passage.start, passage.end)) <= MAX_SENTENCES
        assert passage.text.startswith("Delegate")
        assert passage.text.endswith(".")


def test_a_sentence_that_points_back_stays_with_the_one_before_it() -> None:
    paid = "Arcadia paid for " + "very " * 84 + "much oil."
    assert len(paid) < TARGET < len(paid) + len("This was noted.")
    assert [p.text for p in read(f"{paid} This was noted.")] == [f"{paid} This was noted."]
    assert [p.text for p in read(f"{paid} Boreal noted it.")] == [paid, "Boreal noted it."]


@pytest.mark.parametrize("piece", ["lamp and oil; ", "lamp and oil, ", "lamp and oil ", "lampandoil"])
def test_an_endless_sentence_is_cut_and_nothing_of_it_is_lost(piece: str) -> None:
    source = "The " + piece * 400 + "end."
    found = read(source)
    assert all(len(passage.text) <= LIMIT for passage in found)
    assert "".join("".join(p.text.split()) for p in found) == "".join(source.split())
    assert not any(passage.text.startswith((",", ";")) for passage in found)


def test_a_row_is_one_passage_however_long() -> None:
    source = f"Action\tLead\n1) {'Light the lamps. ' * 200}\tIOX\n"
    (passage,) = read(source)
    assert passage.kind == "row"
    assert len(passage.text) > 2 * LIMIT


def test_ids_change_with_place_and_text_only() -> None:
    first, second = read("It is dark.\n\nIt is dark.")
    assert first.id != second.id
    assert read("It is dark.\n\nIt was dark.")[0].id == first.id
    assert read("It is dark.\n\nIt was dark.")[1].id != second.id
