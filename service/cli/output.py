"""What the command line prints."""

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from corpus.coverage import Coverage
from corpus.readers.extracted import PAGE_BREAK
from corpus.types import RECOGNISED

if TYPE_CHECKING:  # the index takes long to import
    from index.search import Interpretation
    from service.answering.types import Citation

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def print_error(message: object) -> None:
    err.print(f"bali: {message}", style="red", markup=False, soft_wrap=True)


def print_warning(message: object) -> None:
    err.print(f"warning: {message}", style="yellow", markup=False, soft_wrap=True)


def print_citation(mark: str, citation: "Citation") -> None:
    """A quotation in a frame, with its place and the fields of its row."""
    passage, quote = citation.passage, citation.quote
    out.print(f"\n{mark} {passage.document.title}", style="bold cyan", markup=False)
    if passage.section:
        out.print("    " + " › ".join(passage.section), style="cyan", markup=False)
    out.print(Panel(escape(quote), subtitle=escape(_place(citation)), subtitle_align="right"))
    for header, cell in passage.fields.items():
        if cell not in quote or len(cell) < 80:
            out.print(f"    {header}: {cell}", style="dim", markup=False)


def _place(citation: "Citation") -> str:
    passage, characters = citation.passage, f"{citation.start}:{citation.end}"
    characters += f", {RECOGNISED}" if passage.recognised else ""
    if passage.page is None:
        return f"{passage.document.id} {characters}"
    page = passage.page + passage.text.count(PAGE_BREAK, 0, citation.start - passage.start)
    return f"{passage.document.id} page {page} {characters}"


def print_interpretation(interpretation: "Interpretation") -> None:
    """The words that were corrected, written out or taken for a preference, if there are any."""
    words = {**interpretation.corrected, **interpretation.names}
    said = [f"{written} → {searched}" for written, searched in words.items()]
    said += [f"“{p.words}” → {p.wish} {p.value}".rstrip() for p in interpretation.preferences]
    if said:
        out.print("Understood: " + "; ".join(said), style="dim", markup=False)


def print_coverage(report: Coverage) -> None:
    """How much of a document is in passages, and what is left out or lost."""
    out.print(
        f"{report.document}: {report.passages} passages, {report.covered}/{report.characters} non-blank characters "
        f"in passages ({report.share:.2%})"
    )
    for start, end, text in report.furniture:
        out.print(f"  left out as page furniture {start}:{end}: {text!r}", markup=False)
    for start, end, text in report.lost:
        out.print(f"  LOST {start}:{end}: {text!r}", style="red", markup=False)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
