"""The documents that a message speaks of: "the 2024-26 plan", "the newer one", "the outcome report on the dialogue".

Documents are known by the nouns of their kinds, the words of their titles and series, and their years.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile

from corpus.types import Document
from index.queries.preferences import MONTHS
from index.terms import FUNCTION_WORDS, terms
from service.understanding.request import Scope, Span
from service.understanding.words import PREPOSITIONS, WORD

_PERIOD = re.compile(
    r"(?<![\d-])(?P<first>(?:19|20)\d\d)(?:\s?(?:[-–/]|to)\s?(?P<last>(?:19|20)?\d\d))?(?![\d-])|"
    r"(?<![\d–/-])(?P<short>[0-3]\d)\s?[-–/]\s?(?P<end>[0-3]\d)(?![\d–/-])"
)
_DAY_BEFORE = re.compile(rf"(?:\b(?:in|on|of) )?(?:\d{{1,2}} )?(?:\b(?:{MONTHS}) )?(?:\bin )?$")
_SINCE = frozenset("since after from".split())
_UNTIL = frozenset("until till before".split())
_NEWEST = frozenset("new newest newer latest current present later recent".split())
_OLDEST = frozenset("old older oldest earlier earliest previous former first original last preceding".split())
_ALL = frozenset("both two all every each".split())
_OUTSIDE = (FUNCTION_WORDS | PREPOSITIONS) - {"the"}
_ORDER = 3  # words before the noun of a kind that tell its age
_BETWEEN = 3  # words between years and such a noun
_BEFORE, _AFTER = 6, 9  # words around the noun of a kind that may belong to the name of a document
_JOINED = ("and", "or", "&", "vs", "versus", "and the", "")
Period = tuple[tuple[int, int], Span]  # years, and where they stand
_PHRASE = 3  # terms in a row that name a document by its title
_FAR = 9999  # a year beyond all


def scope_of(text: str, documents: Sequence[Document]) -> Scope:
    """The documents of `documents` that `text` speaks of."""
    periods = list(_periods(text))
    years = tuple(years for years, _ in periods)
    words = list(WORD.finditer(text))
    ids: dict[str, None] = {}
    missing: list[str] = []
    spans: list[Span] = []
    for n, word in enumerate(words):
        kin = _of_noun(word.group().lower(), documents)
        if not kin:
            continue
        own = _with_joined(text, [one for one in periods if _adjacent(text, word.span(), one[1])], periods)
        before = [other.group().lower() for other in words[max(0, n - _ORDER) : n]]
        around = {
            other.group().lower() for other in words[max(0, n - _BEFORE) : n + _AFTER] if other is not word
        }
        named = _named(
            kin, around, before, [years for years, _ in own], several=word.group().lower().endswith("s")
        )
        if elsewhere := _by_phrase(text, word.span(), documents, kin):
            named = elsewhere
        elif not named and own:
            named = [document for document in documents if document.period in [years for years, _ in own]]
        if named is None:
            continue
        span = _extent(text, words, n, own)
        spans.append(span)
        ids |= dict.fromkeys(document.id for document in named)
        if not named:
            missing.append(text[slice(*span)])
    known = () if len(ids) == len(documents) else tuple(ids)
    return Scope(known, years, tuple(missing), tuple(spans or (span for _, span in periods)))


def _with_joined(text: str, own: Sequence[Period], periods: Sequence[Period]) -> list[Period]:
    """The years of a noun with those that are joined to them: "the 2015-17 and 2024-26 plans"."""
    found = list(own)
    for before, after in reversed(list(pairwise(periods))):
        between = text[before[1][1] : after[1][0]].strip(" ,").lower()
        if after in found and before not in found and between in _JOINED:
            found.insert(0, before)
    return found


def _adjacent(text: str, noun: Span, period: Span) -> bool:
    """Whether years belong to a noun: "2024-26 work plan", "plan for 2024-26"."""
    between = text[period[1] : noun[0]] if period[1] <= noun[0] else text[noun[1] : period[0]]
    words = WORD.findall(between)
    if period[1] <= noun[0]:
        return len(words) <= _BETWEEN and not any(word.lower() in FUNCTION_WORDS for word in words)
    return len(words) <= _ORDER and all(word.lower() in FUNCTION_WORDS for word in words)


def _by_phrase(
    text: str, noun: Span, documents: Sequence[Document], kin: Sequence[Document]
) -> list[Document]:
    """The documents of another kind whose title has more of the words in a row around a noun than those of its kind."""
    before, after = terms(text[: noun[0]]), terms(text[noun[0] :])
    runs = {d.id: _run(before, after, terms(d.title)) for d in documents}
    most = max(runs.values())
    best = [document for document in documents if runs[document.id] == most]
    return [] if most < _PHRASE or any(document in kin for document in best) else best


def _run(before: Sequence[str], after: Sequence[str], title: Sequence[str]) -> int:
    """The most terms in a row of a title that end `before` and begin `after`, the first of `after` among them."""
    places = [n for n, term in enumerate(title) if term == after[0]]
    runs = (_same(reversed(before), reversed(title[:n])) + _same(after, title[n:]) for n in places)
    return max(runs, default=0)


def _same(one: Iterable[str], other: Iterable[str]) -> int:
    """The number of terms that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def covering(documents: Sequence[Document], years: Sequence[tuple[int, int]]) -> list[Document]:
    """The documents whose period meets one of `years`."""
    return [
        d for d in documents if any(d.period[0] <= last and first <= d.period[1] for first, last in years)
    ]


