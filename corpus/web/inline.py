"""The text of a line of a page: what is set apart by raising, breaks, quotation marks and formulas is marked in the text."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from corpus.web.mathml import formula, raised
from corpus.web.nodes import is_said, key
from corpus.web.page import Page

BREAK = "\x0b"  # a line break of the page, where those of its source are blanks
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x0b]")
_UNIT = re.compile(r"(?:^|[^\w.,])(?:[^\W\d_]{1,2}|10)$")  # what is raised to a power: m², km³, 10⁶
_EXPONENT = re.compile(r"[-−–+]?\d{1,3}")
_NOTE = re.compile(r"[\[(]?\s*(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*|[a-z]|[ivxlc]{1,5})\s*[\])]?")
_NUMBER = re.compile(r"\[?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]?")


@dataclass(slots=True)
class Line:
    """The text of a paragraph, a heading or a cell, gathered from its elements."""

    page: Page
    parts: list[str] = field(default_factory=list)
    plain: bool = False  # some of it is not bold
    leads: bool = True  # all of it is a link to a part of this page
    skips: bool = True  # such a link leads past the head of the page, or back to its top

    @property
    def text(self) -> str:
        """The text so far, blanks as in the source."""
        return "".join(self.parts)

    def read(self, node: LexborNode, *, bold: bool = False, leads: bool = False, skips: bool = False) -> None:
        """Add the text of `node`, without what is left out."""
        if node.tag == "-text":
            self._add(_INVISIBLE.sub("", node.text_content or ""), bold=bold, leads=leads, skips=skips)
        elif not self.page.is_left_out(node):
            self._element(node, bold=self.page.styles.is_bold(node, inherited=bold), leads=leads, skips=skips)

    def _element(self, node: LexborNode, *, bold: bool, leads: bool, skips: bool) -> None:
        if node.tag in ("br", "wbr"):
            self.parts += [BREAK] if node.tag == "br" else []
            return
        if node.tag == "math":
            self._add(f" {formula(node)} ", bold=bold, leads=leads, skips=skips)
            return
        if node.tag == "a":
            leads = (node.attributes.get("href") or "").startswith("#")
            skips = key(node) in self.page.skips
        own = Line(self.page) if node.tag in ("sup", "a", "q") else self
        for child in node.iter(include_text=True):
            own.read(child, bold=bold, leads=leads, skips=skips)
        if own is not self:
            self._set(node, own)

    def _set(self, node: LexborNode, own: "Line") -> None:
        text = own.text
        if self.page.is_call(node) and text.strip():
            note = _NOTE.fullmatch(text.strip())
            text = f"[{note[1]}]" if note else text
        elif node.tag == "sup":
            text = _superscript("".join(part[-20:] for part in self.parts[-3:]), text)
        elif node.tag == "q":
            text = f"“{text}”"
        self.parts.append(text)
        self.plain |= own.plain
        self.leads &= own.leads
        self.skips &= own.skips

    def _add(self, text: str, *, bold: bool, leads: bool, skips: bool) -> None:
        self.parts.append(text)
        if text.strip():
            self.plain |= not bold
            said = is_said(text)
            self.leads &= leads or not said
            self.skips &= skips or not said


def _superscript(before: str, text: str) -> str:
    """A note's number in brackets, an exponent in raised digits, other superscripts as they are."""
    core = text.strip()
    if _EXPONENT.fullmatch(core) and _UNIT.search(before):
        return text.replace(core, raised(core))
    if _NUMBER.fullmatch(core) and before.strip():
        return f"[{core.strip('[]')}]"
    return text
