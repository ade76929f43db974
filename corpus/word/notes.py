"""Footnotes and endnotes: numbered as they are called, written where they are called."""

from dataclasses import dataclass, field

from corpus.word.numbers import shown
from corpus.word.xml import Element, W, number, value

_FORMATS = {"footnote": "decimal", "endnote": "lowerRoman"}  # where nothing is said


@dataclass(slots=True)
class Notes:
    """The notes of a document by kind and id, and those called whose text was not taken yet."""

    texts: dict[tuple[str, str], Element] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=lambda: dict(_FORMATS))
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_FORMATS, 0))
    called: list[tuple[str, Element]] = field(default_factory=list)

    def add(self, kind: str, part: Element | None, document: Element) -> None:
        """The notes of one kind, and how the document numbers them."""
        for note in part.iterchildren(f"{W}{kind}") if part is not None else ():
            self.texts[kind, note.get(f"{W}id", "")] = note
        for properties in document.iter(f"{W}{kind}Pr"):
            self.formats[kind] = value(properties, "numFmt") or self.formats[kind]
            self.counts[kind] = (number(properties, "numStart") or 1) - 1
            break

    def call(self, kind: str, reference: Element) -> str:
        """The mark of a note where it is called; one with a mark of its own shows that."""
        note = self.texts.get((kind, reference.get(f"{W}id", "")))
        if note is None:
            return ""
        mark = ""
        if reference.get(f"{W}customMarkFollows", "0") in ("0", "false", "off"):
            self.counts[kind] += 1
            mark = f"[{shown(self.counts[kind], self.formats[kind])}]"
        self.called.append((mark, note))
        return mark

    def taken(self) -> list[tuple[str, Element]]:
        """The notes called since they were last taken, with their marks."""
        called, self.called = self.called, []
        return called
