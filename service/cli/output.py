"""What the command line shows on a terminal."""

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from corpus.coverage import Coverage
from corpus.readers.extracted import PAGE_BREAK
from corpus.types import Passage

if TYPE_CHECKING:  # the index takes long to import
    from index.search import Interpretation

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def print_passage(mark: str, passage: Passage, quote: str) -> None:
    """A quotation in a frame, with its place and the fields of its row."""
    document = passage.document
    out.print(f"\n{mark} {document.title}", style="bold cyan", markup=False)
    if passage.section:
        out.print("    " + " › ".join(passage.section), style="cyan", markup=False)
    before = passage.text.index(quote)
    start = passage.start + before
    place = f"{document.id} {start}:{start + len(quote)}"
    if passage.page is not None:
        place = f"{document.id} page {passage.page + passage.text.count(PAGE_BREAK, 0, before)} {start}:{start + len(quote)}"
    out.print(Panel(escape(quote), subtitle=escape(place), subtitle_align="right"))
    for header, cell in passage.fields.items():
        if cell not in quote or len(cell) < 80:
            out.print(f"    {header}: {cell}", style="dim", markup=False)


def print_interpretation(understood: "Interpretation") -> None:
    """What the question's words were taken for, where they were taken for anything else than themselves."""
    said = [f"{words} → {put}" for words, put in {**understood.corrected, **understood.names}.items()]
    said += [f"“{p.words}” → {p.wish} {p.value}".rstrip() for p in understood.preferences]
    if said:
        out.print("Understood: " + "; ".join(said), style="dim", markup=False)


def print_coverage(report: Coverage) -> None:
    """How much of a document is in passages, and what is left out or lost."""
    out.print(
        f"{report.document}: {report.passages} passages, {report.covered}/{report.characters} non-blank characters "
        f"in passages and headings ({report.share:.2%})"
    )
    for start, end, text in report.furniture:
        out.print(f"  left out as page furniture {start}:{end}: {text!r}", markup=False)
    for start, end, text in report.lost:
        out.print(f"  LOST {start}:{end}: {text!r}", style="red", markup=False)


def print_json(value: Any) -> None:
    """JSON for a program to read."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
