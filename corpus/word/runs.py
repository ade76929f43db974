"""The characters of a paragraph as they are seen: fields by their results, symbols, equations, calls of notes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from lxml import etree

from corpus.layout import Look
from corpus.word.equations import linear
from corpus.word.notes import Notes
from corpus.word.styles import Characters, ParagraphStyle, Styles
from corpus.word.symbols import symbol
from corpus.word.xml import LEFT_OUT, W14, Element, M, W, child, found, number, switch

_WRITTEN = {"br": " ", "cr": " ", "tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_OUT = LEFT_OUT | {f"{W}rt"}  # how characters are pronounced
_DRAWN = {f"{W}{name}" for name in ("drawing", "pict", "object")}
_EQUATIONS = {f"{M}oMath", f"{M}oMathPara"}
_CONTENTS = {"TOC", "INDEX", "TOA"}
_CALL = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*|[a-df-z]")
_EXPONENT = re.compile(r"[-−–+]?\d{1,3}")
_UNIT = re.compile(r"(?:^|[^\w.,])(?:[^\W\d_]{1,2}|10)$")  # what is raised to a power: m², km³, 10⁶
_RAISED = str.maketrans("0123456789-−–+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_SOFT_HYPHEN = "\xad"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters set alike; `contents` tells that they are of a table of contents."""

    text: str
    size: float
    bold: bool
    raised: bool = False
    contents: bool = False


@dataclass(slots=True)
class _Field:
    """A field whose end has not come; only what follows its code is seen."""

    code: str = ""
    result: bool = False

    @property
    def contents(self) -> bool:
        return self.result and self.code.strip().split(" ", 1)[0] in _CONTENTS


@dataclass(slots=True)
class Runs:
    """Reads paragraphs one after another: a field may go over several. `boxes` holds the text boxes met."""

    styles: Styles
    notes: Notes
    fields: list[_Field] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def of(self, paragraph: Element, style: ParagraphStyle) -> list[Run]:
        """What is seen of a paragraph."""
        self.fields = [each for each in self.fields if each.result]
        if style.outline and self.fields:  # no heading stands in a table of contents: its end is missing
            self.fields = []
        return [run for run in self._below(paragraph, style, None) if run.text]

    def _below(self, parent: Element, style: ParagraphStyle, set: Characters | None) -> Iterator[Run]:
        for part in parent.iterchildren(etree.Element):
            if part.tag == f"{W}r":
                yield from self._below(part, style, self.styles.characters(style, child(part, "rPr")))
            elif part.tag in _EQUATIONS:
                yield from self._run(linear(part), set or self.styles.characters(style, None))
            elif part.tag == f"{W}sdt":
                yield from self._control(part, style, set)
            elif part.tag == f"{W}fldSimple":
                self.fields.append(_Field(part.get(f"{W}instr", ""), result=True))
                yield from self._below(part, style, set)
                self.fields.pop()
            elif part.tag in _DRAWN:
                if set is None or not set.hidden:
                    self.boxes += found(part, "txbxContent")
            elif set is not None and part.tag.startswith(W):
                yield from self._part(part, style, set)
            elif part.tag not in _OUT:
                yield from self._below(part, style, set)

    def _part(self, part: Element, style: ParagraphStyle, set: Characters) -> Iterator[Run]:
        """What an element within a run shows."""
        match part.tag.removeprefix(W):
            case "t":
                yield from self._run(symbol(set.font or "", part.text or ""), set)
            case "sym":
                yield from self._run(_sign(part), set)
            case "fldChar":
                yield from self._run(self._field(part), set)
            case "instrText":
                if self.fields and not self.fields[-1].result:
                    self.fields[-1].code += part.text or ""
            case "footnoteReference" | "endnoteReference" as name:
                if not set.hidden and not set.struck:
                    yield from self._run(
                        self.notes.call(name.removesuffix("Reference"), part), replace(set, raised=False)
                    )
            case name if name in _WRITTEN:
                yield from self._run(_WRITTEN[name], set)
            case _:
                if part.tag not in _OUT:
                    yield from self._below(part, style, set)

    def _run(self, text: str, set: Characters) -> Iterator[Run]:
        text = text.replace(_SOFT_HYPHEN, "")
        if text and not set.hidden and not set.struck and all(each.result for each in self.fields):
            contents = any(each.contents for each in self.fields)
            yield Run(text, set.size or 0.0, bool(set.bold), bool(set.raised), contents)

    def _control(self, part: Element, style: ParagraphStyle, set: Characters | None) -> Iterator[Run]:
        """A content control, unless it only shows what to enter."""
        properties = child(part, "sdtPr")
        if not switch(properties, "showingPlcHdr"):
            yield from self._below(part, style, set)
        elif properties is not None and (box := properties.find(f"{W14}checkbox")) is not None:
            checked = box.find(f"{W14}checked")
            on = checked is not None and checked.get(f"{W14}val") in ("1", "true")
            yield from self._run(_check(on), set or self.styles.characters(style, None))

    def _field(self, part: Element) -> str:
        """Note where a field begins, shows its result, ends; gives what a form field shows by itself."""
        match part.get(f"{W}fldCharType"):
            case "begin":
                shown = _form(child(part, "ffData"))
                self.fields.append(_Field())
                if shown:
                    self.fields[-1].result = True
                return shown
            case "separate" if self.fields:
                self.fields[-1].result = True
            case "end" if self.fields:
                self.fields.pop()
        return ""


def text_of(runs: Sequence[Run]) -> str:
    """The characters of the runs; superscripts are told from what they follow."""
    written = ""
    for raised, group in groupby(runs, key=lambda run: run.raised):
        text = "".join(run.text for run in group)
        written += _superscript(written[-20:], text) if raised else text
    return written


def look_of(runs: Sequence[Run], name: str = "", outline: int = 0) -> Look:
    """The look that most characters have."""
    sizes: dict[float, int] = {}
    bold = letters = 0
    for run in runs:
        count = len("".join(run.text.split()))
        sizes[run.size] = sizes.get(run.size, 0) + count
        bold, letters = bold + count * run.bold, letters + count
    size = max(sizes, key=lambda s: (sizes[s], s)) if sizes else 0.0
    return Look(size, 2 * bold > letters > 0, name, outline)


def _superscript(before: str, text: str) -> str:
    """A note's number in brackets, an exponent in raised digits, other superscripts as they are."""
    core = text.strip()
    if _EXPONENT.fullmatch(core) and (_UNIT.search(before) or not core.isdigit()):
        return text.replace(core, core.translate(_RAISED))
    if _CALL.fullmatch(core) and (core[0].isdigit() or before[-1:].isdigit()):
        return text.replace(core, f"[{core}]")
    return text


def _sign(part: Element) -> str:
    code = part.get(f"{W}char", "")
    try:
        return symbol(part.get(f"{W}font", ""), chr(int(code, 16)))
    except (ValueError, OverflowError):
        return ""


def _form(data: Element | None) -> str:
    """The state of a check box, or the choice of a list, of a form; "" for a field of text."""
    if (box := child(data, "checkBox")) is not None:
        checked = switch(box, "checked")
        return _check(bool(switch(box, "default") if checked is None else checked))
    if (choices := child(data, "ddList")) is not None:
        names = [entry.get(f"{W}val", "") for entry in choices.iterchildren(f"{W}listEntry")]
        chosen = number(choices, "result") or number(choices, "default") or 0
        return names[chosen] if 0 <= chosen < len(names) else ""
    return ""


def _check(on: bool) -> str:
    return "☑" if on else "☐"
