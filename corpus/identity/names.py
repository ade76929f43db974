"""What a document is called in full: words that every passage of it says, beside its own."""

from corpus.identity.dates import periods
from corpus.identity.issuers import UNKNOWN
from corpus.identity.words import telling
from corpus.types import Document


def full_name(document: Document) -> str:
    """The title, and what the series, the issuer and the years say beside it."""
    return ", ".join(filter(None, (document.title, beside_title(document))))


def beside_title(document: Document) -> str:
    """The words of the series and the issuer, and the years, that the title does not say, or "".

    What is to be confirmed is left out, for it may be wrong.
    """
    first, last = document.period
    sure = {"series": document.series or "", "issuer": document.issuer.replace(UNKNOWN, "")}
    said = [value for name, value in sure.items() if name not in document.confirm]
    own = {*telling(document.title)}
    found = [word for word in dict.fromkeys(telling(" ".join(said))) if word not in own]
    if not periods(document.title) and "period" not in document.confirm:
        found.append(str(first) if first == last else f"{first}-{last}")
    return " ".join(found)
