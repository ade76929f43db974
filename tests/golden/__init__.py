"""What the reader makes of each catalogued document, written out for the eye: one text file a document.

`python -m tests.golden` writes the files again after a change of the reader; the diff is then read line by
line against the sources before it is committed.
"""

from collections.abc import Iterator
from pathlib import Path

from corpus.passages import passages
from corpus.structure.blocks import blocks
from corpus.types import Block, Document, Passage

FOLDER = Path(__file__).parent
CORPUS = FOLDER.parent.parent / "corpus"


def render(document: Document, source: str) -> str:
    """Every passage of `source` with all that it carries, and in brackets every block that is none.

    The first line of a context is shown only where it is not the document's title and the section.
    """
    found = passages(document, source)
    read = {(passage.start, passage.end) for passage in found}
    left_out = [
        block
        for block in blocks(source, document.title)
        if not any(start <= block.start and block.end <= end for start, end in read)
        and not any(block.start <= start and end <= block.end for start, end in read)
    ]
    shown = [(passage.start, _passage(passage)) for passage in found]
    shown += [(block.start, _left_out(block, source)) for block in left_out]
    return "\n".join(text for _, text in sorted(shown))


def _passage(passage: Passage) -> str:
    return "".join(f"{line}\n" for line in _passage_lines(passage))


def _passage_lines(passage: Passage) -> Iterator[str]:
    yield f"{passage.kind} {passage.start}-{passage.end}"
    if passage.section:
        yield f"  section: {' › '.join(passage.section)}"
    where = " › ".join((passage.document.title, *passage.section))
    for number, line in enumerate(passage.context.split("\n")):
        if number > 0 or line != where:  # nearly every context opens with title and section: not repeated
            yield f"  context: {line}"
    for header, cell in passage.fields.items():
        yield f"  {header} = {cell}"
    for line in passage.text.split("\n"):
        yield f"  | {line}"


def _left_out(block: Block, source: str) -> str:
    text = source[block.start : block.end].replace("\n", "⏎")
    under = f"  section: {' › '.join(block.section)}\n" if block.section else ""
    return f"[{block.kind} {block.start}-{block.end}] {text}\n{under}"
