"""Untrusted text as HTML: all is escaped, then only the allowed emphasis is restored, always balanced.

This is the only place where text of a document, or of an answer, becomes HTML.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest

from markupsafe import Markup, escape

Span = tuple[int, int]  # characters of the text

TAGS = ("strong", "b", "em", "i", "sup", "sub")
_TOKEN = re.compile(rf"</?(?:{'|'.join(TAGS)})>|\*\*")
_STARS = "**"
_ANSWER_TOKEN = re.compile(r"\[(\d+)\]|\*\*(.+?)\*\*")
_LINK = Markup('<a class="marker" href="#c{}-{}">[{}]</a>')


@dataclass(frozen=True, slots=True)
class _Run:
    """Visible text, the tags around it, and whether it is marked."""

    text: str
    tags: tuple[str, ...]
    marked: bool


def render(text: str, marks: Iterable[Span] = (), window: Span | None = None) -> Markup:
    """The characters of `window` (all by default) as HTML, with `<mark>` around those of `marks`.

    A pair of tags around the window still has its effect in it. A tag without its partner is text.
    """
    html = Markup()
    for marked, runs in groupby(_runs(text, marks, window or (0, len(text))), lambda run: run.marked):
        inner = Markup().join(_tagged(run) for run in runs)
        html += Markup("<mark>{}</mark>").format(inner) if marked else inner
    return html


def _tagged(run: _Run) -> Markup:
    opening = "".join(f"<{tag}>" for tag in run.tags)
    closing = "".join(f"</{tag}>" for tag in reversed(run.tags))
    return Markup(opening) + escape(run.text) + Markup(closing)


def _runs(text: str, marks: Iterable[Span], window: Span) -> Iterator[_Run]:
    """The visible runs in `window`; a run ends wherever a tag or a mark begins or ends."""
    events: list[tuple[int, str, int]] = [(place, "", 0) for place in window]
    for start, end in marks:
        events += [(start, "mark", 1), (end, "mark", -1)]
    for tag, opening, closing in _pairs(text):
        events += [(opening[1], tag, 1), (closing[0], tag, -1)]
        for start, end in (opening, closing):
            events += [(start, "hidden", 1), (end, "hidden", -1)]
    depth = dict.fromkeys(("", "mark", "hidden", *TAGS), 0)
    for (place, what, step), (following, _, _) in pairwise(sorted(events)):
        depth[what] += step
        visible = window[0] <= place < following <= window[1] and depth["hidden"] == 0
        if visible:
            tags = tuple(tag for tag in TAGS if depth[tag] > 0)
            yield _Run(text[place:following], tags, depth["mark"] > 0)


def _pairs(text: str) -> Iterator[tuple[str, Span, Span]]:
    """(Tag, opening, closing) of each pair; stars stand for `strong`, and touch the words that they stress."""
    opened: dict[str, list[Span]] = {}
    for token in _TOKEN.finditer(text):
        name, span = token.group().strip("</>"), token.span()
        waiting = opened.setdefault(name, [])
        if waiting and _closes(text, token, waiting[-1]):
            yield ("strong" if name == _STARS else name), waiting.pop(), span
        elif name == _STARS and text[span[1] : span[1] + 1].strip():
            waiting[:] = [span]
        elif name != _STARS and not token.group().startswith("</"):
            waiting.append(span)


def _closes(text: str, token: re.Match[str], opening: Span) -> bool:
    if token.group() == _STARS:
        return token.start() > opening[1] and bool(text[token.start() - 1].strip())
    return token.group().startswith("</")


def visible(text: str) -> str:
    """The text without the tags that `render` takes as emphasis."""
    return "".join(run.text for run in _runs(text, (), (0, len(text))))


def split(text: str, separator: str = "\t") -> Sequence[Span]:
    """The spans between separators, such as the cells of a row."""
    places = [-1, *(found.start() for found in re.finditer(re.escape(separator), text)), len(text)]
    return [(left + 1, right) for left, right in pairwise(places)]


def answer_html(text: str, turn: int, known: Collection[int]) -> Markup:
    """The HTML of an answer in the turn of this number: paragraphs, lists, tables, bold titles, and its markers as links.

    Markers that are not `known` stay text.
    """
    return Markup().join(
        _block(kind, list(lines), turn, known) for kind, lines in groupby(text.split("\n"), _kind)
    )


def _kind(line: str) -> str:
    if line.startswith("- "):
        return "list"
    return "table" if line.startswith(("| ", "|---")) else "text" if line.strip() else ""


def _block(kind: str, lines: Sequence[str], turn: int, known: Collection[int]) -> Markup:
    if kind == "list":
        items = (Markup("<li>{}</li>").format(_inline(line[2:], turn, known)) for line in lines)
        return Markup("<ul>{}</ul>").format(Markup().join(items))
    if kind == "table":
        return _table(
            [line.strip("| ").split(" | ") for line in lines if not line.startswith("|---")], turn, known
        )
    if kind == "text":
        return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line, turn, known) for line in lines))
    return Markup()


def _table(rows: Sequence[Sequence[str]], turn: int, known: Collection[int]) -> Markup:
    """A table whose first row are its headers, each cell with the header above it for narrow windows."""
    headers, *body = rows
    html = Markup().join(
        Markup('<th scope="col">{}</th>').format(_inline(one, turn, known)) for one in headers
    )
    html = Markup('<tr class="header">{}</tr>').format(html)
    for row in body:
        cells = (
            Markup('<td data-header="{}">{}</td>').format(header, _inline(cell, turn, known))
            for header, cell in zip_longest(headers[: len(row)], row, fillvalue="")
        )
        html += Markup("<tr>{}</tr>").format(Markup().join(cells))
    return Markup("<table>{}</table>").format(html)


def _inline(text: str, turn: int, known: Collection[int]) -> Markup:
    return Markup().join(_pieces(text, turn, known))


def _pieces(text: str, turn: int, known: Collection[int]) -> Iterator[Markup]:
    done = 0
    for token in _ANSWER_TOKEN.finditer(text):
        yield escape(text[done : token.start()])
        done = token.end()
        if token[2]:
            yield Markup("<strong>{}</strong>").format(_inline(token[2], turn, known))
        elif int(token[1]) in known:
            yield _LINK.format(turn, token[1], token[1])
        else:
            yield escape(token.group())
    yield escape(text[done:])
