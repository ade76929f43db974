"""What a document is, as its file shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from corpus.identity.claims import Claim, Metadata
from corpus.identity.dates import Period
from corpus.identity.first_lines import Opening, opening
from corpus.identity.issuers import issuer
from corpus.identity.kinds import SALUTATION, kind_of_document
from corpus.identity.labels import labels
from corpus.identity.languages import language
from corpus.identity.series import series
from corpus.identity.titles import SITE, Title, title
from corpus.identity.years import period, published
from corpus.layout import Piece

_READ = 200_000  # characters in which names and titles must be said again
_KINDS = ("type", "document type", "type of document", "category", "action")  # labels before a kind
_LONGEST = 300  # characters of a subject
ASKED = ("title", "issuer", "kind", "period", "language", "date")  # in the order in which they are asked for


@dataclass(frozen=True, slots=True)
class Identity:
    """Claims of what a document is; `series` is what the plans of one group over the years have in common."""

    title: Claim[str]
    subject: Claim[str | None]
    issuer: Claim[str]
    kind: Claim[str]
    period: Claim[Period]
    series: Claim[str | None]
    language: Claim[str | None]
    date: Claim[str | None]

    def unsure(self) -> Iterator[str]:
        """The fields whose value is a guess."""
        for name in ASKED:
            claim: Claim[object] = getattr(self, name)
            if claim.sure == "unsure" and claim.value is not None:
                yield name


def identity(text: str, pieces: tuple[Piece, ...], meta: Metadata, stem: str, saved: int) -> Identity:
    """The identity of a document from its text and pieces, its metadata, its file's name, and the year of its file."""
    seen = opening(text, pieces)
    text = text[:_READ]
    found = title(seen, meta, text, stem)
    named = found.claim.value
    beside = "; ".join(found.beside)
    said = labels(text)
    labelled_kinds = [said[name] for name in _KINDS if name in said]
    return Identity(
        title=found.claim,
        subject=_subject(meta, beside),
        issuer=issuer(named, seen, meta, text),
        kind=kind_of_document(labelled_kinds, found.claim, _calling(seen, meta, found), stem),
        period=period(seen, meta, stem, named, beside, saved, text),
        series=Claim(
            series(named) if found.claim.sure != "unsure" else None, "likely", "the title without years"
        ),
        language=language(text, meta.written("language", "lang") or meta.language),
        date=published(seen, meta, stem, named),
    )


def _calling(seen: Opening, meta: Metadata, found: Title) -> Iterator[str]:
    """The lines that may call the document what it is: above the title, beside it, about the page."""
    yield from takewhile(lambda line: line not in found.claim.value, seen.first_lines)
    yield from found.beside
    yield from SITE.split(meta.title)[1:]
    yield from (line for line in seen.first_lines if line.startswith(SALUTATION))


def _subject(meta: Metadata, beside: str) -> Claim[str | None]:
    if written := meta.written("subject", "description", "subtitle"):
        return Claim(written[:_LONGEST], "likely", "the front matter")
    if beside:
        return Claim(beside[:_LONGEST], "likely", "the lines beside the title")
    said = meta.subject if len(meta.subject) <= _LONGEST else ""
    return Claim(said or None, "unsure", "the subject of the file")
