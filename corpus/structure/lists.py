"""Nesting of list items, read from numbering, lead-ins and indentation, in that order of trust.

Conversion from PDF loses indentation and numbers at page breaks, so indentation alone nests items wrongly.
"""

from dataclasses import dataclass, field

from corpus.text.markers import Enumerator, Marker

_NEST_BY_INDENT = 2  # columns; a single stray blank nests nothing
_MOST_OPEN = 32  # lists; beyond, the outermost is taken to be over


@dataclass(slots=True)
class _Level:
    """An open list: what introduced it, and what is known of its latest item."""

    lead_in: tuple[str, ...]
    announced: bool
    indent: int = 0
    last: str = ""
    enumerator: Enumerator | None = None
    unnumbered: int = 0
    chained: bool = False

    @property
    def closed(self) -> bool:
        """A list of the form "…; …; and …." ends at its full stop."""
        return self.announced and self.chained and self.last.endswith(".")

    def take(self, text: str, marker: Marker) -> None:
        self.chained = self.chained or text.rstrip().endswith((";", ",", "; and", "; or", ", and", ", or"))
        self.last, self.indent = text, marker.indent
        if marker.enumerator:
            self.enumerator, self.unnumbered = marker.enumerator, 0
        else:
            self.unnumbered += 1


@dataclass(slots=True)
class OpenLists:
    """The lists open at a point of the document, outermost first."""

    levels: list[_Level] = field(default_factory=list)
    lead_in: tuple[str, ...] = ()
    interrupted: bool = True

    def clear(self) -> None:
        """A heading or a table ends all lists."""
        self.levels, self.lead_in, self.interrupted = [], (), True

    def paragraph(self, text: str) -> tuple[str, ...]:
        """Note a paragraph between items; returns what introduces the paragraph itself.

        One that ends in a colon introduces the list after it, and speaks of the item before it.
        """
        announces = text.rstrip("*_ ").endswith(":")
        above = (self.levels[-1].last,) if self.levels and not self.interrupted else ()
        self.lead_in = (*above, text) if announces else ()
        self.interrupted = True
        return above if announces else ()

    def item(self, text: str, marker: Marker) -> tuple[str, ...]:
        """Place an item; returns the texts that introduce it, outermost first."""
        level = self._place(marker)
        lead_in = level.lead_in
        level.take(text, marker)
        self.lead_in, self.interrupted = (), False
        return lead_in

    def _place(self, marker: Marker) -> _Level:
        if (level := self._by_number(marker)) is not None:
            return level
        if self.interrupted:
            if not self.lead_in:
                self.levels = []
            return self._open(self.lead_in, announced=bool(self.lead_in))
        closed = self._pop_closed()
        if not self.levels:
            return self._open((), announced=False)
        innermost = self.levels[-1]
        if innermost.last.rstrip("*_ ").endswith(":") and not closed:
            return self._open((*innermost.lead_in[-1:], innermost.last), announced=True)
        if innermost.announced and not innermost.last.endswith("."):
            return innermost
        return self._by_indent(marker)

    def _pop_closed(self) -> bool:
        closed = bool(self.levels) and self.levels[-1].closed
        while self.levels and self.levels[-1].closed:
            self.levels.pop()
        return closed

    def _by_number(self, marker: Marker) -> _Level | None:
        """The innermost list whose numbering goes on with this item; deeper lists are over."""
        for depth in range(len(self.levels) - 1, -1, -1):
            level = self.levels[depth]
            if (
                marker.enumerator
                and level.enumerator
                and marker.enumerator.follows(level.enumerator, level.unnumbered)
            ):
                del self.levels[depth + 1 :]
                return level
        return None

    def _by_indent(self, marker: Marker) -> _Level:
        while len(self.levels) > 1 and marker.indent < self.levels[-1].indent:
            self.levels.pop()
        innermost = self.levels[-1]
        if marker.indent >= innermost.indent + _NEST_BY_INDENT:
            return self._open((*innermost.lead_in[-1:], innermost.last), announced=False)
        return innermost

    def _open(self, lead_in: tuple[str, ...], *, announced: bool) -> _Level:
        self.levels = [*self.levels[1 - _MOST_OPEN :], _Level(lead_in, announced)]
        return self.levels[-1]
