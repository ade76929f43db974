"""Texts written together with what should be read in them: the oracle knows, because it chose.

Each part is built from its pieces, and the expected blocks are those pieces; nothing here reads a text.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

_WORDS = (
    "anchor beacon cargo deck engine ferry galley hull jetty keel lantern mast oar pier quay rudder sail "
    "tiller vessel wharf yacht buoy chart dock fender gale harbour"
).split()
_GAPS = ("\n\n", "\n\n\n\n", "\n \n", "\n\f\n", "\n\n\t\n")
_PAGE_BREAKS = ("\n\n", "\n\n\n\n", "\n\f", "\n\n- 12 -\n\n", "\n\nPage 3 of 40\n\f\n", "\n\np. 7\n\n")
_FURNITURE = (
    "- 14 -",
    "Page 3 of 40",
    "--- oOo ---",
    "* * *",
    "———",
    "12 | Page",
    "Contents ........ 4",
    "<!-- x -->",
)


@dataclass(frozen=True)
class Expected:
    """A block to be found: its text as written, and what must be known of it."""

    kind: str
    text: str
    section: tuple[str, ...] = ()
    introduced_by: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A stretch of text and the blocks in it, in order."""

    text: str
    blocks: tuple[Expected, ...]


gaps = st.sampled_from(_GAPS)


