"""Who issued a document."""

import re
from collections.abc import Iterator

from corpus.identity.claims import Claim, Metadata
from corpus.identity.dates import periods
from corpus.identity.first_lines import Opening
from corpus.identity.kinds import names_kind
from corpus.identity.words import borne_out, is_symbol, words

UNKNOWN = "unknown"
_LONGEST = 200  # characters
# "of the Pilots Group", "of the Working Group on Lost Vessels": capitals, with small words between them
_CAPITALS = r"[A-Z][\w’'&-]*(?:\s+(?:(?:of|on|for|and|the|in)\s+){0,2}[A-Z][\w’'&-]*)+"
_OF_THE = re.compile(rf"\b(?:of|by|to)\s+the\s+({_CAPITALS})")
_LONGEST_MASTHEAD = 20  # words


def issuer(title: str, opening: Opening, meta: Metadata, text: str) -> Claim[str]:
    """Who issued the document, as far as its text bears it out."""
    if written := meta.written("issuer", "publisher", "organization", "organisation", "author"):
        return Claim(written[:_LONGEST], "likely", "the front matter")
    if borne_out(meta.author, text):
        return Claim(meta.author[:_LONGEST], "likely", "the author of the file, whom the text names")
    for name, evidence in (*_of_title(title), *_mastheads(title, opening)):
        if _times(name, text) > 1:
            return Claim(name[:_LONGEST], "likely", evidence)
    found = next(_of_title(title), None)
    return Claim(found[0], "unsure", found[1]) if found else Claim(UNKNOWN, "unsure", "nothing names it")


def _of_title(title: str) -> Iterator[tuple[str, str]]:
    """Bodies that the title names; the last is the one whose meeting or report it is."""
    yield from ((name, "the title") for name in reversed(_OF_THE.findall(title)))


def _mastheads(title: str, opening: Opening) -> Iterator[tuple[str, str]]:
    """Names beside a symbol, or in the lines that open the document: no date, year or kind."""
    block = [line.text for line in opening.around(opening.lines[0])] if opening.lines else []
    own = [text for text in block if not re.search(rf"[a-z] {re.escape(text)}", title)]
    for text in (*opening.mastheads, *own):
        proper = re.fullmatch(_CAPITALS, text) is not None or text.isupper()
        named = proper and 2 <= len(words(text)) <= _LONGEST_MASTHEAD
        if named and not (periods(text) or is_symbol(text) or names_kind(text)):
            yield text, "the masthead"


def _times(name: str, text: str) -> int:
    pattern = r"\s+".join(map(re.escape, name.split()))
    return len(re.findall(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE))
