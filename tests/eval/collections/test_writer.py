"""Sections become a collection that `bali eval beir` reads: some asked, some of those without an answer."""

from dataclasses import replace
from pathlib import Path

from eval.beir.collection import read_collection
from eval.collections.sections import Section
from eval.collections.writer import write_collection

LONG = tuple(f"Paragraph {n} speaks of {{}} at length: " + "word " * 50 for n in range(3))


def section(n: int) -> Section:
    paragraphs = tuple(" ".join(paragraph.format(f"dish{n}").split()) for paragraph in LONG)
    return Section(f"s{n}", f"What is dish{n} worth?", ("Kitchen", f"Chapter {n % 3}"), paragraphs)


SECTIONS = [section(n) for n in range(30)]


def test_every_passage_of_a_section_answers_its_query(tmp_path: Path) -> None:
    assert write_collection(SECTIONS, tmp_path, queries=20) == (56, 20)
    collection = read_collection(tmp_path)
    assert len(collection.unanswerable) == 2
    for query, judged in collection.qrels.items():
        dish = collection.queries[query].split()[2]
        assert len(judged) == 2
        assert {id for id, entry in collection.documents.items() if f"{dish} " in entry.text} == judged.keys()
        assert {collection.documents[id].title.split(" › ")[0] for id in judged} == {"Kitchen"}
    for query in collection.unanswerable:
        dish = collection.queries[query].split()[2]
        assert not any(f"{dish} " in entry.text for entry in collection.documents.values())


def test_what_is_short_said_twice_or_asked_twice_is_left_out(tmp_path: Path) -> None:
    one, two, three, four = SECTIONS[:4]
    sections = [
        one,
        replace(two, query=one.query.upper()),
        replace(three, query="Overview"),
        four,
        replace(four, name="again", query="Is the same text here?"),
        Section("short", "What is too short?", (), ("Too short.",)),
    ]
    assert write_collection(sections, tmp_path) == (6, 1)  # and the only query is one without an answer


def test_a_part_is_drawn_and_always_the_same(tmp_path: Path) -> None:
    for out in ("one", "other"):
        passages, queries = write_collection(SECTIONS, tmp_path / out, most_passages=30, queries=5)
        assert (passages, queries) == (28, 5)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