def several(least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Lists of plain words: one draw for all of them, for which words they are matters to no rule."""
    return st.integers(0, 9999).map(lambda seed: _chosen(random.Random(seed), least, most))


def _chosen(chance: random.Random, least: int, most: int) -> list[str]:
    return chance.choices(_WORDS, k=chance.randint(least, most))


@st.composite
def titles(draw: st.DrawFn) -> str:
    """Two to six words that could head a section."""
    chosen = draw(several(2, 6))
    return " ".join([chosen[0].capitalize(), *chosen[1:]])


@st.composite
def sentences(draw: st.DrawFn, end: str = ".") -> str:
    """A sentence; it may hold emphasis, an abbreviation, a number, accents or brackets."""
    chosen = draw(several(3, 14))
    extra = draw(
        st.sampled_from(
            [
                "",
                "**bold words**",
                "<i>slanted</i>",
                "e.g. Arcadia",
                "5<sup>th</sup>",
                "(1.5 m)",
                "naïve café",
            ]
        )
    )
    middle = [extra] if extra else []
    return " ".join(["The", *chosen[:2], *middle, *chosen[2:]]) + end


@st.composite
def paragraphs(draw: st.DrawFn) -> str:
    """One to six sentences on one line, or wrapped into several."""
    text = " ".join(draw(st.lists(sentences(), min_size=1, max_size=6)))
    width = draw(st.sampled_from([0, 5, 11]))
    if not width:
        return text
    pieces = text.split(" ")
    return "\n".join(" ".join(pieces[k : k + width]) for k in range(0, len(pieces), width))


@st.composite
def plain_parts(draw: st.DrawFn) -> Part:
    """A paragraph."""
    text = draw(paragraphs())
    return Part(text, (Expected("paragraph", text),))


@st.composite
def cut_parts(draw: st.DrawFn) -> Part:
    """A paragraph that a page break cut in mid-sentence, with or without the number of the page."""
    before, after = " ".join(draw(several(3, 9))), " ".join(draw(several(3, 9)))
    last = draw(st.sampled_from(["in", "of the", "boats,", "boats"]))
    text = f"The {before} {last}{draw(st.sampled_from(_PAGE_BREAKS))}{after}."
    return Part(text, (Expected("paragraph", text),))


@st.composite
def furniture_parts(draw: st.DrawFn) -> Part:
    """A line of the page, then a paragraph."""
    furniture, text = draw(st.sampled_from(_FURNITURE)), draw(paragraphs())
    return Part(
        furniture + draw(gaps) + text, (Expected("furniture", furniture), Expected("paragraph", text))
    )


@st.composite
def long_parts(draw: st.DrawFn) -> Part:
    """One sentence of thousands of characters, with or without places to cut it."""
    separator = draw(st.sampled_from([" ", ", ", "; ", ""]))
    text = f"The {separator.join(draw(several(4, 8)) * draw(st.integers(40, 90)))} end."
    return Part(text, (Expected("paragraph", text),))


@st.composite
def tabbed_parts(draw: st.DrawFn) -> Part:
    """A paragraph with a tab where a blank was, or at its end: no table."""
    text = draw(sentences())
    broken = draw(st.sampled_from([text.replace(" ", "\t", 1), text.replace(" ", " \t ", 2)]))
    return Part(broken + draw(st.sampled_from(["", "\t", "\t\t"])), (Expected("paragraph", broken),))


@st.composite
def code_parts(draw: st.DrawFn) -> Part:
    """A fenced block that holds what would be headings, items and rows elsewhere."""
    fence = draw(st.sampled_from([("```", "```"), ("```toml", "```"), ("~~~ text", "~~~")]))
    inside = draw(st.lists(st.sampled_from(["# Scope", "- item", "a\tb", "", "| a |", "Scope"]), min_size=1))
    text = "\n".join([fence[0], *inside, fence[1]])
    return Part(text, (Expected("paragraph", text),))


@st.composite
def list_parts(draw: st.DrawFn) -> Part:
    """A list that a sentence introduces: items with sub-lists, numbers lost, indentation lost, blanks between.

    No item that lost its number follows a sub-list: nothing would tell whose sibling it is.
    """
    intro = draw(sentences(end=":"))
    bullet = draw(st.sampled_from(["- ", "", "• ", "-\t"]))
    close = draw(st.sampled_from([".", ")"]))
    lines, expected, subitems = [], [Expected("paragraph", intro)], 0
    for number in range(1, draw(st.integers(2, 5))):
        lost = bullet and number > 1 and not subitems and draw(st.booleans())
        subitems = 0 if lost else draw(st.integers(0, 3))
        mark = bullet if lost else f"{bullet}{number}{close} "
        item = mark + draw(sentences(end=":" if subitems else "."))
        lines.append(item)
        expected.append(Expected("item", item, introduced_by=intro))
        for letter in "abc"[:subitems]:
            subitem = f"- {letter}) {draw(sentences())}"
            lines.append(draw(st.sampled_from(["", "  ", "    "])) + subitem)
            expected.append(Expected("item", subitem, introduced_by=item))
    text = intro + draw(gaps) + lines[0]
    for line in lines[1:]:
        text += draw(st.sampled_from(["\n", "\n", "\n\n", "\n\n\n"])) + line
    return Part(text, tuple(expected))


@st.composite
def tab_tables(draw: st.DrawFn) -> Part:
    """A plan: a header, group rows, items, a cell left empty; cut by a blank, the header repeated or not."""
    headers = draw(
        st.sampled_from(
            [
                ("Action", "Status"),
                ("Action Item", "Priority Area", "Lead"),
                ("No.", "Task", "Owner", "Due date"),
            ]
        )
    )
    intro = draw(sentences())
    header = "\t".join(headers)
    lines, expected, group = [header], [Expected("paragraph", intro), Expected("header", header)], ""
    for number in range(1, draw(st.integers(3, 7))):
        if number > 1 and draw(st.integers(0, 3)) == 0:
            repeated = draw(st.booleans())
            lines += ["", header] if repeated else [""]
            expected += [Expected("header", header, (group,) if group else ())] if repeated else []
        if len(headers) > 2 and draw(st.integers(0, 3)) == 0:
            group = draw(titles())
            marked = draw(st.sampled_from([group, f"<i>{group}</i>", f"**{group}**"]))
            lines.append(marked + "\t" * (len(headers) - 1))
            expected.append(Expected("group", marked, (group,)))
        row = draw(_rows(headers, number, group))
        lines.append(row.text)
        expected.append(replace(row, text=row.text.strip()))
    return Part(f"{intro}{draw(gaps)}" + "\n".join(lines), tuple(expected))


@st.composite
def _rows(draw: st.DrawFn, headers: tuple[str, ...], number: int, group: str) -> Expected:
    cells = [f"{number}) {draw(sentences())}" if k == 0 else draw(titles()) for k in range(len(headers))]
    if len(headers) > 2 and draw(st.booleans()):
        cells[draw(st.integers(1, len(headers) - 1))] = ""
    fields = {header: _shown(cell) for header, cell in zip(headers, cells, strict=True) if cell}
    section = (group,) if group else ()
    return Expected(
        "row", "\t".join(cells), section, fields={**fields, **({"Group": group} if group else {})}
    )


@st.composite
def pipe_tables(draw: st.DrawFn) -> Part:
    """A Markdown table of two to four columns; a cell may hold an escaped pipe."""
    headers = draw(st.lists(titles(), min_size=2, max_size=4, unique=True))
    intro = draw(sentences())
    header, delimiter = f"| {' | '.join(headers)} |", "|" + " :---: |" * len(headers)
    lines = [header, delimiter]
    expected = [Expected("paragraph", intro), Expected("header", header), Expected("header", delimiter)]
    for _ in range(draw(st.integers(1, 4))):
        cells = [draw(titles()) + draw(st.sampled_from(["", r" \| more"])) for _ in headers]
        row = f"| {' | '.join(cells)} |"
        lines.append(row)
        shown = [cell.replace(r"\|", "|") for cell in cells]
        expected.append(Expected("row", row, fields=dict(zip(headers, shown, strict=True))))
    return Part(f"{intro}{draw(gaps)}" + "\n".join(lines), tuple(expected))


@st.composite
def glossaries(draw: st.DrawFn) -> Part:
    """Abbreviations and what they stand for, tab between, no header, cut by a blank line."""
    intro = draw(sentences())
    meanings = draw(st.lists(titles(), min_size=2, max_size=6, unique=True))
    text, expected = intro + draw(gaps), [Expected("paragraph", intro)]
    for position, meaning in enumerate(meanings):
        term = "".join(word[0] for word in meaning.split()).upper()
        row = f"{term}\t{meaning}"
        text += ("" if position == 0 else draw(st.sampled_from(["\n", "\n", "\n\n"]))) + row
        expected.append(Expected("definition", row, fields={"Term": term, "Definition": meaning}))
    return Part(text, tuple(expected))


@st.composite
def definition_lists(draw: st.DrawFn) -> Part:
    """Terms, each with its definition on the next line after a colon."""
    pieces, expected = [], []
    for term in draw(st.lists(titles(), min_size=1, max_size=4)):
        meaning = draw(sentences())
        text = term + draw(st.sampled_from(["\n: ", "\n\n: ", "\n:   ", "\n\n:   "])) + meaning
        pieces.append(text)
        fields = {"Term": term, "Definition": _shown(meaning)}
        expected.append(Expected("definition", text, fields=fields))
    return Part(draw(gaps).join(pieces), tuple(expected))


def _shown(text: str) -> str:
    """A sentence or title of ours without the markup we put in it."""
    for mark in ("**", "<i>", "</i>", "<sup>", "</sup>"):
        text = text.replace(mark, "")
    return text


parts = st.one_of(
    plain_parts(), cut_parts(), furniture_parts(), long_parts(), list_parts(), tab_tables(), pipe_tables(),
    glossaries(), definition_lists(), tabbed_parts(), code_parts(),
)  # fmt: skip


@st.composite
def labelled_parts(draw: st.DrawFn) -> Part:
    """A label and the paragraphs it owns; the first may be a mere list of names."""
    label = draw(titles()) + ":"
    names = ", ".join(word.capitalize() for word in draw(several(3, 9)))
    owned = [names, *draw(st.lists(sentences(), max_size=2))]
    blocks = (Expected("label", label, (label,)), *(Expected("paragraph", text, (label,)) for text in owned))
    return Part("\n\n".join([label, *owned]), blocks)


@st.composite
def bodies(draw: st.DrawFn) -> list[Part]:
    """What stands under a heading: parts of any kind with paragraphs around them, at the end perhaps a label."""
    found = [draw(plain_parts())]
    for part in draw(st.lists(parts, max_size=3)):
        found += [part, draw(plain_parts())]
    return found + draw(st.lists(labelled_parts(), max_size=2))


@dataclass(frozen=True)
class Written:
    """A document and the blocks to be found in it."""

    source: str
    blocks: tuple[Expected, ...]


@st.composite
def documents(draw: st.DrawFn) -> Written:
    """A whole document: a title, sections headed in one of the ways documents do, attachments."""
    gap = draw(gaps)
    pieces = [draw(st.sampled_from(["", "\n\n\n", "\ufeff", "\ufeff\n\n", " \n\t\n"]))]
    expected: list[Expected] = []
    if draw(st.booleans()):
        title = draw(
            st.sampled_from(
                [
                    "HARBOUR SAFETY PLAN\n\n12 May 2030",
                    "Harbour Safety Plan",
                    "The Safety Plan\n\nof the Harbour",
                ]
            )
        )
        pieces.append(title + gap)
        expected.append(Expected("title", title))
    for heading, path, body in draw(_sections()):
        if heading:
            pieces.append(heading.text + gap)
            expected.append(heading)
        for part in body:
            pieces.append(part.text + gap)
            expected += [_under(path, block) for block in part.blocks]
    source = "".join(pieces)
    source = source if draw(st.booleans()) else source.rstrip()
    return _with_line_ends(Written(source, tuple(expected)), draw(st.sampled_from(["\n", "\r\n", "\r"])))


def _under(path: tuple[str, ...], block: Expected) -> Expected:
    return block if block.kind == "furniture" else replace(block, section=(*path, *block.section))


def _with_line_ends(written: Written, end: str) -> Written:
    blocks = tuple(
        replace(b, text=b.text.replace("\n", end), introduced_by=b.introduced_by.replace("\n", end))
        for b in written.blocks
    )
    return Written(written.source.replace("\n", end), blocks)


_Section = tuple[Expected | None, tuple[str, ...], list[Part]]


@st.composite
def _sections(draw: st.DrawFn) -> list[_Section]:
    found: list[_Section] = [(None, (), draw(bodies()))]
    style = draw(st.sampled_from(["roman", "hashes", "decimal", "underlined", "bold", "capitals"]))
    for chapter in range(1, draw(st.integers(1, 4))):
        title = draw(titles())
        written, name = _chapter(style, chapter, title)
        found.append((Expected("heading", written, (name,)), (name,), draw(bodies())))
        if style in ("roman", "hashes", "decimal", "underlined") and draw(st.booleans()):
            below, under = _subsection(style, chapter, draw(titles()))
            path = (name, under)
            found.append((Expected("heading", below, path), path, draw(bodies())))
    if draw(st.booleans()):
        name, title = f"{draw(st.sampled_from(['Attachment', 'ANNEX', 'Appendix']))} A", draw(titles())
        opened = (f"{name} – {title}",)
        text = name + draw(gaps) + title
        if style not in ("hashes", "underlined"):
            found.append((Expected("title", text, opened), opened, draw(bodies())))
    return found


def _chapter(style: str, number: int, title: str) -> tuple[str, str]:
    numeral = ("I", "II", "III")[number - 1]
    return {
        "roman": (f"{numeral}. {title}", f"{numeral}. {title}"),
        "hashes": (f"## **{title}** ##", title),
        "decimal": (f"{number}. {title}", f"{number}. {title}"),
        "underlined": (f"{title}\n=====", title),
        "bold": (f"**{title}**", title),
        "capitals": (title.upper(), title.upper()),
    }[style]


def _subsection(style: str, number: int, title: str) -> tuple[str, str]:
    return {
        "roman": (title, title),
        "hashes": (f"### {title}", title),
        "decimal": (f"{number}.1 {title}", f"{number}.1 {title}"),
        "underlined": (f"{title}\n-----", title),
    }[style]
