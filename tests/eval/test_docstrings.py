"""A collection out of docstrings: summaries find bodies, and some find nothing."""

from pathlib import Path

from eval.collection import read_collection
from eval.docstrings import described, write_collection

BODY = "Goes on to say {n} things about {name} that its first line does not say, in fifteen words or rather more than that."


def source(names: list[str]) -> str:
    return "".join(
        f'def {name}():\n    """Return what {name} is worth.\n\n    {BODY.format(name=name, n=n)}\n    """\n\n\n'
        for n, name in enumerate(names)
    )


def test_a_summary_is_the_query_of_its_body(tmp_path: Path) -> None:
    (tmp_path / "lib" / "tests").mkdir(parents=True)
    (tmp_path / "lib" / "kitchen.py").write_text(source([f"dish{n}" for n in range(20)]))
    (tmp_path / "lib" / "again.py").write_text(source(["dish0"]))
    (tmp_path / "lib" / "tests" / "test_kitchen.py").write_text(source(["check"]))
    (tmp_path / "lib" / "template.py").write_text("def {{ name }}():")
    (tmp_path / "lib" / "short.py").write_text(
        'def short():\n    """Return what is short.\n\n    Too short.\n    """\n'
    )
    found = list(described(tmp_path / "lib", 15))
    assert [entry.name.split(":")[0] for entry in found] == ["again"] + ["kitchen"] * 20
    write_collection(found, None, 10, tmp_path / "out")
    collection = read_collection(tmp_path / "out")
    assert (len(collection.documents), len(collection.queries), len(collection.unanswerable)) == (19, 10, 1)
    for query, judged in collection.qrels.items():
        (document,) = judged
        name = collection.queries[query].removeprefix("Return what ").removesuffix(" is worth.")
        assert f"about {name} that" in collection.documents[document].text
    (query,) = collection.unanswerable
    name = collection.queries[query].removeprefix("Return what ").removesuffix(" is worth.")
    assert not [entry for entry in collection.documents.values() if f"about {name} that" in entry.text]


def test_the_same_source_gives_the_same_collection(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "kitchen.py").write_text(source([f"dish{n}" for n in range(20)]))
    for out in ("one", "other"):
        write_collection(list(described(tmp_path / "lib", 15)), 12, 5, tmp_path / out)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert len((tmp_path / "one" / "corpus.jsonl").read_text().splitlines()) == 11
