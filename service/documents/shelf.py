"""Which years the documents held cover, and which they do not."""

from collections.abc import Sequence

from corpus.types import Document


def coverage(documents: Sequence[Document]) -> str:
    """ "5 documents, 2015–2026; none covers 2018–2021 or 2023": "" where none is held."""
    if not documents:
        return ""
    first, last = min(d.period[0] for d in documents), max(d.period[1] for d in documents)
    covered = {year for d in documents for year in range(d.period[0], d.period[1] + 1)}
    missing = _spans([year for year in range(first, last + 1) if year not in covered])
    count = f"{len(documents)} documents" if len(documents) > 1 else "One document"
    head = f"{count}, {_span(first, last)}"
    return f"{head}; none covers {_joined(missing)}" if missing else head


def _spans(years: Sequence[int]) -> list[str]:
    """Years in a row as one span each."""
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return [_span(*ends_of) for ends_of in zip(starts, ends, strict=True)]


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _joined(parts: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
