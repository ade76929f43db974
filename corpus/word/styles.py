"""How characters and paragraphs are set: what is said directly, by styles and those they are based on, by default."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import reduce

from corpus.word.xml import Element, W, child, number, switch, value

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_TITLE = "title"
_DEEPEST_BASE = 20  # styles that a style may be based on, one on another
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)(pt)?")
_BODY_LEVEL = 9  # an outline level that means: no heading


@dataclass(frozen=True, slots=True)
class Characters:
    """What is said of characters; None where nothing is. `raised` are superscripts."""

    size: float | None = None
    bold: bool | None = None
    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    font: str | None = None

    def over(self, below: "Characters") -> "Characters":
        """What this says, and `below` where this says nothing."""
        said = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}
        return replace(below, **said)

    def beside(self, paragraph: "Characters") -> "Characters":
        """Of a character style within a paragraph's: what both turn on is off again."""
        return replace(
            self.over(paragraph),
            bold=_either(self.bold, paragraph.bold),
            hidden=_either(self.hidden, paragraph.hidden),
            struck=_either(self.struck, paragraph.struck),
        )


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A paragraph's style with all that it is based on; `ids` and `names` nearest first, names in small letters."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    name: str
    outline: int
    list_id: str | None
    depth: int | None
    characters: Characters


class Styles:
    """The styles of a document, each resolved once."""

    def __init__(self, part: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._default = ""
        self._resolved: dict[str, ParagraphStyle] = {}
        self._in_use: dict[tuple[str, str], Characters] = {}
        for style in part.iter(f"{W}style") if part is not None else ():
            id = style.get(f"{W}styleId", "")
            self._styles.setdefault(id, style)
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self._default = id
        default = child(part, "docDefaults", "rPrDefault", "rPr")
        self._defaults = _said(default).over(Characters(10.0, False, False, False, False, ""))
        language = child(default, "lang")
        self.language: str = language.get(f"{W}val", "") if language is not None else ""

    def of(self, paragraph: Element) -> ParagraphStyle:
        """The style of a paragraph, with what it says itself of its outline level and its list."""
        properties = child(paragraph, "pPr")
        style = self._style(value(properties, "pStyle") or self._default)
        level, direct = number(properties, "outlineLvl"), child(properties, "numPr")
        if level is not None:
            style = replace(style, outline=_outline(level))
        if direct is not None:
            list_id, depth = value(direct, "numId"), number(direct, "ilvl")
            if depth is None and list_id is None:
                depth = style.depth
            style = replace(style, list_id=list_id or style.list_id, depth=depth)
        return style

    def characters(self, style: ParagraphStyle, properties: Element | None) -> Characters:
        """How the characters of a run are set in a paragraph of this style."""
        id = value(properties, "rStyle") or ""
        key = (style.ids[0] if style.ids else "", id)
        if key not in self._in_use:
            chain = [_said(child(e, "rPr")) for e in self._chain(id)] if id else []
            own = reduce(lambda near, far: near.over(far), chain, Characters())
            self._in_use[key] = own.beside(style.characters).over(self._defaults)
        return _said(properties).over(self._in_use[key]) if properties is not None else self._in_use[key]

    def list_of_style(self, id: str) -> str | None:
        """The list that a list style stands for."""
        return value(self._styles.get(id), "pPr", "numPr", "numId")

    def heads_tables(self, id: str | None) -> bool:
        """Whether a table style sets the first row apart, bold or shaded."""
        for style in self._chain(id) if id else ():
            for part in style.iter(f"{W}tblStylePr"):
                if part.get(f"{W}type") == "firstRow":
                    return bool(switch(part, "rPr", "b")) or is_shaded(child(part, "tcPr"))
        return False

    def _style(self, id: str) -> ParagraphStyle:
        if id not in self._resolved:
            chain = list(self._chain(id))
            names = [value(style, "name") or "" for style in chain]
            lists = [(value(s, "pPr", "numPr", "numId"), number(s, "pPr", "numPr", "ilvl")) for s in chain]
            self._resolved[id] = ParagraphStyle(
                ids=tuple(style.get(f"{W}styleId", "") for style in chain),
                names=tuple(name.lower() for name in names),
                name=names[0] if names else "",
                outline=next((o for o in map(_style_outline, chain) if o is not None), 0),
                list_id=next((list_id for list_id, _ in lists if list_id is not None), None),
                depth=next((depth for _, depth in lists if depth is not None), None),
                characters=reduce(
                    lambda near, far: near.over(far),
                    (_said(child(style, "rPr")) for style in chain),
                    Characters(),
                ),
            )
        return self._resolved[id]

    def _chain(self, id: str | None) -> Iterator[Element]:
        for _ in range(_DEEPEST_BASE):
            style = self._styles.get(id or "")
            if style is None:
                return
            yield style
            id = value(style, "basedOn")


def is_shaded(properties: Element | None) -> bool:
    """Whether cells with these properties have a background of their own."""
    shade = child(properties, "shd")
    if shade is None:
        return False
    patterned = shade.get(f"{W}val", "clear") not in ("clear", "nil")
    fill = shade.get(f"{W}fill", "auto").lower()
    return patterned or fill not in ("auto", "ffffff") or shade.get(f"{W}themeFill") is not None


def _either(one: bool | None, other: bool | None) -> bool | None:
    return other if one is None else one != bool(other)


def _said(properties: Element | None) -> Characters:
    if properties is None:
        return Characters()
    strikes = [s for s in (switch(properties, "strike"), switch(properties, "dstrike")) if s is not None]
    aligned = value(properties, "vertAlign")
    return Characters(
        _points(value(properties, "sz")),
        switch(properties, "b"),
        switch(properties, "vanish"),
        any(strikes) if strikes else None,
        aligned == "superscript" if aligned else None,
        _font(child(properties, "rFonts")),
    )


def _font(fonts: Element | None) -> str | None:
    if fonts is None:
        return None
    name: str | None = fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi")
    return "" if name is None and fonts.get(f"{W}asciiTheme") else name


def _points(said: str | None) -> float | None:
    """A size: in half points, or in points where it says so."""
    match = _SIZE.fullmatch(said or "")
    return float(match[1]) / (1 if match[2] else 2) if match else None


def _outline(level: int) -> int:
    return level + 1 if 0 <= level < _BODY_LEVEL else 0


def _style_outline(style: Element) -> int | None:
    """A style's own outline level, by its name where it is one of Word's headings; None where it says nothing."""
    level, name = number(style, "pPr", "outlineLvl"), value(style, "name") or ""
    if level is not None:
        return _outline(level)
    if match := _HEADING.fullmatch(name):
        return int(match[1])
    return 1 if name.lower() == _TITLE else None
