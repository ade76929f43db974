"""Real PDFs asked for the page: `python -m bench.quality.pages --root FOLDER`, where Debian packages are unpacked.

Three openly licensed PDFs with ruled tables, two columns of text, and three columns of tables are added to the
shipped corpus as `bali add` adds them. The questions of bench/pages.jsonl were written from the pages, before any
answer was seen; each names the page that says it and words that stand there. Prints, for each PDF, for how many the
first passage found, one of the first three, the first citation of the answer, and any of them are of the right page.
Ends with an error where fewer than 0.8 of all first citations are.
"""

import argparse
import gzip
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corpus import changes as keeping
from corpus.catalogue import Catalogue, read_catalogue
from corpus.proposals import propose
from corpus.readers.extracted import PAGE_BREAK
from corpus.types import Passage
from index.build import build
from index.encoders.base import Encoder
from index.encoders.loading import Models
from index.generation import Index
from index.opening import open_index
from index.search import search
from service.chat import answer
from service.settings import Settings

QUESTIONS = Path(__file__).with_suffix(".jsonl")
FILES = {
    "install.en": "usr/share/doc/installation-guide-amd64/en/install.en.pdf.gz",
    "refcard-en-a4": "usr/share/doc/debian-refcard/refcard-en-a4.pdf.gz",
    "diversity-vegan": "usr/lib/R/site-library/vegan/doc/diversity-vegan.pdf",
}
_LEAST = 0.8  # of the answers' first citations
COLUMNS = ("first passage", "first three", "first citation", "any citation")


def add_all(root: Path, folder: Path) -> Catalogue:
    """The shipped corpus copied into `folder`, with the three PDFs under `root` added to it."""
    corpus = folder / "corpus"
    shutil.copytree(
        Settings().corpus, corpus, ignore=shutil.ignore_patterns("*.py", "__pycache__", "readers")
    )
    for name, path in FILES.items():
        data = (root / path).read_bytes()
        pdf = folder / f"{name}.pdf"
        pdf.write_bytes(gzip.decompress(data) if path.endswith(".gz") else data)
        began = time.perf_counter()
        proposal = propose(pdf, id=name.replace(".", "-"))
        keeping.add(corpus, proposal)
        print(f"{name}: {proposal.document.title!r} read in {time.perf_counter() - began:.1f} s")
    return read_catalogue(corpus)


def page_of(passage: Passage, quote: str) -> tuple[str, int | None]:
    """The document of a quotation and the page it begins on."""
    if passage.page is None:
        return passage.document.id, None
    before = max(passage.text.find(quote), 0)
    return passage.document.id, passage.page + passage.text.count(PAGE_BREAK, 0, before)


def outcome(index: Index, encoder: Encoder, question: dict[str, Any]) -> tuple[bool, ...]:
    """Whether what was found and cited is of the right page, in the order of `COLUMNS`."""
    right = {(question["document"].replace(".", "-"), page) for page in question["pages"]}
    found = search(index, encoder, question["question"], 3)
    places = [page_of(result.passage, result.passage.text) for result in found.results]
    given = answer(index, encoder, [("user", question["question"])])
    cited = [page_of(citation.passage, citation.quote) for citation in given.citations]
    cited = cited if given.status != "not_found" else []
    _say(question, given.text, places[:1], cited)
    return (
        bool(right & set(places[:1])),
        bool(right & set(places)),
        bool(right & set(cited[:1])),
        bool(right & set(cited)),
    )


def _say(question: dict[str, Any], text: str, first: Sequence[Any], cited: Iterable[Any]) -> None:
    print(
        f"  {question['question']}\n    page {question['pages']}, found {first}, cited {list(cited)}: {text[:90]!r}"
    )


def main() -> None:
    """Add, build, ask, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    root = parser.parse_args().root
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        catalogue = add_all(root, folder)
        models = Models()
        (folder / "exported").mkdir()
        built = build(folder / "var", catalogue, models.export(folder / "exported"))
        print(f"{built.passages} passages of {built.documents} documents")
        index, encoder = open_index(folder / "var", models)
        outcomes = [(q["document"], outcome(index, encoder, q)) for q in questions]
    print("\n| PDF | questions | " + " | ".join(COLUMNS) + " |\n| --- " + "| --: " * 5 + "|")
    for name in (*FILES, "all"):
        of = [right for document, right in outcomes if name in (document, "all")]
        print(
            f"| {name} | {len(of)} | "
            + " | ".join(str(sum(column)) for column in zip(*of, strict=True))
            + " |"
        )
    share = sum(right[2] for _, right in outcomes) / len(outcomes)
    if share < _LEAST:
        raise SystemExit(f"the first citation is of the right page for {share:.0%}, less than {_LEAST:.0%}")


if __name__ == "__main__":
    main()
