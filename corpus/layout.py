"""A document as its reader saw it: the pieces of its text in order, and how each looks.

Readers only report; headings, tables, records and what is left out are decided in `corpus/structure`, for the whole
document. The pieces are kept beside the extracted text, as JSON lines, hashed as the text is.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from corpus.errors import ReadError

PieceKind = Literal[
    "text", "item", "row", "definition", "code", "caption", "footnote", "contents", "furniture"
]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece is set: `size` in points (0 where the format has none), `name` of its style or tag.

    `outline` is its level as a heading where the format says so, 1 the outermost; 0 where it says nothing.
    """

    size: float = 0.0
    bold: bool = False
    name: str = ""
    outline: int = 0


UNSEEN = Look()
ROW_HEADED = (
    "row headed"  # the name of the look of a row whose first cell is marked as the heading of the others
)


@dataclass(frozen=True, slots=True)
class Piece:
    """`text[start:end]` of the extracted text, without outer blanks; pieces do not overlap and are in order.

    An item has the width of its `marker` in characters and its `depth`, 0 the outermost. A row has the number of its
    `table`, from 1, and the spans of its `cells`: one that goes over several columns stands for each of them. `header`
    tells that the format, or the look, names the row a heading of its columns. A definition has its term and what is
    said of it as `cells`. "furniture" is of the page (running heads,
    page numbers, navigation), "contents" a table of contents. `recognised`: read off a picture, by character recognition.
    """

    kind: PieceKind
    start: int
    end: int
    look: Look = UNSEEN
    marker: int = 0
    depth: int = 0
    table: int = 0
    cells: tuple[Span, ...] = ()
    header: bool = False
    recognised: bool = False


def to_json_lines(pieces: Iterable[Piece]) -> str:
    """One line a piece, what is as by default left out."""
    return "".join(f"{json.dumps(_sparse(piece), ensure_ascii=False)}\n" for piece in pieces)


def from_json_lines(text: str, file: str) -> tuple[Piece, ...]:
    """The pieces that `to_json_lines` wrote; raises `ReadError` naming the file and the line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(_piece(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise ReadError(
                f"is no piece of a layout ({error})",
                where=f"{file}, line {number}",
                remedy="add the document anew",
            ) from error
    return tuple(found)


def _sparse(piece: Piece) -> dict[str, Any]:
    record = {name: value for name, value in asdict(piece).items() if value or name in ("start", "end")}
    look = {name: value for name, value in asdict(piece.look).items() if value}
    record.pop("look", None)
    return record | ({"look": look} if look else {})


def _piece(record: dict[str, Any]) -> Piece:
    look = Look(**record.pop("look", {}))
    cells = tuple((start, end) for start, end in record.pop("cells", ()))
    return Piece(**record, look=look, cells=cells)
