"""What documents there are in one line: their kinds and years, and the years between them of which nothing is held."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from corpus.identity.series import same_series
from corpus.types import Document

Period = tuple[int, int]  # the first and the last year
_MOST = 6  # periods of a kind that are named; of more, the first and the last year


def holdings(documents: Sequence[Document]) -> str:
    """Such as "3 documents: plans 2015–17, 2024–26 (none for 2018–23) · report 2022 · nothing held for 2018–21, 2023"."""
    kinds: dict[str, list[Document]] = {}
    for document in documents:
        kinds.setdefault(document.kind, []).append(document)
    parts = [_kind(kind, some) for kind, some in sorted(kinds.items(), key=lambda one: -len(one[1]))]
    if gaps := missing(document.period for document in documents):
        parts.append(f"nothing held for {_listed(gaps)}")
    count = f"{len(documents)} documents" if len(documents) != 1 else "One document"
    return f"{count}: {' · '.join(parts)}" if parts else count


def missing(periods: Iterable[Period]) -> list[Period]:
    """The years between the first and the last that no period has."""
    found: list[Period] = []
    covered: int | None = None
    for first, last in sorted(periods):
        if covered is not None and first > covered + 1:
            found.append((covered + 1, first - 1))
        covered = last if covered is None else max(covered, last)
    return found


def short_years(period: Period, dash: str = "–") -> str:
    """A period as people write it: "2022", "2024–26", "1999–2001"."""
    first, last = period
    if first == last:
        return str(first)
    return f"{first}{dash}{last % 100:02}" if first // 100 == last // 100 else f"{first}{dash}{last}"


def _kind(kind: str, documents: Sequence[Document]) -> str:
    """The documents of one kind; where all are of one series, with the years that it lacks."""
    periods = [period for period, _ in groupby(sorted(document.period for document in documents))]
    years = _listed(periods if len(periods) <= _MOST else [(periods[0][0], max(last for _, last in periods))])
    one = all(same_series(documents[0], other) for other in documents[1:])
    gaps = missing(periods) if one else []
    lacking = f" (none for {_listed(gaps)})" if gaps else ""
    return f"{kind if len(documents) == 1 else _plural(kind)} {years}{lacking}"


def _listed(periods: Iterable[Period]) -> str:
    return ", ".join(map(short_years, periods))


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