def periods_in(text: str) -> list[tuple[int, int]]:
    """The years and periods that a text names, in order."""
    return [years for years, _ in _periods(text)]


def without_periods(text: str) -> str:
    """A text without the years and periods that it names, and the days and months before them."""
    for _, (start, end) in reversed(list(_periods(text))):
        text = _DAY_BEFORE.sub("", text[:start]).rstrip() + text[end:]
    return text.strip()


def _periods(text: str) -> Iterator[tuple[tuple[int, int], Span]]:
    for match in _PERIOD.finditer(text):
        first = int(match["first"] or f"20{match['short']}")
        last = match["last"] or match["end"]
        end = first if last is None else int(last) if len(last) == 4 else first // 100 * 100 + int(last)
        if end < first:
            continue
        before = text[: match.start()].lower().split()[-1:]
        if before and before[0] in _SINCE and last is None:
            end = _FAR
        elif before and before[0] in _UNTIL and last is None:
            first = 0
        yield (first, end), match.span()


def _of_noun(word: str, documents: Sequence[Document]) -> list[Document]:
    """The documents of the kind that `word` names, in the singular or the plural."""
    return [d for d in documents if terms(word) and terms(word)[-1:] == terms(d.kind)[-1:]]


def _named(
    kin: Sequence[Document],
    around: set[str],
    before: Sequence[str],
    years: Sequence[tuple[int, int]],
    *,
    several: bool,
) -> list[Document] | None:
    """Those of one kind that the words around their noun tell; [] where none is of these years; None where all may be.

    `before` are the words just before the noun, `several` whether that is in the plural.
    """
    closed = [period for period in years if period[1] != _FAR and period[0]]
    chosen = list(kin)
    if closed:
        exact = [document for document in kin if document.period in closed]
        chosen = exact or [
            d for d in covering(kin, closed) if any(_within(d.period, some) for some in closed)
        ]
        if not chosen:
            return []
    if several and around & _ALL:
        return chosen
    if (
        not closed
        and len(kin) == 1
        and not (_titled(kin[0], around) or (_NEWEST | _OLDEST).intersection(before))
    ):
        return None
    if len(chosen) > 1:
        chosen = _by_title(chosen, around)
    if len(chosen) > 1 and not closed:
        if _NEWEST.intersection(before):
            newest = max(document.period for document in chosen)
            chosen = [document for document in chosen if document.period == newest]
        elif _OLDEST.intersection(before):
            oldest = min(document.period for document in chosen)
            chosen = [document for document in chosen if document.period == oldest]
    return chosen if len(chosen) < len(kin) or len(kin) == 1 or closed else None


def _within(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one of two periods lies within the other."""
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])


def _titled(document: Document, said: set[str]) -> bool:
    """Whether a word said is one of a document's title, besides its kind."""
    own = frozenset(terms(document.title)) - frozenset(terms(document.kind))
    return bool(own & {stem for word in said for stem in terms(word)})


def _by_title(kin: Sequence[Document], said: set[str]) -> list[Document]:
    """Those whose title has the most of the words said, where these tell titles apart."""
    words = {stem for word in said for stem in terms(word) if word not in FUNCTION_WORDS}
    titles = [frozenset(terms(f"{d.title} {d.series or ''}")) - frozenset(terms(d.kind)) for d in kin]
    common = frozenset.intersection(*titles)
    matches = [len(words & (title - common)) for title in titles]
    most = max(matches)
    return (
        [document for document, count in zip(kin, matches, strict=True) if count == most]
        if most
        else list(kin)
    )


def _extent(
    text: str, words: Sequence[re.Match[str]], noun: int, periods: Sequence[tuple[tuple[int, int], Span]]
) -> Span:
    """The words around the noun of a kind that belong to the name of a document, years among them."""
    start, end = words[noun].span()
    for word in reversed(words[max(0, noun - _BEFORE) : noun]):
        if word.group().lower() in _OUTSIDE or text[word.end() : start].strip(" 's’"):
            break
        start = word.start()
    for _, span in periods:
        if span[0] <= end + 4 and span[1] > end:
            end = span[1]
    return start, end
