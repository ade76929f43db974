"""The numbers and bullets of paragraphs, counted as Word counts them."""

import re
from dataclasses import dataclass, field

from corpus.word.numbers import padded, shown
from corpus.word.styles import ParagraphStyle, Styles
from corpus.word.symbols import symbol
from corpus.word.xml import Element, W, child, number, switch, value

BULLET = "-"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_CHECKS = frozenset("☐☑☒✓✔✗✘")  # bullets that say something


@dataclass(frozen=True, slots=True)
class Level:
    """How items of one level are numbered; `pattern` is Word's, such as "%1.%2)".

    `restart` is the number of the level, from 1, after whose items counting begins anew; 0 for never. `custom` is the
    pattern of a format of its own, `legal` shows all numbers in digits.
    """

    format: str
    pattern: str
    start: int
    restart: int
    style: str
    font: str
    custom: str
    legal: bool


@dataclass(slots=True)
class _List:
    """One way to number: all lists made from it count on together."""

    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Use:
    """A list of a document: where it begins anew, and what levels it has of its own."""

    base: _List
    levels: dict[int, Level]
    starts: dict[int, int]


class Numbering:
    """Counts the paragraphs of a document's lists, in their order."""

    def __init__(self, part: Element | None, styles: Styles) -> None:
        self._uses: dict[str, _Use] = {}
        if part is None:
            return
        kinds = {kind.get(f"{W}abstractNumId"): kind for kind in part.iter(f"{W}abstractNum")}
        numbers = {num.get(f"{W}numId"): num for num in part.iter(f"{W}num")}
        bases = {id: _List(_levels(kind)) for id, kind in kinds.items()}
        for id, num in numbers.items():
            abstract = value(num, "abstractNumId")
            linked = value(kinds.get(abstract), "numStyleLink")
            if linked is not None:
                abstract = value(numbers.get(styles.list_of_style(linked)), "abstractNumId")
            if abstract in bases:
                self._uses[id] = _Use(bases[abstract], *_overrides(num))

    def marker(self, style: ParagraphStyle) -> tuple[str, int] | None:
        """The number or bullet of the next paragraph of this style and its depth; None where it has none.

        The paragraph is counted: to be asked once for each.
        """
        use = self._uses.get(style.list_id or "")
        if use is None:
            return None
        levels = use.base.levels | use.levels
        depth = style.depth if style.depth is not None else _linked(levels, style)
        level = levels.get(depth)
        if level is None:
            return None
        _count(use, levels, depth)
        if level.format == "bullet":
            mark = symbol(level.font, level.pattern)
            return (mark if mark in _CHECKS else BULLET), depth
        mark = _PLACE.sub(lambda match: _number(use, levels, int(match[1]) - 1, level), level.pattern)
        return (" ".join(mark.split()), depth) if mark.strip() else None


def _count(use: _Use, levels: dict[int, Level], depth: int) -> None:
    counts = use.base.counts
    if depth in use.starts:
        counts[depth] = use.starts.pop(depth) - 1
    counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
    for deeper in range(depth + 1, _LEVELS):
        level = levels.get(deeper)
        if level is None or depth < level.restart:
            counts.pop(deeper, None)


def _number(use: _Use, levels: dict[int, Level], depth: int, shown_at: Level) -> str:
    level = levels.get(depth)
    if level is None or level.format == "none":
        return ""
    count = use.base.counts.get(depth, level.start)
    if shown_at.legal:
        return str(count)
    return padded(count, level.custom) if level.custom else shown(count, level.format)


def _linked(levels: dict[int, Level], style: ParagraphStyle) -> int:
    """The level that the nearest of the paragraph's styles is bound to."""
    bound = {level.style: depth for depth, level in levels.items() if level.style}
    return next((bound[id] for id in style.ids if id in bound), 0)


def _overrides(num: Element) -> tuple[dict[int, Level], dict[int, int]]:
    levels, starts = {}, {}
    for override in num.iter(f"{W}lvlOverride"):
        depth = _depth(override)
        start, level = number(override, "startOverride"), child(override, "lvl")
        if depth is not None and level is not None:
            levels[depth] = _level(level, depth)
            start = levels[depth].start if start is None else start
        if depth is not None and start is not None:
            starts[depth] = start
    return levels, starts


def _levels(kind: Element) -> dict[int, Level]:
    return {
        depth: _level(level, depth) for level in kind.iter(f"{W}lvl") if (depth := _depth(level)) is not None
    }


def _depth(level: Element) -> int | None:
    said = level.get(f"{W}ilvl", "")
    return int(said) if said.isascii() and said.isdigit() and int(said[:3]) < _LEVELS else None


def _level(level: Element, depth: int) -> Level:
    format = next(level.iter(f"{W}numFmt"), None)  # one of its own stands in an alternative
    fonts = child(level, "rPr", "rFonts")
    start, restart = number(level, "start"), number(level, "lvlRestart")
    return Level(
        format=format.get(f"{W}val", "decimal") if format is not None else "decimal",
        pattern=value(level, "lvlText") or "",
        start=1 if start is None else start,
        restart=depth if restart is None else restart,
        style=value(level, "pStyle") or "",
        font=(fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "") if fonts is not None else "",
        custom=format.get(f"{W}format", "") if format is not None else "",
        legal=bool(switch(level, "isLgl")),
    )
