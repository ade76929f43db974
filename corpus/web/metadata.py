"""What a page says of itself in its head."""

import re

from selectolax.lexbor import LexborHTMLParser

_AUTHOR = ("author", "dcterms.creator", "dc.creator", "citation_author")
_ORGANISATION = ("dcterms.publisher", "dc.publisher", "citation_publisher", "og:site_name")
_DATE = (
    "article:published_time", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date", "citation_publication_date",
    "dcterms.created", "datepublished", "date",
)  # fmt: skip
_SUBJECT = ("dcterms.subject", "dc.subject")
_ISO = re.compile(r"\d{4}(?:[-/]\d{2}(?:[-/]\d{2})?)?")


def said_of_itself(tree: LexborHTMLParser) -> dict[str, str]:
    """Title, author, organisation, date, subject and language of a page, "" where it does not say."""
    said: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        for attribute in ("name", "property", "itemprop"):
            said.setdefault((attributes.get(attribute) or "").lower(), attributes.get("content") or "")
    for node in tree.css("time[itemprop=datePublished], time[pubdate]"):
        said.setdefault("datepublished", node.attributes.get("datetime") or node.text())
    title = tree.css_first("head > title")
    root = tree.root
    spoken = root.attributes if root is not None else {}
    date = _first(said, _DATE)
    iso = _ISO.match(date)
    return {
        "title": title.text() if title is not None else "",
        "author": _first(said, _AUTHOR),
        "organisation": _first(said, _ORGANISATION),
        "date": iso[0].replace("/", "-") if iso else date,
        "subject": _first(said, _SUBJECT),
        "language": spoken.get("lang")
        or spoken.get("xml:lang")
        or _first(said, ("dcterms.language", "dc.language")),
    }


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((" ".join(said[name].split()) for name in names if said.get(name, "").strip()), "")
